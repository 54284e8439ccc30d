"""What the Food Standards Agency says of an establishment, read out of its answer. Pure."""

from datetime import date
from typing import Any

from risk.indicators.facts import FoodReading
from risk.registers.cqc import day

# `RatingValue` as printed, by what it means here. England's scheme is 0 to 5; the words are Scotland's.
VALUES = {
    **{str(number): str(number) for number in range(6)},
    "exempt": "exempt",
    "awaitinginspection": "awaiting",
    "awaitingpublication": "awaiting",
    "pass": "pass",
    "improvementrequired": "improvement_required",
}
NO_DATE = date(1901, 1, 1)  # stands in exempt and awaiting rows for "none"


def parse_establishment(establishment: dict[str, Any]) -> FoodReading:
    """A reading of `GET /Establishments/{FHRSID}`; a value that nobody knows is awaited."""
    said = str(establishment.get("RatingValue") or "").replace(" ", "").lower()
    rated_on = day(establishment.get("RatingDate"))
    return FoodReading(value=VALUES.get(said, "awaiting"), rated_on=None if rated_on == NO_DATE else rated_on)
