"""Works a band out of facts and a policy, in the form in which it is kept. Pure: the same input, the same answer."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from risk.bands.rules import Band, Verdict, follows_rating_alone, judge
from risk.indicators.facts import Facts
from risk.indicators.reading import Reading, State, as_json
from risk.indicators.registry import read_all
from risk.scoring_models.policy import Level, Policy


@dataclass(frozen=True, kw_only=True)
class Worked:
    """`digest` stays as long as the answer and its reasons do; the working behind them may move with the days."""

    verdict: Verdict
    readings: tuple[Reading, ...]
    digest: str
    follows_rating_alone: bool = False

    @property
    def levels(self) -> dict[str, Level]:
        return {each.indicator: each.level for each in self.readings if each.level is not None}


def work_out(facts: Facts, policy: Policy, *, model_version: int) -> Worked:
    readings = tuple(read_all(facts, policy))
    verdict = judge(readings, policy.band)
    parts = [
        as_json([model_version, verdict.band, verdict.points])[1:-1],
        f"[{','.join(each.said for each in readings)}]",
    ]
    if any(each.openly and (each.openly.is_of_concern or not each.openly.is_known) for each in readings):
        parts.append(as_json(verdict.open_reasons))  # else the readings alone tell what everybody may know
    digest = sha256(f"[{','.join(parts)}]".encode()).hexdigest()
    alone = verdict.band is Band.RED and follows_rating_alone(readings, policy.band)
    return Worked(verdict=verdict, readings=readings, digest=digest, follows_rating_alone=alone)


def as_kept(readings: Iterable[Reading]) -> str:
    """Readings as JSON, with which a result keeps them."""
    return f"[{','.join(each.kept for each in readings)}]"


def stored(reading: Reading) -> dict[str, Any]:
    """A reading as it is read again from what a result keeps."""
    kept: dict[str, Any] = json.loads(reading.kept)
    return kept


def read_again(readings: Sequence[dict[str, Any]]) -> list[Reading]:
    """Readings that were stored, as far as a band is judged from them."""
    return [
        Reading(
            indicator=each["indicator"],
            state=State(each["state"]),
            level=None if each["level"] is None else Level(each["level"]),
            reason=each["reason"],
            confidential=each["confidential"],
        )
        for each in readings
    ]


def stored_levels(readings: Sequence[dict[str, Any]]) -> dict[str, Level]:
    """The levels of readings that were stored."""
    return {each["indicator"]: Level(each["level"]) for each in readings if each["level"] is not None}
