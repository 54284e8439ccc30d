"""HTTP for evidence: files of a provider, given once and relied on by many. Streamed both ways."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import StreamingResponse

from assay_contracts.directory import EvidenceNotTheirs, EvidenceRecord, EvidenceStanding, RelyingObject
from assay_contracts.roles import CASEWORKERS, PROVIDER_ROLES, Role, Scope
from assay_kit.clock import Now, business_now
from assay_kit.database import SessionDep, new_id
from assay_kit.files import ALLOWED, FileRefused, FileTooLarge, safe_filename
from assay_kit.identity import Principal, allow
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import may_answer
from assay_kit.scanner import ScannerUnavailable
from directory.dependencies import SettingsDep, ShortSessionsDep
from directory.providers.errors import ProviderNotFound
from directory.providers.repository import Providers
from directory.tables import Evidence

from . import actions
from .errors import EvidenceNotFound, EvidenceReliedOn
from .repository import EvidenceShelf
from .schemas import EvidenceKind, EvidenceRead, EvidenceUse, RelianceIn, StandingsAsked, UploadAsked
from .store import EvidenceStore, Stored

# A provider's shelf is its own: the council neither puts anything there nor takes anything away.
EvidenceGiver = Annotated[Principal, allow(*PROVIDER_ROLES)]
EvidenceReader = Annotated[Principal, allow(*PROVIDER_ROLES, *CASEWORKERS, Role.AUDITOR, Scope.EVIDENCE_RELY)]
Relier = Annotated[Principal, allow(Scope.EVIDENCE_RELY)]

router = APIRouter(prefix="/evidence", tags=["evidence"])

_TOLD_TO_PROVIDERS = ("assessment", "dps-admission")
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FILE_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": _BYTES}}}


def get_store(settings: SettingsDep) -> EvidenceStore:
    return EvidenceStore(settings)


def get_shelf(session: SessionDep) -> EvidenceShelf:
    return EvidenceShelf(session)


StoreDep = Annotated[EvidenceStore, Depends(get_store)]
ShelfDep = Annotated[EvidenceShelf, Depends(get_shelf)]


@router.post(
    "",
    summary="Upload evidence: the file is the body",
    status_code=201,
    response_model=EvidenceRead,
    responses=may_answer(ProviderNotFound, EvidenceNotFound, FileRefused, FileTooLarge, ScannerUnavailable),
    openapi_extra=_FILE_BODY,
)
async def upload_evidence(
    request: Request,
    asked: Annotated[UploadAsked, Query()],
    store: StoreDep,
    sessions: ShortSessionsDep,
    settings: SettingsDep,
    by: EvidenceGiver,
) -> EvidenceRead:
    """No connection is held while the file comes in; what is known of it is saved once it has come in whole."""
    await sessions.run(lambda session: _ensure_may_upload(session, asked, by))
    _ensure_announced_size(request, settings.evidence_limit_bytes)
    evidence_id = new_id()
    stored = await store.put(_key(evidence_id), aiter(request.stream()), filename=asked.filename)

    def keep(session: Session) -> EvidenceRead:
        evidence = _evidence(evidence_id, asked, stored, by=by, now=business_now(session, settings))
        shelf = EvidenceShelf(session)
        actions.number(evidence, shelf, renews=asked.renews, by=by)
        shelf.add(evidence)
        return _read(evidence, is_relied_on=False, is_newest=True)

    try:
        return await sessions.run(keep)
    except Exception:
        await store.remove(_key(evidence_id))
        raise


@router.get("", summary="List evidence", response_model=Page[EvidenceRead])
def list_evidence(
    shelf: ShelfDep,
    by: EvidenceReader,
    page: PageQuery,
    provider_id: UUID | None = None,
    kind: Annotated[EvidenceKind | None, Query()] = None,
    only_newest: Annotated[bool, Query(description="Leave out what was renewed.")] = False,
) -> Page[EvidenceRead]:
    found = shelf.page(by, page, provider_id=provider_id, kind=kind, only_newest=only_newest)
    read = {each.id: each for each in _read_all(found.items, shelf)}
    return found.map(lambda each: read[each.id])


@router.get("/{evidence_id}", summary="What is known of a file", responses=may_answer(EvidenceNotFound))
def read_evidence(evidence_id: UUID, shelf: ShelfDep, by: EvidenceReader) -> EvidenceRead:
    [read] = _read_all([shelf.seen_by(by, evidence_id)], shelf)
    return read


@router.get(
    "/{evidence_id}/editions",
    summary="Every edition of the same document, the newest first",
    responses=may_answer(EvidenceNotFound),
)
def list_editions(evidence_id: UUID, shelf: ShelfDep, by: EvidenceReader) -> list[EvidenceRead]:
    return _read_all(shelf.editions(by, shelf.seen_by(by, evidence_id)), shelf)


@router.get("/{evidence_id}/uses", summary="What relies on a file", responses=may_answer(EvidenceNotFound))
def list_uses(evidence_id: UUID, shelf: ShelfDep, by: EvidenceReader) -> list[EvidenceUse]:
    """A provider is told of its own applications and assessments, not of what else the council looks into."""
    evidence = shelf.seen_by(by, evidence_id)
    uses = shelf.uses(by, evidence.id, _TOLD_TO_PROVIDERS if by.is_provider else None)
    return [EvidenceUse.model_validate(each, from_attributes=True) for each in uses]


@router.get(
    "/{evidence_id}/content",
    summary="Download the file",
    response_class=StreamingResponse,
    responses={**may_answer(EvidenceNotFound), 200: {"content": dict.fromkeys(sorted(set(ALLOWED.values())), _BYTES)}},
)
async def download_evidence(
    evidence_id: UUID, store: StoreDep, sessions: ShortSessionsDep, settings: SettingsDep, by: EvidenceReader
) -> StreamingResponse:
    """Always as an attachment: nothing a provider uploaded is ever shown as a page of ours."""

    def find(session: Session) -> EvidenceRead:
        return _read(EvidenceShelf(session).seen_by(by, evidence_id), is_relied_on=False, is_newest=False)

    # Read whole inside the transaction: nothing of the row can be asked for once it is over.
    evidence = await sessions.run(find)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(safe_filename(evidence.filename), safe='')}",
        "Content-Length": str(evidence.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "ETag": f'"{evidence.sha256}"',
    }
    content = await store.open(_key(evidence.id))
    return StreamingResponse(content, media_type=evidence.media_type, headers=headers)


@router.post(
    "/reliances",
    summary="Note that something relies on evidence of a provider",
    response_model=list[EvidenceRecord],
    responses=may_answer(EvidenceNotTheirs),
)
def rely_on_evidence(asked: RelianceIn, shelf: ShelfDep, by: Relier, now: Now) -> list[Evidence]:
    """All of it or none. Said again it changes nothing, and answers the same."""
    by_object = RelyingObject(asked.kind, asked.object_id)
    about: dict[str, Any] = {"provider_id": asked.provider_id, "is_sealed": asked.is_sealed}
    return actions.rely(asked.evidence_ids, by_object, shelf, **about, by=by, now=now)


@router.post("/standings", summary="What is known of evidence of a provider, and its newest edition")
def read_standings(asked: StandingsAsked, shelf: ShelfDep, by: Relier) -> list[EvidenceStanding]:
    """What is not the provider's is left out."""
    found = shelf.of_provider(asked.provider_id, asked.evidence_ids)
    newest = shelf.newest_ids([each.series_id for each in found])
    return [
        EvidenceStanding(
            evidence=EvidenceRecord.model_validate(each, from_attributes=True), newest_id=newest[each.series_id]
        )
        for each in found
    ]


@router.delete(
    "/{evidence_id}",
    summary="Remove evidence that nothing relies on",
    status_code=204,
    responses=may_answer(EvidenceNotFound, EvidenceReliedOn),
)
async def remove_evidence(evidence_id: UUID, store: StoreDep, sessions: ShortSessionsDep, by: EvidenceGiver) -> None:
    def forget(session: Session) -> None:
        shelf = EvidenceShelf(session)
        actions.remove(shelf.seen_by(by, evidence_id, lock=True), shelf)

    await sessions.run(forget)
    await store.remove(_key(evidence_id))


def _evidence(evidence_id: UUID, asked: UploadAsked, stored: Stored, *, by: Principal, now: datetime) -> Evidence:
    return Evidence(
        id=evidence_id,
        provider_id=asked.provider_id,
        filename=asked.filename,
        kind=asked.kind,
        description=asked.description,
        expires_on=asked.expires_on,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.sha256,
        uploaded_by=by.subject,
        uploaded_by_name=by.name,
        uploaded_at=now,
    )


def _read(evidence: Evidence, **known: bool) -> EvidenceRead:
    said = {name: getattr(evidence, name) for name in EvidenceRead.model_fields if name not in known}
    return EvidenceRead(**said, **known)


def _read_all(found: Sequence[Evidence], shelf: EvidenceShelf) -> list[EvidenceRead]:
    relied_on = shelf.relied_on([each.id for each in found])
    newest = shelf.newest([each.series_id for each in found])
    return [
        _read(each, is_relied_on=each.id in relied_on, is_newest=each.edition == newest[each.series_id])
        for each in found
    ]


def _ensure_may_upload(session: Session, asked: UploadAsked, by: Principal) -> None:
    Providers(session).seen_by(by, asked.provider_id)
    if asked.renews is not None:
        EvidenceShelf(session).seen_by(by, asked.renews)


def _key(evidence_id: UUID) -> str:
    return str(evidence_id)


def _ensure_announced_size(request: Request, limit: int) -> None:
    """Refuse at once what announces itself as too large; what does not is counted as it comes in."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise FileTooLarge(limit)
