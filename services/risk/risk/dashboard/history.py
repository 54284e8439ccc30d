"""The estate over time: how many services stood in each band, day by day, by the computed band."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from assay_kit.calendar import end_of_london_day
from risk.bands.rules import Band
from risk.dashboard.errors import PeriodNotShown
from risk.dashboard.schemas import EstateDay

MOST_DAYS = 400
_HISTORY = text(Path(__file__).with_name("history.sql").read_text(encoding="utf-8"))


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_STEPS = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 30}


def days_between(first_day: date, last_day: date, every: Every) -> list[date]:
    """The last day and those before it, a day, a week or thirty days apart, in order."""
    step = timedelta(days=_STEPS[every])
    if first_day > last_day or (last_day - first_day) // step >= MOST_DAYS or first_day.year < 2000:
        raise PeriodNotShown(f"Ask for {MOST_DAYS} points at most, from 2000 on, the first day before the last.")
    return list(reversed(list(_back_from(last_day, first_day, step))))


def _back_from(day: date, first_day: date, step: timedelta) -> Iterator[date]:
    while day >= first_day:
        yield day
        day -= step


def estate_on(session: Session, days: Sequence[date], **about: Any) -> list[EstateDay]:
    """Where the services that `about` names stood at the end of each of the days."""
    points = [end_of_london_day(day) for day in days]
    turned: list[dict[str, int]] = [{} for _ in range(len(days) + 1)]
    asked = {"points": points, "first": points[0], "last": points[-1], **about}
    for band, place, delta in session.execute(_HISTORY, asked):
        turned[place][band] = int(delta)
    standing = dict.fromkeys(Band, 0)
    shown = []
    for place, day in enumerate(days):
        for band in Band:
            standing[band] += turned[place].get(band, 0)
        shown.append(EstateDay(on=day, **{band.value: count for band, count in standing.items()}))
    return shown
