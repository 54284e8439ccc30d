"""Things that happen over years, told as generators: each yields the instant at which it goes on.

The teller moves the demonstration clock from one instant to the next, so that whatever falls due in between is done,
and lets one story after another go on. Nothing depends on real time or on chance without a seed.
"""

import heapq
from collections.abc import Callable, Generator, Iterable
from datetime import datetime, timedelta

Story = Generator[datetime, None, None]


def tell(stories: Iterable[Story], *, move_clock: Callable[[datetime], None], until: datetime, start: datetime) -> int:
    """Let every story go on in the order of its instants, up to `until`. Returns how many steps were told.

    Stories may begin others by adding them to `stories` only before they begin; steps at one instant keep that order.
    """
    waiting: list[tuple[datetime, int, Story]] = []
    for order, story in enumerate(stories):
        _go_on(waiting, order, story)
    told, now = 0, start
    while waiting and waiting[0][0] <= until:
        instant, order, story = heapq.heappop(waiting)
        if instant > now:
            move_clock(instant)
            now = instant
        _go_on(waiting, order, story)
        told += 1
    move_clock(until)
    return told


def _go_on(waiting: list[tuple[datetime, int, Story]], order: int, story: Story) -> None:
    instant = next(story, None)
    if instant is not None:
        heapq.heappush(waiting, (instant, order, story))


def working_morning(day: datetime) -> datetime:
    """The same day or the next that is no Saturday or Sunday, at the same time."""
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day
