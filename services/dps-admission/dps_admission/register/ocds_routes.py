"""HTTP for the register as open contracting data: public, one package for each DPS, as at any day."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session

from assay_kit.calendar import end_of_london_day
from assay_kit.clock import Now
from assay_kit.problems import may_answer
from assay_kit.settings import Settings
from assay_kit.text import Day
from dps_admission.dependencies import SessionDep
from dps_admission.schemes.errors import SchemeNotFound
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.rules import SchemeStatus

from .history import History
from .ocds import Publisher, RecordPackage, Release, ReleasePackage
from .releases import Buyer, record_of, releases_of

router = APIRouter(prefix="/register/schemes", tags=["register"])
AsAt = Annotated[Day | None, Query(description="What was published by the end of this day; all where it is left out.")]


@router.get(
    "/{scheme_id}/ocds/release-package",
    operation_id="read_release_package",
    summary="The register of a DPS as an OCDS 1.1 release package",
    response_model_exclude_none=True,
    responses=may_answer(SchemeNotFound),
)
def read_release_package(
    scheme_id: UUID, request: Request, session: SessionDep, now: Now, as_at: AsAt = None
) -> ReleasePackage:
    settings: Settings = request.app.state.settings
    releases = _releases(session, scheme_id, settings, until=_until(as_at, now))
    return ReleasePackage(
        uri=_uri(settings, scheme_id, "release-package"),
        published_date=releases[-1].date,
        publisher=Publisher(name=settings.publisher),
        releases=releases,
    )


@router.get(
    "/{scheme_id}/ocds/record-package",
    operation_id="read_record_package",
    summary="The register of a DPS as an OCDS 1.1 record package",
    response_model_exclude_none=True,
    responses=may_answer(SchemeNotFound),
)
def read_record_package(
    scheme_id: UUID, request: Request, session: SessionDep, now: Now, as_at: AsAt = None
) -> RecordPackage:
    settings: Settings = request.app.state.settings
    releases = _releases(session, scheme_id, settings, until=_until(as_at, now))
    return RecordPackage(
        uri=_uri(settings, scheme_id, "record-package"),
        published_date=releases[-1].date,
        publisher=Publisher(name=settings.publisher),
        records=[record_of(releases)],
    )


def _until(as_at: Day | None, now: datetime) -> datetime:
    return now if as_at is None else min(end_of_london_day(as_at), now)


def _uri(settings: Settings, scheme_id: UUID, what: str) -> str:
    return f"{settings.issuer}/api/dps-admission/v1/register/schemes/{scheme_id}/ocds/{what}"


def _releases(session: Session, scheme_id: UUID, settings: Settings, *, until: datetime) -> list[Release]:
    """What is still being prepared is not public, nor what had not happened yet."""
    scheme = Schemes(session).get(scheme_id)
    if scheme.status == SchemeStatus.DRAFT:
        raise SchemeNotFound(scheme_id)
    history = History(session, scheme, until=until)
    buyer = Buyer(id=settings.publisher_id, name=settings.publisher)
    prefix = settings.ocds_prefix
    releases = releases_of(history.scheme(), history.events(), prefix=prefix, buyer=buyer)
    if not releases:
        raise SchemeNotFound(scheme_id)
    return releases
