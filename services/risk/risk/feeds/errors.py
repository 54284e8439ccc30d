"""Everything that can go wrong with a feed."""

from assay_kit.problems import Conflict


class RowsMissing(Conflict):
    slug, title = "rows-missing", "Not every row of this delivery has come"

    def __init__(self, promised: int, came: int) -> None:
        super().__init__(f"{promised} rows are said to have been delivered; since the last delivery {came} have come.")
