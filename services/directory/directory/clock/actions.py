"""Moves the demonstration clock of the whole house; the kit's hands go from due instant to due instant."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from assay_kit.advancing import Hands
from assay_kit.problems import Problem, Unavailable

from .errors import ClockMovesForward, ClockTooFar

_FARTHEST = timedelta(days=3660)


@dataclass(frozen=True, kw_only=True)
class Walked:
    """From when to when, at how many instants something was done on the way, and how much."""

    began: datetime
    now: datetime
    instants: int
    done: int


def advance(hands: Hands, target: Callable[[datetime], datetime]) -> Walked:
    """Move to what `target` makes of the present. Where it comes to a halt on the way, the clock runs on from there."""
    began = hands.now()
    to = _target(target, began)
    try:
        walked = hands.advance(to, is_running=True)
    except Unavailable:
        _let_run(hands)
        raise
    return Walked(began=began, now=walked.now, instants=walked.instants, done=walked.done)


def _target(target: Callable[[datetime], datetime], began: datetime) -> datetime:
    try:
        to = target(began)
        farthest = began + _FARTHEST
    except OverflowError as error:
        raise ClockTooFar from error
    if to <= began:
        raise ClockMovesForward(began)
    if to > farthest:
        raise ClockTooFar
    return to


def _let_run(hands: Hands) -> None:
    """With a service down this fails too; what was the matter has been told already."""
    with suppress(Problem):
        hands.set(hands.now(), is_running=True)
