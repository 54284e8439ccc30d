"""Works bands out again, for one service at once, for the estate at night. What is new is gathered in `changes`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import SYSTEM
from assay_kit.timeline import take
from risk.bands.changes import Changes
from risk.bands.exchange import exchange
from risk.bands.repository import Bands, Known, Standing
from risk.bands.rules import Band, follows_rating_alone, is_missing
from risk.bands.working import Worked, read_again, stored_levels, work_out
from risk.overrides.rules import LIFE as OVERRIDE_LIFE
from risk.overrides.rules import Bar as OverrideBar
from risk.overrides.rules import Step as OverrideStep
from risk.overrides.rules import bars_since, bars_to_standing
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.tables import Override

Readings = Sequence[dict[str, Any]]


def refresh(session: Session, care_service_ids: Iterable[UUID], *, now: datetime) -> int:
    """Work the bands of these services out again; returns how many changed. Doing it again changes nothing.

    The clock is not turned back: a service is never worked out for an earlier instant than before, when somebody who
    asked a moment earlier comes to it a moment later. However many services there are, what is new is written in a few
    statements.
    """
    bands = Bands(session)
    ids = bands.lock(care_service_ids)
    if not ids:
        return 0
    model = ScoringModels(session).published()
    policy = policy_of(model)
    standing = bands.standing(ids)
    now = max([now, *(before.refreshed_at for before in standing.values())])
    overrides = bands.overrides_in_force(ids)
    changes = Changes(model_version=model.version, now=now)
    to_compare = []
    with exchange(session) as exchanging:
        for known in exchanging.known({"ids": ids, **bands.asked(policy, now=now)}):
            worked = work_out(known.facts, policy, model_version=model.version)
            before, override = standing.get(known.care_service_id), overrides.get(known.care_service_id)
            if before is not None and (override is not None or _is_red_for_more(before, worked)):
                to_compare.append((known, worked, before, override))
            elif result := changes.note(known, worked, before, override):
                exchanging.add(result)
    compared = _compared(session, to_compare, policy, now=now)
    with exchange(session) as exchanging:
        for known, worked, before, override, was_red_by_rating in compared:
            if result := changes.note(known, worked, before, override, was_red_by_rating=was_red_by_rating):
                exchanging.add(result)
    changes.write(session)
    worked_again = {each["care_service_id"] for each in changes.standing}
    bands.keep_time(set(standing) - worked_again, now)
    return len(changes.changed)


def refresh_provider(session: Session, provider_id: UUID, *, now: datetime) -> int:
    """What is known of a provider reaches all its services."""
    return refresh(session, Bands(session).services_of(provider_id), now=now)


def _compared(
    session: Session,
    to_compare: Sequence[tuple[Known, Worked, Standing, Override | None]],
    policy: Policy,
    *,
    now: datetime,
) -> list[tuple[Known, Worked, Standing, Override | None, bool]]:
    """With the override that goes on, and whether a service that is Red for more was so for its rating alone: what they
    stood on is read, in one statement."""
    stood = Bands(session).readings([before.result_id for _, _, before, _ in to_compare])
    compared = []
    for known, worked, before, override in to_compare:
        readings = stood[before.result_id]
        bars = [] if override is None else _bars_to_going_on(override, before, readings, worked)
        if override is not None and bars:
            _lapse(session, override, bars, now=now)
        was_red_by_rating = _is_red_for_more(before, worked) and _was_red_by_rating(readings, policy)
        compared.append((known, worked, before, None if bars else override, was_red_by_rating))
    return compared


def _bars_to_going_on(override: Override, before: Standing, readings: Readings, worked: Worked) -> list[OverrideBar]:
    """What got worse since, and what it may not stand over whether that is new or not."""
    missing = any(is_missing(each.state) for each in worked.readings)
    return bars_since(
        Band(override.band),
        band_before=before.computed_band,
        levels_before=stored_levels(readings),
        band_now=worked.verdict.band,
        levels_now=worked.levels,
    ) + bars_to_standing(Band(override.band), levels=worked.levels, is_information_missing=missing)


def _is_red_for_more(before: Standing, worked: Worked) -> bool:
    """Whether the service stays Red on another result, and not for its rating alone."""
    if before.computed_band is not Band.RED or before.digest == worked.digest:
        return False
    return worked.verdict.band is Band.RED and not worked.follows_rating_alone


def _was_red_by_rating(readings: Readings, policy: Policy) -> bool:
    """Whether the service was Red for nothing but its rating: that it is for more by now, no colour tells."""
    return follows_rating_alone(read_again(readings), policy.band)


def _lapse(session: Session, override: Override, bars: Sequence[OverrideBar], *, now: datetime) -> None:
    override.ended_at = now
    take(
        session,
        override,
        OverrideStep.LAPSE,
        OVERRIDE_LIFE,
        by=SYSTEM,
        now=now,
        reason=f"{bars[0]}." if bars == [OverrideBar.GREEN_OVER_MISSING] else "The computed result got worse.",
        provider_id=override.provider_id,
        care_service_id=override.care_service_id,
    )
