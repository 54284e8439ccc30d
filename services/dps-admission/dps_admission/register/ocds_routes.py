"""HTTP for the register as open contracting data: public, one package for each DPS, as at any day."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel
from pydantic.json_schema import SkipJsonSchema
from sqlmodel import Session

from assay_contracts.directory.council import NAME, NAMELESS
from assay_kit.calendar import end_of_london_day
from assay_kit.clock import Now
from assay_kit.freeze import content_hash
from assay_kit.problems import Unavailable, may_answer
from assay_kit.settings import Settings
from assay_kit.text import Day
from dps_admission.days import DayAhead, known_day
from dps_admission.dependencies import DirectoryDep, SessionDep
from dps_admission.schemes.errors import SchemeNotFound
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.rules import SchemeStatus

from .errors import NotYetPublished
from .history import History
from .ocds import EXTENSIONS, VERSION, Publisher, RecordPackage, Release, ReleasePackage
from .publishing import publication
from .releases import Publication, record_of, releases_of

router = APIRouter(prefix="/register/schemes", tags=["register"])
P = TypeVar("P", bound=BaseModel)
AsAt = Annotated[Day | None, Query(description="What was published by the end of this day; all where it is left out.")]


IfNoneMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="If-None-Match",
        max_length=1_000,
        json_schema_extra={"format": "etag"},
        description="The `ETag` of what was read before: 304 without a body where nothing is new.",
    ),
]
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing is new since what was read before."}}
_ON_PACKAGE = _UNCHANGED | may_answer(SchemeNotFound, DayAhead, NotYetPublished, Unavailable)


def get_publication(request: Request, directory: DirectoryDep) -> Publication:
    """The name is the directory's: there alone the council sets it."""
    name = directory.council_settings().get(NAME)
    return publication(request.app.state.settings, str(name or NAMELESS))


PublicationDep = Annotated[Publication, Depends(get_publication)]


@router.get(
    "/{scheme_id}/ocds/release-package",
    operation_id="read_release_package",
    summary="The register of a DPS as an OCDS 1.1 release package",
    response_model=ReleasePackage,
    response_model_exclude_none=True,
    responses=_ON_PACKAGE,
)
def read_release_package(
    scheme_id: UUID,
    request: Request,
    response: Response,
    session: SessionDep,
    ours: PublicationDep,
    now: Now,
    as_at: AsAt = None,
    if_none_match: IfNoneMatch = None,
) -> Response | ReleasePackage:
    def package(releases: list[Release]) -> ReleasePackage:
        return ReleasePackage(
            uri=_uri(request, scheme_id, "release-package"),
            published_date=releases[-1].date,
            publisher=Publisher(name=ours.buyer.name),
            releases=releases,
        )

    history = _history(session, scheme_id, until=_until(as_at, now))
    return _unless_known(history, ours, package, response, if_none_match)


@router.get(
    "/{scheme_id}/ocds/record-package",
    operation_id="read_record_package",
    summary="The register of a DPS as an OCDS 1.1 record package",
    response_model=RecordPackage,
    response_model_exclude_none=True,
    responses=_ON_PACKAGE,
)
def read_record_package(
    scheme_id: UUID,
    request: Request,
    response: Response,
    session: SessionDep,
    ours: PublicationDep,
    now: Now,
    as_at: AsAt = None,
    if_none_match: IfNoneMatch = None,
) -> Response | RecordPackage:
    def package(releases: list[Release]) -> RecordPackage:
        return RecordPackage(
            uri=_uri(request, scheme_id, "record-package"),
            published_date=releases[-1].date,
            publisher=Publisher(name=ours.buyer.name),
            records=[record_of(releases)],
        )

    history = _history(session, scheme_id, until=_until(as_at, now))
    return _unless_known(history, ours, package, response, if_none_match)


def _unless_known(
    history: History,
    ours: Publication,
    package: Callable[[list[Release]], P],
    response: Response,
    if_none_match: str | None,
) -> Response | P:
    """Nothing is read again, and nothing sent, where the reader has it as it is."""
    as_whom = [ours.buyer.name, ours.buyer.id, ours.prefix]
    tag = f'W/"{content_hash([VERSION, *EXTENSIONS, *as_whom, *history.mark()])[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if if_none_match is not None and tag in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return package(releases_of(history.scheme(), history.events(), ours))


def _until(as_at: Day | None, now: datetime) -> datetime:
    return now if as_at is None else min(end_of_london_day(known_day(as_at, now=now)), now)


def _uri(request: Request, scheme_id: UUID, what: str) -> str:
    settings: Settings = request.app.state.settings
    return f"{settings.issuer}/api/dps-admission/v1/register/schemes/{scheme_id}/ocds/{what}"


def _history(session: Session, scheme_id: UUID, *, until: datetime) -> History:
    """What is still being prepared is not public, nor what had not happened yet."""
    scheme = Schemes(session).get(scheme_id)
    if scheme.status == SchemeStatus.DRAFT:
        raise SchemeNotFound(scheme_id)
    history = History(session, scheme, until=until)
    if not history.has_begun():
        raise SchemeNotFound(scheme_id)
    return history
