"""Reads the dashboard: one statement a page, however many services there are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.pagination import Page, PageAsked, paginate
from risk.bands.repository import is_running
from risk.bands.rules import Band
from risk.bands.showing import TRAVEL
from risk.case_files.rules import Status as CaseStatus
from risk.dashboard.filters import Filters, Sort, band_at
from risk.interventions.rules import Status as InterventionStatus
from risk.tables import BandResult, CaseFile, Intervention, ServiceBand, StandingResult

_ID = col(ServiceBand.care_service_id)
_ORDERS: dict[Sort, tuple[Any, ...]] = {
    Sort.GRAVEST: (col(ServiceBand.gravity), col(ServiceBand.name), _ID),
    Sort.NAME: (col(ServiceBand.name), _ID),
    Sort.PROVIDER: (col(ServiceBand.provider_name), col(ServiceBand.name), _ID),
    Sort.LATEST_CHANGE: (col(ServiceBand.since).desc(), _ID.desc()),
}
MOST_EXPORTED = 100_000


def dashboard(
    session: Session, page: PageAsked, filters: Filters, *, band: Band | None, sort: Sort, now: datetime
) -> Page[dict[str, Any]]:
    return paginate(session, _rows(filters, band, now=now), page, *_ORDERS[sort])


def everything(
    session: Session, filters: Filters, *, band: Band | None, sort: Sort, now: datetime
) -> Iterator[dict[str, Any]]:
    """As `dashboard`, without pages."""
    wanted = _rows(filters, band, now=now).order_by(*_ORDERS[sort]).limit(MOST_EXPORTED)
    yield from session.execute(wanted, execution_options={"yield_per": 1_000}).scalars()


def counts(session: Session, filters: Filters, *, now: datetime) -> dict[str, int]:
    wanted = select(ServiceBand.band, func.count()).where(is_running(london_day(now)), *filters.conditions())
    return {band: count for band, count in session.execute(wanted.group_by(col(ServiceBand.band)))}


def _rows(filters: Filters, band: Band | None, *, now: datetime) -> Any:
    since = now - TRAVEL if filters.moved_since is None else end_of_london_day(filters.moved_since)
    wanted = select(_row(since)).where(is_running(london_day(now)), *filters.conditions())
    return wanted if band is None else wanted.where(col(ServiceBand.gravity) == band.gravity)


def one(session: Session, care_service_id: UUID, *, now: datetime) -> dict[str, Any] | None:
    wanted = select(_row(now - TRAVEL)).where(is_running(london_day(now)), care_service_id == _ID)
    found: dict[str, Any] | None = session.execute(wanted).scalar_one_or_none()
    return found


def at_location(session: Session, cqc_location_id: str, *, now: datetime) -> Sequence[ServiceBand]:
    wanted = (
        select(ServiceBand)
        .join(service, service.c.id == ServiceBand.care_service_id)
        .where(service.c.cqc_location_ids.contains([cqc_location_id]), is_running(london_day(now)))
        .order_by(col(ServiceBand.name), _ID)
        .limit(200)
    )
    # refreshes write past the objects of a session
    return session.exec(wanted, execution_options={"populate_existing": True}).all()


def _row(before: datetime) -> Any:
    """A dashboard row as one JSON value: what the band stands on, who it is, and the band it had."""
    live = (
        select(func.count())
        .select_from(Intervention)
        .where(
            Intervention.status == InterventionStatus.ISSUED,
            or_(
                col(Intervention.care_service_id) == ServiceBand.care_service_id,
                and_(
                    col(Intervention.care_service_id).is_(None),
                    col(Intervention.provider_id) == ServiceBand.provider_id,
                ),
            ),
        )
        .correlate(ServiceBand)
        .scalar_subquery()
    )
    owner = (
        select(CaseFile.owner_name)
        .where(CaseFile.care_service_id == ServiceBand.care_service_id, CaseFile.status == CaseStatus.OPEN)
        .correlate(ServiceBand)
        .scalar_subquery()
    )
    reasons = (
        select(BandResult.open_reasons)
        .join(StandingResult, col(StandingResult.result_id) == BandResult.id)
        .where(StandingResult.care_service_id == ServiceBand.care_service_id)
        .correlate(ServiceBand)
        .scalar_subquery()
    )
    columns: dict[str, Any] = {
        "care_service_id": ServiceBand.care_service_id,
        "care_service_name": ServiceBand.name,
        "care_service_type": ServiceBand.type,
        "zones": ServiceBand.zones,
        "provider_id": ServiceBand.provider_id,
        "provider_name": func.nullif(ServiceBand.provider_name, ""),
        "band": ServiceBand.band,
        "since": ServiceBand.since,
        "computed_band": ServiceBand.computed_band,
        "is_overridden": col(ServiceBand.override_id).is_not(None),
        "band_before": band_at(before),
        "reasons": reasons,
        "embargo": ServiceBand.embargo,
        "embargo_limits": ServiceBand.embargo_limits,
        "embargo_since": ServiceBand.embargo_since,
        "has_default_notice": ServiceBand.has_default_notice,
        "live_interventions": live,
        "owner_name": owner,
    }
    named = [part for name, column in columns.items() for part in (name, column)]
    return func.jsonb_build_object(*named, type_=JSONB)
