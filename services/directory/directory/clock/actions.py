"""Moves the demonstration clock from due instant to due instant, and lets every event arrive in between.

What would have happened at an instant happens as of that instant, in every service, before the next one comes.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assay_kit.problems import Unavailable

from .errors import ClockMovesForward, ClockStuck, ClockTooFar
from .house import House, HouseDown

LONGEST_SECONDS = 600.0
_LOOK_AGAIN_SECONDS = 0.05
# Clocks that run go on while they are read: they are stopped a moment ahead of the latest.
_AHEAD = timedelta(seconds=5)
_FARTHEST = timedelta(days=3660)
# A delivery may have made another one behind the back of a single look.
_QUIET_LOOKS = 3


@dataclass(kw_only=True)
class Advance:
    """What was done on the way."""

    began: datetime
    ended: datetime
    instants: int = 0
    done: Counter[str] = field(default_factory=Counter)


class Patience:
    """Real time that is left for an advance."""

    def __init__(self, seconds: float = LONGEST_SECONDS, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._until = time.monotonic() + seconds
        self._pause = pause

    def wait(self) -> bool:
        """Wait a moment; False when there is no time left."""
        self._pause(_LOOK_AGAIN_SECONDS)
        return time.monotonic() < self._until


def advance(house: House, target: Callable[[datetime], datetime], *, patience: Patience) -> Advance:
    """Move to what `target` makes of the present. ClockStuck tells how far it came; the clock runs on from there."""
    try:
        began = house.now()
    except HouseDown as error:
        raise Unavailable(str(error)) from error
    to = _target(target, began)
    walked = Advance(began=began, ended=min(began + _AHEAD, to))
    try:
        _walk(house, to, walked, patience)
    except HouseDown as error:
        raise ClockStuck(str(error), walked.ended) from error
    finally:
        _let_run(house, walked.ended)
    return walked


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


def _walk(house: House, to: datetime, walked: Advance, patience: Patience) -> None:
    house.set_clocks(walked.ended, is_running=False)
    _settle(house, walked, patience)
    while waiting := {name: instant for name, instant in house.next_due().items() if instant <= to}:
        instant = max(min(waiting.values()), walked.ended)
        if instant > walked.ended:
            house.set_clocks(instant, is_running=False)
            walked.ended = instant
        _do(house, waiting, walked, patience)
    house.set_clocks(to, is_running=False)
    walked.ended = to


def _do(house: House, waiting: Mapping[str, datetime], walked: Advance, patience: Patience) -> None:
    """Do what is due now, one service after the other, so that each has heard what the one before it told.

    A service that says it waits for something and then does nothing would hold us for ever: it is named instead.
    """
    due = [name for name, instant in waiting.items() if instant <= walked.ended]
    done: dict[str, int] = {}
    for name in due:
        done[name] = house.do_due(name, walked.ended)
        _settle(house, walked, patience)
    walked.done.update(done)
    walked.instants += 1
    if not any(done.values()):
        idle = {name for name, instant in house.next_due().items() if instant <= walked.ended} & set(due)
        if idle:
            raise ClockStuck(f"Something is due in {', '.join(sorted(idle))} that is not done.", walked.ended)


def _settle(house: House, walked: Advance, patience: Patience) -> None:
    """Wait until everything told has been heard."""
    quiet = 0
    while quiet < _QUIET_LOOKS:
        waiting = house.undelivered()
        quiet = quiet + 1 if waiting == 0 else 0
        if waiting and not patience.wait():
            raise ClockStuck(f"{waiting} events or jobs were not delivered in time.", walked.ended)


def _let_run(house: House, at: datetime) -> None:
    """The clock runs on. Where a service is down this fails for it alone, and the caller hears of the first failure."""
    try:
        house.set_clocks(at, is_running=True)
    except HouseDown:
        return
