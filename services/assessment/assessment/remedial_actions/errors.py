"""Everything that can go wrong with a remedial action plan."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class PlanNotFound(NotFound):
    slug, title = "plan-not-found", "No such remedial action plan"

    def __init__(self, plan_id: UUID) -> None:
        super().__init__(f"There is no remedial action plan {plan_id}.")


class IssueNotFound(NotFound):
    slug, title = "issue-not-found", "No such issue"

    def __init__(self, issue_id: UUID) -> None:
        super().__init__(f"There is no issue {issue_id} in this plan.")


class ActionNotFound(NotFound):
    slug, title = "action-not-found", "No such action"

    def __init__(self, action_id: UUID) -> None:
        super().__init__(f"There is no action {action_id} in this plan.")


class PlanNotBeingWritten(Conflict):
    slug, title = "plan-not-being-written", "The plan cannot be changed now"

    def __init__(self, status: str) -> None:
        super().__init__(f"Actions are written before submission or after a return; it is {status.replace('_', ' ')}.")


class PlanNotApproved(Conflict):
    slug, title = "plan-not-approved", "The plan has not been approved"

    def __init__(self, status: str) -> None:
        super().__init__(f"This is for an approved plan; this one is {status.replace('_', ' ')}.")


class IssueVerified(Conflict):
    slug, title = "issue-verified", "The issue has been verified"

    def __init__(self) -> None:
        super().__init__("A verified issue stays as it was found.")


class DueAtNoGoodTime(Conflict):
    slug, title = "due-at-no-good-time", "An action is due today or within three years"

    def __init__(self) -> None:
        super().__init__("Give the action a due date that is not past, nor more than three years ahead.")
