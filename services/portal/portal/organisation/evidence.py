"""A provider's documents: given once, and used wherever a question asks for one."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from portal.downloads import send_on
from portal.forms import Field, Kind
from portal.ids import UUID_PATTERN, Id
from portal.tasks import METHODS, Task, perform
from portal.upstream import Api, unless_missing
from portal.visitors import SignedIn
from portal.words import EVIDENCE_SUBJECTS, options

router = APIRouter(prefix="/organisation/evidence")

_CHUNK = 256 * 1024
_RENEWING = (
    "The new edition takes the place of the one that we have wherever a document is chosen from now on. "
    "What relied on the earlier edition keeps it."
)
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
async def upload_evidence(
    request: Request, visitor: SignedIn, renews: Annotated[str | None, Query(pattern=UUID_PATTERN)] = None
) -> Response:
    """A new document, or the next edition of one that is there."""
    org = visitor.org
    renewed = await visitor.api.get("directory", f"/v1/evidence/{renews}") if renews else None

    async def send(values: dict[str, Any]) -> Any:
        file: UploadFile = values.pop("file")
        about = values | {"provider_id": org, "filename": file.filename} | ({"renews": renews} if renews else {})
        return await visitor.api.send(
            "directory", "POST", "/v1/evidence", params=about, content=_bytes_of(file), patience=120
        )

    task = Task(
        title="Renew a document" if renewed else "Add a document",
        caption=renewed["description"] if renewed else "",
        lead=_RENEWING if renewed else "",
        fields=_UPLOAD,
        button="Upload",
        back="/organisation",
        done="document-renewed" if renewed else "document-added",
        known={"kind": renewed["kind"], "description": renewed["description"]} if renewed else {},
    )
    return await perform(request, task, send=send, then="/organisation")


@router.get("/{evidence_id}")
async def download_evidence(request: Request, visitor: SignedIn, evidence_id: Id) -> Response:
    return await send_on(visitor, "directory", f"/v1/evidence/{evidence_id}/content")


async def documents_to_choose(api: Api, org: str, chosen: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """The options of a field: the newest edition of each document of an organisation, without what has lapsed.

    What was chosen before and no longer may be stays, and says so: to save a form again drops nothing by itself.
    """
    found = await api.every("directory", "/v1/evidence", provider_id=org, only_newest=True)
    listed = [(each["id"], _name(each)) for each in found if not each["lapsed_at"]]
    for stray in sorted(set(chosen) - set(dict(listed))):
        document = await unless_missing(api.get("directory", f"/v1/evidence/{stray}"))
        if document is not None:
            why = "has lapsed" if document["lapsed_at"] else "has been renewed"
            listed.append((stray, f"{_name(document)}: {why}, choose another"))
    return tuple(listed)


def _name(document: Mapping[str, Any]) -> str:
    return f"{document['description']} ({document['filename']})"


async def _bytes_of(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk
