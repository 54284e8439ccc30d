"""A provider's documents: given once, and used wherever a question asks for one."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from portal.downloads import send_on
from portal.forms import Field, Kind
from portal.ids import Id
from portal.tasks import METHODS, Task, perform
from portal.visitors import SignedIn
from portal.words import EVIDENCE_SUBJECTS, options

router = APIRouter(prefix="/organisation/evidence")

_CHUNK = 256 * 1024
_UPLOAD = (
    Field(
        name="file",
        label="Document",
        kind=Kind.FILE,
        hint="PDF, Word, Excel or picture, up to 50 MB",
        missing="Select the document",
    ),
    Field(name="kind", label="What is it?", kind=Kind.CHOICE, options=options(EVIDENCE_SUBJECTS)),
    Field(name="description", label="Short description", hint="For example, employer's liability certificate 2026"),
    Field(
        name="expires_on",
        label="Last day on which it holds (optional)",
        kind=Kind.DAY,
        hint="For example, 31 12 2026. We remind you before.",
        is_required=False,
    ),
)


@router.api_route("/new", methods=METHODS)
async def upload_evidence(request: Request, visitor: SignedIn) -> Response:
    org = visitor.org

    async def send(values: dict[str, Any]) -> Any:
        file: UploadFile = values.pop("file")
        about = values | {"provider_id": org, "filename": file.filename}
        return await visitor.api.send(
            "directory", "POST", "/v1/evidence", params=about, content=_bytes_of(file), patience=120
        )

    task = Task(
        title="Add a document",
        fields=_UPLOAD,
        button="Upload",
        back="/organisation",
        done="document-added",
    )
    return await perform(request, task, send=send, then="/organisation")


@router.get("/{evidence_id}")
async def download_evidence(request: Request, visitor: SignedIn, evidence_id: Id) -> Response:
    return await send_on(visitor, "directory", f"/v1/evidence/{evidence_id}/content")


async def _bytes_of(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk
