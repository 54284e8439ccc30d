"""How the three counted indicators count: within a window, and only as good as the feed behind them is alive. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from risk.indicators.facts import Facts, Feed, Occurrence, Waiting
from risk.indicators.months import months_before
from risk.indicators.reading import Reading, State, no_data, plural, spoken
from risk.scoring_models.policy import CountPolicy, Indicator, scaled

_WAITS = " What was sent about its location waits to be placed with a service."


class _Counting(NamedTuple):
    """What is counted, from which source, and after which day. `people`: for how many the bounds are."""

    key: Indicator
    words: tuple[str, str]
    policy: CountPolicy
    on: date
    people: int
    heard: date | None
    is_alive: bool
    after: date | None


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
    heard = facts.last_heard.get(Feed(key.value))
    is_alive, after = is_heard(facts.on, heard, policy), window_after(facts.on, heard, policy)
    counting = _Counting(key, words, policy, facts.on, facts.people_supported, heard, is_alive, after)
    known = [each for each in occurrences if each.on <= facts.on]
    waits = [each for each in facts.waiting if each.feed == key.value]
    counted = known if after is None else [each for each in known if each.on > after]
    openly = None
    if always_confidential and (counted or waits):
        openly = _read(counting, [], [], [])
    elif any(each.restricted for each in counted) or any(each.restricted for each in waits):
        known_to_all = [each for each in known if not each.restricted]
        counted_openly = [each for each in counted if not each.restricted]
        openly = _read(counting, known_to_all, counted_openly, [each for each in waits if not each.restricted])
    return _read(counting, known, counted, waits, working=_working(counted, counting), openly=openly)


def _read(
    counting: _Counting,
    known: Sequence[Occurrence],
    counted: Sequence[Occurrence],
    waits: Sequence[Waiting],
    *,
    working: dict[str, object] | None = None,
    openly: Reading | None = None,
) -> Reading:
    key, words, policy, on, people, heard, is_alive, _ = counting
    lacking = None if is_alive and not waits else _lacking(counting, waits)
    if heard is None and not known and not waits:
        said = f"Nothing has ever been heard about {words[1]}."
        return replace(no_data(key, said, tolerance_days=policy.tolerance_days), lacking=lacking)
    return Reading(
        indicator=key,
        state=State.KNOWN if is_alive and not waits else State.STALE,
        level=policy.level(len(counted), people=people, per_people=policy.per_people),
        reason=_reason(len(counted), words, policy, heard=heard, is_alive=is_alive) + (_WAITS if waits else ""),
        as_of=on if is_alive else heard or max((each.on for each in known), default=None),
        working=working or {},
        confidential=openly is not None,
        openly=openly,
        lacking=lacking,
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


def _lacking(counting: _Counting, waits: Sequence[Waiting]) -> str:
    """Why the count is not known, whatever was counted."""
    said = []
    if counting.heard is None:
        said.append(f"Nobody has confirmed how many {counting.words[1]} there were.")
    elif not counting.is_alive:
        said.append(f"The source of {counting.words[1]} has been silent since {spoken(counting.heard)}.")
    if waits:
        said.append(_WAITS.strip())
    return " ".join(said)


def _working(counted: Sequence[Occurrence], counting: _Counting) -> dict[str, object]:
    _, _, policy, on, people, heard, _, after = counting
    return {
        "count": len(counted),
        "dates": sorted(each.on.isoformat() for each in counted),
        "window_after": after.isoformat() if after else None,
        "window_to": on.isoformat(),
        "last_heard": heard.isoformat() if heard else None,
        "tolerance_days": policy.tolerance_days,
        "people_supported": people,
        "bounds": [
            {
                "level": step.level,
                "up_to": None
                if step.up_to is None
                else scaled(step.up_to, people=people, per_people=policy.per_people),
            }
            for step in policy.steps
        ],
    }
