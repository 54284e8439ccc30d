"""HTTP for the dashboard, the page of one service, and the look-up by CQC location."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from assay_contracts.directory import CareServiceType, ClientGroup
from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, PageQuery
from assay_kit.problems import InvalidRequest, may_answer
from assay_kit.text import Day, Name
from assay_kit.timeline import TimelineEntryRead, timeline_of, timeline_page
from risk.bands.hindsight import Hindsight
from risk.bands.rules import Band, direction
from risk.bands.showing import TRAVEL, reasons_of_shown, sees_casework, standing_of
from risk.dashboard import repository
from risk.dashboard.errors import CareServiceNotShown, PeriodNotShown
from risk.dashboard.export import DOCUMENTED, File, exported
from risk.dashboard.filters import BandAsked, FiltersAsked, Sort
from risk.dashboard.history import Every, days_between, estate_on
from risk.dashboard.schemas import (
    BandCounts,
    CareServicePage,
    DashboardRow,
    EstateHistory,
    LocationBand,
    LocationBands,
    PlainLocation,
    PlainService,
)
from risk.dashboard.timeline import as_may_be_said, told_to_others
from risk.dependencies import BandReader, CaseReader, Reader
from risk.intelligence.sight import InFull
from risk.interventions.reading import lines_read
from risk.interventions.repository import Interventions
from risk.tables import ServiceBand
from risk.tables.base import columns_of

router = APIRouter(tags=["dashboard"], responses=may_answer(InvalidRequest))

Shown = DashboardRow | PlainService


def _row(said: dict[str, Any], *, by: Principal) -> Shown:
    if not sees_casework(by):
        return _in_plain(said)
    before = Band(said["band_before"]) if said["band_before"] else None
    return DashboardRow(**said, direction=direction(Band(said["computed_band"]), before=before))


def _in_plain(said: dict[str, Any]) -> PlainService:
    reasons = reasons_of_shown(said["reasons"], is_overridden=said["is_overridden"])
    return PlainService(**said | {"reasons": reasons})


@router.get("/dashboard", summary="Every service with its band, the gravest first", operation_id="list_dashboard")
def list_dashboard(
    session: SessionDep,
    page: PageQuery,
    filters: FiltersAsked,
    *,
    by: Reader,
    now: Now,
    band: BandAsked = None,
    sort: Sort = Sort.GRAVEST,
) -> Page[Shown]:
    found = repository.dashboard(session, page, filters, band=band, sort=sort, now=now)
    return found.map(lambda said: _row(said, by=by))


@router.get("/dashboard-counts", summary="How many services in each band", operation_id="count_dashboard")
def count_dashboard(session: SessionDep, filters: FiltersAsked, *, by: Reader, now: Now) -> BandCounts:
    return BandCounts(**repository.counts(session, filters, now=now))


@router.get(
    "/dashboard-export",
    summary="The dashboard as a CSV file or an Excel workbook",
    operation_id="export_dashboard",
    response_class=Response,
    responses=DOCUMENTED,
)
def export_dashboard(
    session: SessionDep,
    filters: FiltersAsked,
    *,
    by: Reader,
    now: Now,
    band: BandAsked = None,
    sort: Sort = Sort.GRAVEST,
    file: File = File.CSV,
) -> Response:
    """As listed; the first 100,000 services."""
    listed = repository.everything(session, filters, band=band, sort=sort, now=now)
    return exported((_row(said, by=by) for said in listed), file, in_plain=not sees_casework(by))


@router.get(
    "/dashboard-history",
    summary="The estate over time: how many services stood in each band",
    operation_id="read_dashboard_history",
    responses=may_answer(PeriodNotShown),
)
def read_dashboard_history(
    session: SessionDep,
    *,
    by: CaseReader,
    now: Now,
    first_day: Annotated[Day | None, Query(description="90 days before the last day where it is left out.")] = None,
    last_day: Annotated[Day | None, Query(description="Today where it is left out.")] = None,
    every: Every = Every.WEEK,
    care_service_type: CareServiceType | None = None,
    zone: Name | None = None,
    client_group: ClientGroup | None = None,
    provider_id: UUID | None = None,
) -> EstateHistory:
    """By the computed band, services and their providers as they are recorded today; 400 points at most."""
    until = last_day or london_day(now)
    since = first_day or max(until, date.min + TRAVEL) - TRAVEL
    days = days_between(since, until, every)
    about = {"care_service_type": care_service_type, "zone": zone, "client_group": client_group}
    return EstateHistory(items=estate_on(session, days, provider_id=provider_id, **about))


@router.get(
    "/care-services/{care_service_id}",
    summary="Everything about one service on one page",
    operation_id="read_care_service",
    responses=may_answer(CareServiceNotShown),
)
def read_care_service(
    care_service_id: UUID, session: SessionDep, in_full: InFull, by: Reader, now: Now
) -> CareServicePage | PlainService:
    row = repository.one(session, care_service_id, now=now)
    if row is None:
        raise CareServiceNotShown(care_service_id)
    if not sees_casework(by):
        return _in_plain(row)
    hindsight = None if in_full else Hindsight(session, care_service_id)
    interventions = Interventions(session).page(by, PageAsked(limit=50), care_service_id=care_service_id)
    return CareServicePage(
        care_service_id=care_service_id,
        care_service_name=row["care_service_name"],
        care_service_type=row["care_service_type"],
        provider_id=row["provider_id"],
        provider_name=row["provider_name"],
        standing=standing_of(session, care_service_id, hindsight=hindsight, now=now),
        interventions=lines_read(session, interventions.items, in_full=in_full, now=now),
        timeline=_timeline(session, care_service_id, UUID(row["provider_id"]), hindsight),
    )


@router.get(
    "/care-services/{care_service_id}/timeline",
    summary="Everything that happened to a service, the newest first",
    operation_id="list_care_service_timeline",
    responses=may_answer(CareServiceNotShown),
)
def list_care_service_timeline(
    care_service_id: UUID, session: SessionDep, page: PageQuery, in_full: InFull, by: CaseReader
) -> Page[TimelineEntryRead]:
    """Back to its first step, those about its provider as a whole too; of a service that has ended as well."""
    band = session.get(ServiceBand, care_service_id)
    if band is None:
        raise CareServiceNotShown(care_service_id)
    about = {"care_service_id": care_service_id, "or_provider_wide": band.provider_id}
    found = timeline_page(session, page, **about, only=() if in_full else told_to_others())
    if not in_full:
        found.items = as_may_be_said(session, Hindsight(session, care_service_id), band.provider_id, found.items)
    return found


def _timeline(
    session: SessionDep, care_service_id: UUID, provider_id: UUID, hindsight: Hindsight | None
) -> list[TimelineEntryRead]:
    """The newest steps that the reader may know of, those about the provider as a whole too."""
    only = () if hindsight is None else told_to_others()
    steps = timeline_of(session, care_service_id=care_service_id, or_provider_wide=provider_id, only=only)
    return list(steps) if hindsight is None else as_may_be_said(session, hindsight, provider_id, steps)


@router.get(
    "/locations/{cqc_location_id}",
    summary="Band and embargo of the services at a CQC location",
    operation_id="look_up_location",
)
def look_up_location(
    cqc_location_id: Annotated[str, Path(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9-]+$")],
    session: SessionDep,
    by: BandReader,
    now: Now,
) -> LocationBands:
    """Ids are case-sensitive. A location that no service is at (any more) answers an empty list."""
    shown = LocationBand if by.is_machine or sees_casework(by) else PlainLocation
    return LocationBands(
        items=[
            shown(
                **columns_of(band),
                care_service_name=band.name,
                care_service_type=band.type,
                cqc_location_id=cqc_location_id,
            )
            for band in repository.at_location(session, cqc_location_id, now=now)
        ]
    )
