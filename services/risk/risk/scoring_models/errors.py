"""Everything that can go wrong with a scoring model."""

from collections.abc import Sequence

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


class ApprovalBarred(Barred):
    slug, title = "approval-barred", "You may not approve this model"


class PolicyContradictsItself(Conflict):
    """`errors` names every field, as for a request that is not valid."""

    slug, title = "policy-contradicts-itself", "The policy contradicts itself"

    def __init__(self, faults: Sequence[Fault]) -> None:
        errors = [{"field": f"policy.{fault.field}", "in": "body", "why": fault.why} for fault in faults]
        super().__init__("; ".join(f"{each['field']}: {each['why']}" for each in errors[:5]), errors=errors)
