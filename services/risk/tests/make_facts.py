"""Builds the facts of a service about which all is well; a test names only what it is about."""

from datetime import date, timedelta
from typing import Any

from risk.indicators.facts import (
    CompanyReading,
    CqcRating,
    CqcReading,
    Enquiry,
    Facts,
    Feed,
    FoodReading,
    Occurrence,
    Rating,
    ReadOn,
)
from risk.indicators.reading import Reading, State
from risk.indicators.registry import INDICATORS
from risk.scoring_models.policy import Indicator, Level
from risk.scoring_models.shipped import version_1

TODAY = date(2026, 3, 2)
YESTERDAY = date(2026, 3, 1)
POLICY = version_1()


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def facts(**about: Any) -> Facts:
    usual: dict[str, Any] = {
        "on": TODAY,
        "service_type": "home_care",
        "people_supported": 40,
        "is_regulated": True,
        "prepares_food": True,
        "has_food_id": True,
        "requires_registered_manager": True,
        "is_company": True,
        "assessment": Rating(rating="good", published_on=date(2025, 9, 1)),
        "cqc": CqcReading(
            is_registered=True, ratings=(CqcRating(rating="good", rated_on=date(2025, 5, 1)),), names_manager=True
        ),
        "cqc_read": ReadOn(on=YESTERDAY),
        "food": FoodReading(value="5", rated_on=date(2025, 2, 1)),
        "food_read": ReadOn(on=YESTERDAY),
        "company": CompanyReading(status="active"),
        "company_read": ReadOn(on=YESTERDAY),
        "last_heard": dict.fromkeys(Feed, YESTERDAY),
    }
    return Facts(**usual | about)


def enquiries(*days: date) -> tuple[Enquiry, ...]:
    return tuple(Enquiry(reference=f"SE-{n}", on=on, counts=True) for n, on in enumerate(days))


def occurrences(*days: date, restricted: bool = False) -> tuple[Occurrence, ...]:
    return tuple(Occurrence(on=on, restricted=restricted) for on in days)


def cqc(*ratings: CqcRating, **about: Any) -> CqcReading:
    return CqcReading(**{"is_registered": True, "names_manager": True, "ratings": ratings} | about)


def read(indicator: Indicator, **about: Any) -> Reading:
    return INDICATORS[indicator].read(facts(**about), POLICY)


def answer(indicator: Indicator, **about: Any) -> tuple[State, Level | None]:
    reading = read(indicator, **about)
    assert reading.indicator is indicator
    assert reading.reason.endswith(".")
    return reading.state, reading.level


def known(level: Level) -> tuple[State, Level | None]:
    return State.KNOWN, level
