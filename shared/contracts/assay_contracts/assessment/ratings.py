"""The ratings a service can have. Pure, so that rules may use it."""

from enum import StrEnum


class Rating(StrEnum):
    EXCELLENT = "excellent"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    POOR = "poor"
