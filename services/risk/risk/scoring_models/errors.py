"""Everything that can go wrong with a scoring model."""

from collections.abc import Sequence

from assay_kit.problems import Conflict, NotFound
from risk.scoring_models.rules import Bar


class ScoringModelNotFound(NotFound):
    slug, title = "scoring-model-not-found", "No such scoring model"

    def __init__(self, version: int) -> None:
        super().__init__(f"There is no scoring model version {version}.")


class ApprovalBarred(Conflict):
    slug, title = "approval-barred", "You may not approve this model"

    def __init__(self, bars: Sequence[Bar]) -> None:
        super().__init__(". ".join(bars) + ".", bars=[bar.name for bar in bars])
