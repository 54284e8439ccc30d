"""The life of a remedial action plan, and what stands in its way. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from assay_kit.calendar import start_of_london_day
from assay_kit.steps import Life
from assessment.frameworks.framework import PublicPolicy


class PlanStatus(StrEnum):
    AWAITING_PLAN = "awaiting_plan"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class PlanStep(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    EXTEND_ACTION = "extend_action"
    VERIFY_ISSUE = "verify_issue"


class Outcome(StrEnum):
    """What an officer found when verifying an issue."""

    COMPLETELY = "completely_remedied"
    PARTLY = "partly_remedied"
    NOT = "not_remedied"


class Progress(StrEnum):
    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"


_S, _T = PlanStatus, PlanStep
PLAN_LIFE: Life[PlanStatus, PlanStep] = Life(
    "remedial plan",
    PlanStatus.AWAITING_PLAN,
    {
        (_S.AWAITING_PLAN, _T.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _T.RETURN): _S.RETURNED,
        (_S.SUBMITTED, _T.APPROVE): _S.APPROVED,
        (_S.RETURNED, _T.SUBMIT): _S.SUBMITTED,
        (_S.APPROVED, _T.CLOSE): _S.CLOSED,
        # with the rating that it follows; a plan that was closed stays so
        (_S.AWAITING_PLAN, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.SUBMITTED, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.RETURNED, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.APPROVED, _T.WITHDRAW): _S.WITHDRAWN,
        # what is written down without moving it on
        (_S.APPROVED, _T.EXTEND_ACTION): _S.APPROVED,
        (_S.APPROVED, _T.VERIFY_ISSUE): _S.APPROVED,
    },
)

# As many as a plan shows.
MOST_ACTIONS = 500
MOST_NOTES = 1000

# While the provider writes the plan.
WRITING = frozenset({PlanStatus.AWAITING_PLAN, PlanStatus.RETURNED})


def bars_to_submission(actions_by_issue: Mapping[str, int]) -> list[str]:
    """Every issue (by question code) without an action: each needs at least one."""
    return [f"Question {code} has no action." for code, count in actions_by_issue.items() if count == 0]


def bars_to_past_days(due: Iterable[tuple[str, date]], today: date, *, remedy: str) -> list[str]:
    """Every action (by question code) whose day is past before anybody has agreed to it, and what to do about it."""
    return [
        f"Question {code} has an action that was due on {due_on.isoformat()}, which is past: {remedy}."
        for code, due_on in sorted(due)
        if due_on < today
    ]


def bars_to_closure(outcome_by_issue: Mapping[str, Outcome | None]) -> list[str]:
    """Every issue that nobody has verified: a plan cannot close over one."""
    return [f"Question {code} is not verified." for code, outcome in outcome_by_issue.items() if outcome is None]


def bars_to_extension(*, stands: date, wanted: date, progress: Progress, outcome: Outcome | None) -> list[str]:
    """Every ground on which an action that is due on `stands` gets no time until `wanted`."""
    bars = []
    if wanted <= stands:
        bars.append(f"More time ends after {stands.isoformat()}, when the action is due.")
    if progress == Progress.DONE:
        bars.append("The action is done.")
    if outcome is not None:
        bars.append("The issue has been verified.")
    return bars


def remind_at(policy: PublicPolicy, due_on: date, after: datetime) -> datetime | None:
    """When to remind the provider next of an action that is due then; None where no reminder is left."""
    instants = (start_of_london_day(due_on - timedelta(days=days)) for days in policy.action_reminder_days)
    return min((instant for instant in instants if instant > after), default=None)
