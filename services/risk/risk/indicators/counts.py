"""How the three counted indicators count: within a window, and only as good as the feed behind them is alive. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from risk.indicators.facts import Facts, Feed, Occurrence
from risk.indicators.months import months_before
from risk.indicators.reading import Reading, State, no_data, plural, spoken
from risk.scoring_models.policy import CountPolicy, Indicator, scaled

_WAITS = " What was sent about its location waits to be placed with a service."


def count(
    key: Indicator,
    occurrences: Sequence[Occurrence],
    facts: Facts,
    policy: CountPolicy,
    *,
    words: tuple[str, str],
    always_confidential: bool = False,
) -> Reading:
    """The level of the occurrences of the last months, as far as they can be known.

    While the feed is silent nothing leaves the window (it stands where it stood when last heard from), so that
    silence never makes a service look better.
    """
    known = [each for each in occurrences if each.on <= facts.on]
    heard = facts.last_heard.get(Feed(key.value))
    waits = [each for each in facts.waiting if each.feed == key.value]
    if heard is None and not known and not waits:
        return no_data(key, f"Nothing has ever been heard about {words[1]}.", tolerance_days=policy.tolerance_days)

    is_alive = is_heard(facts.on, heard, policy)
    after = window_after(facts.on, heard, policy)
    counted = [each for each in known if after is None or each.on > after]
    is_known = is_alive and not waits
    level = policy.level(len(counted), people=facts.people_supported, per_people=policy.per_people)
    return Reading(
        indicator=key,
        state=State.KNOWN if is_known else State.STALE,
        level=level,
        reason=_reason(len(counted), words, policy, heard=heard, is_alive=is_alive) + (_WAITS if waits else ""),
        as_of=facts.on if is_alive else heard or max((each.on for each in known), default=None),
        working=_working(counted, facts, policy, heard=heard, after=after),
        confidential=bool(counted or waits)
        and (always_confidential or any(each.restricted for each in counted) or any(each.restricted for each in waits)),
    )


def is_heard(on: date, heard: date | None, policy: CountPolicy) -> bool:
    """Whether the feed is alive on that day."""
    return heard is not None and on - heard <= timedelta(days=policy.tolerance_days)


def window_after(on: date, heard: date | None, policy: CountPolicy) -> date | None:
    """Count what happened after this day: some months before today, or before the day last heard from if long ago.

    None: never heard from, so nothing that is on record is known to be over.
    """
    if heard is None:
        return None
    return months_before(on if is_heard(on, heard, policy) else heard, policy.months)


def _reason(counted: int, words: tuple[str, str], policy: CountPolicy, *, heard: date | None, is_alive: bool) -> str:
    said = plural(counted, *words) if counted else f"No {words[1]}"
    if heard is None:
        return f"{said} on record. Nobody has confirmed that this is all."
    if not is_alive:
        return f"{said} in {policy.months} months. The source has been silent since {spoken(heard)}."
    return f"{said} in {policy.months} months."


def _working(
    counted: Sequence[Occurrence], facts: Facts, policy: CountPolicy, *, heard: date | None, after: date | None
) -> dict[str, object]:
    people, per = facts.people_supported, policy.per_people
    return {
        "count": len(counted),
        "dates": sorted(each.on.isoformat() for each in counted),
        "window_after": after.isoformat() if after else None,
        "window_to": facts.on.isoformat(),
        "last_heard": heard.isoformat() if heard else None,
        "tolerance_days": policy.tolerance_days,
        "people_supported": people,
        "bounds": [
            {
                "level": step.level,
                "up_to": None if step.up_to is None else scaled(step.up_to, people=people, per_people=per),
            }
            for step in policy.steps
        ],
    }
