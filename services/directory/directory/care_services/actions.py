"""What happens to a care service: recorded, edited, and its CQC location succeeded by another."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from assay_kit.calendar import london_day
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.timeline import note
from directory.changes import changes
from directory.tables import CareService, LocationSuccession

from .errors import AnswersRefused, EditBarred, SuccessionBarred
from .events import tell_recorded
from .repository import CareServices
from .rules import SCORED_BY, Answers, bars_to_edit, bars_to_succession, faults

_NOT_CONTRACTED: tuple[bool, date | None] = (False, None)


def record(
    provider_id: UUID, values: dict[str, Any], care_services: CareServices, *, by: Principal, now: datetime
) -> CareService:
    """A new service. A provider records its own; whether it is contracted is for the council to say."""
    columns = _columns(values)
    _ensure_sound(columns)
    _ensure_may(columns, None, care_services, provider_id=provider_id, now=now, by=by)
    care_service = CareService(provider_id=provider_id, **columns)
    care_services.add(care_service)
    _note(care_service, "record", care_services, {}, by=by, now=now)
    tell_recorded(care_service, care_services, now=now)
    return care_service


def edit(
    care_service: CareService,
    values: dict[str, Any],
    care_services: CareServices,
    *,
    expected: int | None,
    by: Principal,
    now: datetime,
) -> None:
    check_match(expected, care_service.version)
    columns = _columns(values)
    _ensure_sound(columns)
    _ensure_may(columns, care_service, care_services, provider_id=care_service.provider_id, now=now, by=by)
    _note(care_service, "edit", care_services, changes(care_service, columns), by=by, now=now)
    care_service.sqlmodel_update({**columns, "version": care_service.version + 1})
    tell_recorded(care_service, care_services, now=now)


def succeed(
    care_service: CareService,
    new_location_id: str,
    care_services: CareServices,
    *,
    on: date,
    reason: str,
    by: Principal,
    now: datetime,
) -> None:
    """CQC gave the location a new id (a change of owner, a new registration): the history stays with the service."""
    former = care_service.cqc_location_id
    earlier = care_services.successions(care_service.id)
    bars = bars_to_succession(
        present=former,
        following=new_location_id,
        on=on,
        last_on=earlier[0].succeeded_on if earlier else None,
        started_on=care_service.started_on,
    )
    if former is None or bars:
        raise SuccessionBarred(bars)
    care_services.add(
        LocationSuccession(
            care_service_id=care_service.id,
            former_location_id=former,
            new_location_id=new_location_id,
            succeeded_on=on,
            reason=reason,
            recorded_by=by.name,
            recorded_at=now,
        )
    )
    detail = changes(care_service, {"cqc_location_id": new_location_id})
    _note(care_service, "succeed", care_services, detail, by=by, now=now)
    care_service.cqc_location_id = new_location_id
    care_service.version += 1
    tell_recorded(care_service, care_services, now=now)


def _note(
    care_service: CareService,
    step: str,
    care_services: CareServices,
    detail: dict[str, Any],
    *,
    by: Principal,
    now: datetime,
) -> None:
    about: dict[str, Any] = {"provider_id": care_service.provider_id, "care_service_id": care_service.id}
    note(care_services.session, "care service", care_service.id, step, by=by, now=now, detail=detail, **about)


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as the table's columns: capacity is two of them."""
    capacity = values["capacity"] or {}
    rest = {name: value for name, value in values.items() if name not in {"capacity", "provider_id"}}
    return {**rest, "capacity_amount": capacity.get("amount"), "capacity_unit": capacity.get("unit")}


def _ensure_sound(columns: dict[str, Any]) -> None:
    said = Answers(**{name: columns[name] for name in Answers.__dataclass_fields__})
    if found := faults(said):
        raise AnswersRefused(found)


def _ensure_may(
    columns: dict[str, Any],
    before: CareService | None,
    care_services: CareServices,
    *,
    provider_id: UUID,
    by: Principal,
    now: datetime,
) -> None:
    location = columns["cqc_location_id"]
    bars = bars_to_edit(
        location_before=before.cqc_location_id if before else None,
        location_after=location,
        council_part_before=(before.is_contracted, before.first_placement_on) if before else _NOT_CONTRACTED,
        council_part_after=(columns["is_contracted"], columns["first_placement_on"]),
        is_confirmed=before is not None and care_services.is_confirmed(before),
        changes_scoring=any(getattr(before, name, None) != columns[name] for name in SCORED_BY),
        location_is_anothers=care_services.others_run(location, than=provider_id, on=london_day(now)),
        by_provider=by.is_provider,
    )
    if bars:
        raise EditBarred(bars)
