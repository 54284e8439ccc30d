"""Indicators that are the council's own measures: always known, because they are decided here. Pure."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from risk.indicators.facts import LiveIntervention
from risk.indicators.reading import Reading, State, spoken
from risk.scoring_models.policy import Indicator, Level, LivePolicy


@lru_cache(maxsize=1_000)
def _none(key: Indicator, on: date, name: str) -> Reading:
    return Reading(indicator=key, state=State.KNOWN, level=Level.NONE, reason=f"No {name} in force.", as_of=on)


def live(key: Indicator, in_force: Sequence[LiveIntervention], policy: LivePolicy, *, on: date, name: str) -> Reading:
    """Of several, the reason names the widest; of those as wide, the one that came first."""
    if not in_force:
        return _none(key, on, name)
    widest = [each for each in in_force if each.extent == "whole"] or in_force
    first = min(widest, key=lambda each: each.since)
    extent = {"whole": "Whole ", "part": "Partial "}.get(first.extent or "", "")
    said = f"{extent}{name}" if extent else name[:1].upper() + name[1:]
    return Reading(
        indicator=key,
        state=State.KNOWN,
        level=policy.live,
        reason=f"{said} in force since {spoken(first.since)}.",
        as_of=on,
        working={"in_force": [each.model_dump(mode="json") for each in in_force]},
    )
