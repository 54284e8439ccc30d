"""HTTP for files added to entries: seen by whoever sees the entry, and never shown as a page of ours."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response, status

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.files import ALLOWED, FileRefused, FileTooLarge, safe_filename
from assay_kit.problems import InvalidRequest, may_answer
from assay_kit.scanner import ScannerAddress, ScannerUnavailable
from risk.attachments import actions
from risk.attachments.errors import AttachmentBarred, AttachmentNotFound
from risk.attachments.repository import Attachments
from risk.attachments.schemas import AttachmentRead, FileAdded
from risk.dependencies import Caseworker, IntelligenceReader
from risk.intelligence.errors import IntelligenceNotFound
from risk.intelligence.repository import Entries
from risk.intelligence.sight import InFull

router = APIRouter(
    prefix="/intelligence/{entry_id}/attachments", tags=["intelligence"], responses=may_answer(InvalidRequest)
)

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_A_FILE: dict[int | str, dict[str, Any]] = {
    status.HTTP_200_OK: {"description": "The file", "content": dict.fromkeys(sorted(set(ALLOWED.values())), _BYTES)}
}


@router.post(
    "",
    summary="Add a file to an entry: the file is the body",
    operation_id="add_attachment",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(IntelligenceNotFound, AttachmentBarred, FileRefused, FileTooLarge, ScannerUnavailable),
)
def add_attachment(
    entry_id: UUID,
    said: Annotated[FileAdded, Query()],
    content: Annotated[bytes, Body(media_type="application/octet-stream")] = b"",
    *,
    session: SessionDep,
    by: Caseworker,
    scanner: ScannerAddress,
    now: Now,
) -> AttachmentRead:
    kind = actions.media_type_of_acceptable(content, said.filename, scanner=scanner)
    made = actions.add_file(session, entry_id, said, content, kind=kind, by=by, now=now)
    return AttachmentRead.model_validate(made, from_attributes=True)


@router.get(
    "/{attachment_id}",
    summary="Download a file",
    operation_id="download_attachment",
    response_class=Response,
    responses={**may_answer(IntelligenceNotFound, AttachmentNotFound), **_A_FILE},
)
def download_attachment(
    entry_id: UUID, attachment_id: UUID, session: SessionDep, in_full: InFull, by: IntelligenceReader
) -> Response:
    entry = Entries(session).get(entry_id, in_full=in_full)
    found, content = Attachments(session).get(entry.id, attachment_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(safe_filename(found.filename), safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=found.media_type, headers=headers)
