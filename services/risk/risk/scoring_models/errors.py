"""Everything that can go wrong with a scoring model."""

from collections.abc import Sequence
from datetime import date

from assay_kit.problems import Conflict, NotFound
from risk.bars import Barred
from risk.scoring_models.consistency import Fault


class ScoringModelNotFound(NotFound):
    slug, title = "scoring-model-not-found", "No such scoring model"

    def __init__(self, version: int) -> None:
        super().__init__(f"There is no scoring model version {version}.")


class ModelApproved(Conflict):
    slug, title = "model-approved", "An approved model can no longer be edited"

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} is approved and waits for its moment; take the approval back to edit it.")


class DayAhead(Conflict):
    slug, title = "day-ahead", "That day has not come yet"

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"Today is {today.isoformat()}; nothing can be known of {day.isoformat()}.")


class NoModelThen(Conflict):
    slug, title = "no-model-then", "No scoring model was in force on that day"


class PeriodNotChecked(Conflict):
    slug, title = "period-not-checked", "No such period can be checked"


class ApprovalBarred(Barred):
    slug, title = "approval-barred", "You may not approve this model"


class PolicyContradictsItself(Conflict):
    """`errors` names every field, as for a request that is not valid."""

    slug, title = "policy-contradicts-itself", "The policy contradicts itself"

    def __init__(self, faults: Sequence[Fault]) -> None:
        errors = [{"field": f"policy.{fault.field}", "in": "body", "why": fault.why} for fault in faults]
        super().__init__("; ".join(f"{each['field']}: {each['why']}" for each in errors[:5]), errors=errors)
