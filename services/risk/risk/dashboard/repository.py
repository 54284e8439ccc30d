"""Reads the dashboard: one statement a page, however many services there are."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, and_, case, cast, func, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_contracts.directory.copies import provider_copy as provider
from assay_kit.calendar import london_day
from assay_kit.pagination import Page, PageAsked, paginate
from risk.bands.repository import is_running
from risk.bands.rules import Band
from risk.bands.showing import TRAVEL
from risk.interventions.rules import Status as InterventionStatus
from risk.tables import BandResult, Intervention, ServiceBand

_GRAVEST_FIRST = case({band.value: str(len(Band) - band.rank) for band in Band}, value=col(ServiceBand.band), else_="9")


def dashboard(session: Session, page: PageAsked, *, now: datetime, **about: Any) -> Page[dict[str, Any]]:
    """Services as `about` says: the gravest band first, then by name."""
    wanted = _filtered(select(_row(now - TRAVEL)), on=london_day(now), **about)
    order = cast(_GRAVEST_FIRST, String)
    return paginate(session, wanted, page, order, service.c.name, service.c.id)


def counts(session: Session, *, now: datetime, **about: Any) -> dict[str, int]:
    wanted = _filtered(select(ServiceBand.band, func.count()), on=london_day(now), **about).group_by(
        col(ServiceBand.band)
    )
    return {band: count for band, count in session.execute(wanted)}


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
    earlier = (
        select(BandResult.band)
        .where(BandResult.care_service_id == ServiceBand.care_service_id, BandResult.computed_at <= before)
        .order_by(col(BandResult.computed_at).desc(), col(BandResult.id).desc())
        .limit(1)
        .correlate(ServiceBand)
        .scalar_subquery()
    )
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
        "band_before": earlier,
        "reasons": ServiceBand.open_reasons,
        "embargo": ServiceBand.embargo,
        "embargo_limits": ServiceBand.embargo_limits,
        "has_default_notice": ServiceBand.has_default_notice,
        "live_interventions": live,
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


def _filtered(
    statement: Any,
    *,
    on: date,
    band: Band | None = None,
    care_service_type: str | None = None,
    zone: str | None = None,
    client_group: str | None = None,
    provider_id: UUID | None = None,
    is_embargoed: bool | None = None,
    search: str | None = None,
) -> Any:
    wanted = _joined(statement, on=on)
    if band is not None:
        wanted = wanted.where(col(ServiceBand.band) == band)
    if care_service_type is not None:
        wanted = wanted.where(service.c.type == care_service_type)
    if zone is not None:
        wanted = wanted.where(service.c.record["zones"].contains([zone]))
    if client_group is not None:
        wanted = wanted.where(service.c.record["client_groups"].contains([client_group]))
    if provider_id is not None:
        wanted = wanted.where(service.c.provider_id == provider_id)
    if is_embargoed is not None:
        wanted = wanted.where(col(ServiceBand.embargo).is_not(None) == is_embargoed)
    if search is not None:
        wanted = wanted.where(
            or_(service.c.name.icontains(search, autoescape=True), provider.c.name.icontains(search, autoescape=True))
        )
    return wanted
