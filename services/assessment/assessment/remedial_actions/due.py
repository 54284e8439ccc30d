"""What falls due by itself about remedial action: plans that do not come, actions past their day."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from assay_contracts.assessment import RemedialActionOverdue
from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.due import DueWork
from assay_kit.events import tell
from assessment.assessments.events import write_to
from assessment.tables import RemedialAction, RemedialIssue, RemedialPlan

from .rules import WRITING, PlanStatus, Progress

_BATCH = 200
_PLAN_AWAITED = (col(RemedialPlan.status).in_(WRITING), col(RemedialPlan.overdue_told_at).is_(None))
_ACTION_OPEN = (
    col(RemedialAction.issue_id) == col(RemedialIssue.id),
    col(RemedialIssue.plan_id) == col(RemedialPlan.id),
    col(RemedialPlan.status) == PlanStatus.APPROVED,
    col(RemedialIssue.outcome).is_(None),
    col(RemedialAction.progress) != Progress.DONE,
    col(RemedialAction.overdue_told_at).is_(None),
)


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
    locked = statement.order_by(col(RemedialAction.id)).limit(_BATCH).with_for_update(of=RemedialAction)
    late = session.exec(locked).all()
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
    return len(late)


LATE_PLANS = DueWork(name="remedial plans overdue", next=next_late_plan, do=tell_of_late_plans)
LATE_ACTIONS = DueWork(name="remedial actions overdue", next=next_late_action, do=tell_of_late_actions)
