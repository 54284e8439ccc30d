"""Everything that can go wrong with a change of circumstances."""

from uuid import UUID

from assay_kit.problems import NotFound
from dps_admission.refusals import Refused


class ChangeNotFound(NotFound):
    slug, title = "change-not-found", "No such change of circumstances"

    def __init__(self, change_id: UUID) -> None:
        super().__init__(f"There is no change of circumstances {change_id}.")


class ChangedDecisionNotFound(NotFound):
    slug, title = "changed-decision-not-found", "No such changed decision"

    def __init__(self, changed_decision_id: UUID) -> None:
        super().__init__(f"There is no changed decision {changed_decision_id}.")


class ChangeRefused(Refused):
    slug, title = "change-refused", "The change cannot be taken like this"
