"""What people do about overrides. The computed band stays beside it, and takes over again when it ends."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.identity import SYSTEM, Principal
from assay_kit.timeline import begin, take
from risk.bands.actions import refresh
from risk.bands.repository import Bands
from risk.bands.rules import Band, is_missing
from risk.bands.working import stored_levels
from risk.indicators.reading import State
from risk.overrides.errors import OverrideBarred, OverrideInForceAlready
from risk.overrides.repository import Overrides
from risk.overrides.rules import LIFE, Bar, Status, Step, bars_since, bars_to_override
from risk.overrides.schemas import OverrideWanted
from risk.scoring_models.policy import Level
from risk.tables import BandResult, Override

BATCH = 200


def propose(session: Session, wanted: OverrideWanted, *, by: Principal, now: datetime) -> Override:
    refresh(session, [wanted.care_service_id], now=now)
    band, result = Bands(session).of_service(wanted.care_service_id)
    _refuse(_bars(wanted.band, result, last_day=wanted.last_day, today=london_day(now)))
    override = Override(
        care_service_id=band.care_service_id,
        provider_id=band.provider_id,
        band=wanted.band,
        computed_band=Band(band.computed_band),
        levels=dict(stored_levels(result.readings)),
        reason=wanted.reason,
        last_day=wanted.last_day,
        ends_at=end_of_london_day(wanted.last_day),
        proposed_by=by.subject,
        proposed_by_name=by.name,
        proposed_at=now,
    )
    Overrides(session).add(override)
    begin(session, override, LIFE, by=by, now=now, step="propose", reason=wanted.reason, **_about(override))
    return override


def approve(session: Session, override_id: UUID, *, by: Principal, now: datetime) -> Override:
    """In force from now on. The rules are asked again: things may have changed since it was proposed."""
    overrides, bands = Overrides(session), Bands(session)
    override = overrides.get_to_change(override_id)
    refresh(session, [override.care_service_id], now=now)
    if override.status == Status.PROPOSED:
        band, result = bands.of_service(override.care_service_id)
        bars = _bars(Band(override.band), result, last_day=override.last_day, today=london_day(now))
        if by.subject == override.proposed_by:
            bars.insert(0, Bar.PROPOSED_BY_YOU)
        bars += bars_since(
            Band(override.band),
            band_before=Band(override.computed_band),
            levels_before={name: Level(level) for name, level in override.levels.items()},
            band_now=Band(band.computed_band),
            levels_now=stored_levels(result.readings),
        )
        _refuse(bars)
        if overrides.in_force(override.care_service_id) is not None:
            raise OverrideInForceAlready("End the override that is in force before approving another.")
    _step(session, override, Step.APPROVE, by=by, now=now)
    _decide(override, by=by, now=now)
    session.flush()
    refresh(session, [override.care_service_id], now=now)
    return override


def reject(session: Session, override_id: UUID, reason: str, *, by: Principal, now: datetime) -> Override:
    override = Overrides(session).get_to_change(override_id)
    if override.status == Status.PROPOSED and by.subject == override.proposed_by:
        raise OverrideBarred([Bar.PROPOSED_BY_YOU])
    _step(session, override, Step.REJECT, by=by, now=now, reason=reason)
    _decide(override, by=by, now=now)
    session.flush()
    return override


def end(session: Session, override_id: UUID, reason: str, *, by: Principal, now: datetime) -> Override:
    """End it before its time: anybody who could have proposed it may say that it is no longer needed."""
    override = Overrides(session).get_to_change(override_id)
    _end(session, override, Step.END, by=by, now=now, reason=reason)
    return override


def next_end(session: Session) -> datetime | None:
    return Overrides(session).next_end()


def expire(session: Session, now: datetime) -> int:
    """Due work: what has had its last day ends."""
    over = Overrides(session).over(now, limit=BATCH)
    for override in over:
        _end(session, override, Step.EXPIRE, by=SYSTEM, now=now, reason="Its last day is over.")
    return len(over)


def _end(session: Session, override: Override, step: Step, *, by: Principal, now: datetime, reason: str) -> None:
    _step(session, override, step, by=by, now=now, reason=reason)
    override.ended_at = now
    session.flush()
    refresh(session, [override.care_service_id], now=now)


def _step(
    session: Session, override: Override, step: Step, *, by: Principal, now: datetime, reason: str | None = None
) -> None:
    take(session, override, step, LIFE, by=by, now=now, reason=reason, **_about(override))


def _about(override: Override) -> dict[str, Any]:
    return {"provider_id": override.provider_id, "care_service_id": override.care_service_id}


def _decide(override: Override, *, by: Principal, now: datetime) -> None:
    override.decided_by_name, override.decided_at = by.name, now


def _bars(band: Band, result: BandResult, *, last_day: date, today: date) -> list[Bar]:
    return bars_to_override(
        band,
        computed=Band(result.band),
        levels=stored_levels(result.readings),
        is_information_missing=any(is_missing(State(reading["state"])) for reading in result.readings),
        last_day=last_day,
        today=today,
    )


def _refuse(bars: Sequence[Bar]) -> None:
    if bars:
        raise OverrideBarred(bars)
