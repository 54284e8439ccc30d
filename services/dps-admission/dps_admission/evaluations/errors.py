"""Everything that can go wrong in an evaluation."""

from uuid import UUID

from assay_kit.problems import NotFound
from dps_admission.refusals import Refused


class EvaluationRefused(Refused):
    slug, title = "evaluation-refused", "The rules of evaluation do not allow this"


class DecisionRefused(Refused):
    slug, title = "decision-refused", "The decision cannot be taken like this"


class ReportNotFound(NotFound):
    slug, title = "report-not-found", "There is no evaluation report"

    def __init__(self, lot_application_id: UUID) -> None:
        super().__init__(f"There is no evaluation report of {lot_application_id} in this round.")


class DecisionNotFound(NotFound):
    slug, title = "decision-not-found", "No such decision"

    def __init__(self, decision_id: UUID) -> None:
        super().__init__(f"There is no decision {decision_id} that goes out with a letter.")
