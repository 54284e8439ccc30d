"""What falls due by itself about remedial action: plans that do not come, actions past their day."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from assay_contracts.assessment import RemedialActionOverdue
from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.due import DueWork
from assay_kit.events import tell
from assay_kit.identity import SYSTEM
from assessment.assessments.events import write_to
from assessment.assessments.repository import Assessments
from assessment.tables import RemedialAction, RemedialIssue, RemedialPlan

from .rules import WRITING, PlanStatus, Progress, remind_at
from .telling import remind, tell_overdue

_BATCH = 200
_PLAN_AWAITED = (col(RemedialPlan.status).in_(WRITING), col(RemedialPlan.overdue_told_at).is_(None))
_ACTION_AWAITED = (
    col(RemedialAction.issue_id) == col(RemedialIssue.id),
    col(RemedialIssue.plan_id) == col(RemedialPlan.id),
    col(RemedialPlan.status) == PlanStatus.APPROVED,
    col(RemedialIssue.outcome).is_(None),
    col(RemedialAction.progress) != Progress.DONE,
)
_ACTION_OPEN = (*_ACTION_AWAITED, col(RemedialAction.overdue_told_at).is_(None))
_TO_BE_REMINDED = (*_ACTION_AWAITED, col(RemedialAction.remind_at).is_not(None))


def next_late_plan(session: Session) -> datetime | None:
    return session.exec(select(func.min(RemedialPlan.due_at)).where(*_PLAN_AWAITED)).one()


def tell_of_late_plans(session: Session, now: datetime) -> int:
    """Write to both sides, once, where a plan has not come in time."""
    statement = select(RemedialPlan).where(*_PLAN_AWAITED, RemedialPlan.due_at <= now)
    late = session.exec(statement.order_by(col(RemedialPlan.id)).limit(_BATCH).with_for_update()).all()
    for plan in late:
        plan.overdue_told_at = now
        due_on = london_day(plan.due_at).isoformat()
        for to in (Recipient(provider_id=plan.provider_id), Recipient(role=Role.COMPLIANCE_OFFICER)):
            side = "provider" if to.provider_id else "officer"
            write_to(
                session, to, "remedial_plan_overdue", about=plan.id, now=now, once=f"{side}:{due_on}", due_on=due_on
            )
    return len(late)


def next_late_action(session: Session) -> datetime | None:
    return session.exec(select(func.min(RemedialAction.overdue_at)).where(*_ACTION_OPEN)).one()


def tell_of_late_actions(session: Session, now: datetime) -> int:
    """Tell, once for each due date, of an action that is past it and not done."""
    statement = select(RemedialAction, RemedialPlan).where(*_ACTION_OPEN, RemedialAction.overdue_at <= now)
    # Locked, and asked again once locked: an action that is given more time meanwhile is not late.
    in_order = (col(RemedialPlan.id), col(RemedialAction.due_on), col(RemedialAction.id))
    late = session.exec(statement.order_by(*in_order).limit(_BATCH).with_for_update(of=RemedialAction)).all()
    for action, plan in late:
        action.overdue_told_at = now
        event = RemedialActionOverdue(
            action_id=action.id,
            assessment_id=plan.assessment_id,
            care_service_id=plan.care_service_id,
            provider_id=plan.provider_id,
            due_on=action.due_on,
            at=now,
        )
        tell(session, event)
    for plan, due_on in _days(late):
        tell_overdue(session, plan, due_on, now)
    return len(late)


def next_action_reminder(session: Session) -> datetime | None:
    return session.exec(select(func.min(RemedialAction.remind_at)).where(*_TO_BE_REMINDED)).one()


def remind_of_actions(session: Session, now: datetime) -> int:
    """Remind the provider of what falls due soon: of several instants that have passed only the last one counts."""
    statement = select(RemedialAction, RemedialPlan).where(*_TO_BE_REMINDED, col(RemedialAction.remind_at) <= now)
    in_order = (col(RemedialPlan.id), col(RemedialAction.due_on), col(RemedialAction.id))
    due = session.exec(statement.order_by(*in_order).limit(_BATCH).with_for_update(of=RemedialAction)).all()
    assessments, today = Assessments(session), london_day(now)
    policies = {
        plan.id: assessments.framework(assessments.get(plan.assessment_id, by=SYSTEM)).policy for _, plan in due
    }
    for action, plan in due:
        action.remind_at = remind_at(policies[plan.id], action.due_on, now)
    for plan, due_on in _days(due):
        if due_on >= today:
            remind(session, plan, due_on, today=today, now=now)
    return len(due)


def _days(found: Iterable[tuple[RemedialAction, RemedialPlan]]) -> list[tuple[RemedialPlan, date]]:
    """Each plan with each day on which some of these actions are due."""
    plans = {plan.id: plan for _, plan in found}
    return [(plans[plan_id], due_on) for plan_id, due_on in dict.fromkeys((plan.id, a.due_on) for a, plan in found)]


LATE_PLANS = DueWork(name="remedial plans overdue", next=next_late_plan, do=tell_of_late_plans)
LATE_ACTIONS = DueWork(name="remedial actions overdue", next=next_late_action, do=tell_of_late_actions)
ACTION_REMINDERS = DueWork(name="remedial action reminders", next=next_action_reminder, do=remind_of_actions)
