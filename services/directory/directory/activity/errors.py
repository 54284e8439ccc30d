"""Everything that can go wrong with activity."""

from assay_kit.problems import Conflict


class MonthNotBegun(Conflict):
    slug, title = "month-not-begun", "The month has not begun"

    def __init__(self) -> None:
        super().__init__("Activity is recorded for months that have begun.")
