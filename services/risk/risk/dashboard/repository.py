"""Reads the dashboard: one statement a page, however many services there are."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, and_, case, cast, func, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_contracts.directory.copies import provider_copy as provider
from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.pagination import Page, PageAsked, paginate
from risk.bands.repository import is_running
from risk.bands.rules import Band
from risk.bands.showing import TRAVEL
from risk.case_files.rules import Status as CaseStatus
from risk.dashboard.filters import Filters, Sort, band_at
from risk.interventions.rules import Status as InterventionStatus
from risk.tables import CaseFile, Intervention, ServiceBand

_GRAVEST_FIRST = cast(
    case({band.value: str(len(Band) - band.rank) for band in Band}, value=col(ServiceBand.band), else_="9"), String
)
_PROVIDER = func.coalesce(provider.c.name, "", type_=String)
_ORDERS: dict[Sort, tuple[Any, ...]] = {
    Sort.GRAVEST: (_GRAVEST_FIRST, service.c.name, service.c.id),
    Sort.NAME: (service.c.name, service.c.id),
    Sort.PROVIDER: (_PROVIDER, service.c.name, service.c.id),
    Sort.LATEST_CHANGE: (col(ServiceBand.since).desc(), service.c.id.desc()),
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
    wanted = _joined(select(ServiceBand.band, func.count()), on=london_day(now)).where(*filters.conditions())
    return {band: count for band, count in session.execute(wanted.group_by(col(ServiceBand.band)))}


def _rows(filters: Filters, band: Band | None, *, now: datetime) -> Any:
    since = now - TRAVEL if filters.moved_since is None else end_of_london_day(filters.moved_since)
    wanted = _joined(select(_row(since)), on=london_day(now)).where(*filters.conditions())
    return wanted if band is None else wanted.where(col(ServiceBand.band) == band)


def one(session: Session, care_service_id: UUID, *, now: datetime) -> dict[str, Any] | None:
    wanted = _joined(select(_row(now - TRAVEL)), on=london_day(now)).where(service.c.id == care_service_id)
    found: dict[str, Any] | None = session.execute(wanted).scalar_one_or_none()
    return found


def at_location(session: Session, cqc_location_id: str, *, now: datetime) -> list[tuple[ServiceBand, Any]]:
    wanted = (
        select(ServiceBand, service.c.name, service.c.type)
        .join(service, service.c.id == ServiceBand.care_service_id)
        .where(service.c.cqc_location_ids.contains([cqc_location_id]), is_running(london_day(now)))
        .order_by(service.c.name, service.c.id)
        .limit(200)
    )
    found = session.execute(wanted, execution_options={"populate_existing": True})  # refreshes write past the objects
    return [(row[0], row) for row in found]


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
    columns: dict[str, Any] = {
        "care_service_id": service.c.id,
        "care_service_name": service.c.name,
        "care_service_type": service.c.type,
        "zones": service.c.record["zones"],
        "provider_id": service.c.provider_id,
        "provider_name": provider.c.name,
        "band": ServiceBand.band,
        "since": ServiceBand.since,
        "computed_band": ServiceBand.computed_band,
        "is_overridden": col(ServiceBand.override_id).is_not(None),
        "band_before": band_at(before),
        "reasons": ServiceBand.open_reasons,
        "embargo": ServiceBand.embargo,
        "embargo_limits": ServiceBand.embargo_limits,
        "has_default_notice": ServiceBand.has_default_notice,
        "live_interventions": live,
        "owner_name": owner,
    }
    named = [part for name, column in columns.items() for part in (name, column)]
    return func.jsonb_build_object(*named, type_=JSONB)


def _joined(statement: Any, *, on: date) -> Select[Any]:
    joined: Select[Any] = (
        statement.select_from(ServiceBand)
        .join(service, service.c.id == ServiceBand.care_service_id)
        .outerjoin(provider, provider.c.id == service.c.provider_id)
        .where(is_running(on))
    )
    return joined
