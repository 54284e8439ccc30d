"""Loads the demonstration: years of what people did, through the services as they run, up to one fixed day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from assay_contracts.names import SERVICES
from assay_kit.advancing import Hands
from assay_kit.callers import caller
from assay_kit.settings import Settings, Span
from demonstration.driver import House, inside
from demonstration.history import History
from demonstration.passwords import password

BEGINS = datetime(2020, 3, 30, 8, tzinfo=UTC)
"""Monday before go-live: the clock starts here."""
DEMONSTRATION_DAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""The fixed day on which the demonstration stands, and from which its clock runs on."""
LONGEST_LEAP = timedelta(days=365)
EXACT_DAYS = {
    Span.WHOLE: timedelta(days=14),
    Span.SAMPLE: timedelta(days=7),
    Span.SHORT: timedelta(0),
    Span.PEOPLE: timedelta(0),
}
"""Before these last days the clock leaps from story to story; in them it stops at every due instant."""
HOUSEKEEPING = timedelta(days=7)
"""How long what falls due may wait while the clock leaps."""

Say = Callable[[str], None]


def load(settings: Settings, say: Say) -> None:
    """Load everything. The services run; nobody else uses them yet."""
    house = House(inside(settings), password=password(settings))
    http = caller(settings, "directory", timeout=300.0)
    hands = Hands(http, {name: settings.service_url(name) for name in SERVICES})
    exact_from = DEMONSTRATION_DAY - EXACT_DAYS[settings.demonstration]
    now = done = BEGINS

    def move_clock(to: datetime) -> None:
        nonlocal now, done
        while now < min(to, exact_from):
            now = min(to, exact_from, now + LONGEST_LEAP)
            if now - done < HOUSEKEEPING and now != exact_from:
                hands.set(now, is_running=False)
            else:
                hands.leap(now)
                done = now
        if now < to:
            hands.advance(to, is_running=False)
            now = to

    try:
        hands.set(BEGINS, is_running=False)
        History(house, settings, move_clock, say).tell(start=BEGINS, until=DEMONSTRATION_DAY)
        hands.set(DEMONSTRATION_DAY, is_running=True)
    finally:
        house.close()
        http.close()
