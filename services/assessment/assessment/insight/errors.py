"""What can go wrong with a question of insight."""

from assay_kit.problems import Conflict


class PeriodIsNone(Conflict):
    slug, title = "period-is-none", "A period ends on or after the day on which it begins"

    def __init__(self) -> None:
        super().__init__("Give a first day that is not after the last.")
