"""A plan goes with the rating that it follows."""

from datetime import datetime

from sqlmodel import Session, select

from assay_kit.identity import Principal
from assay_kit.timeline import take
from assessment.assessments.actions import of
from assessment.tables import Assessment, RemedialPlan

from .rules import PLAN_LIFE, PlanStatus, PlanStep


def withdraw_plan(session: Session, assessment: Assessment, *, by: Principal, now: datetime) -> None:
    """Nobody is held any more to a plan whose rating was taken back; one that was closed stays as it is."""
    wanted = select(RemedialPlan).where(RemedialPlan.assessment_id == assessment.id)
    plan = session.exec(wanted.with_for_update()).one_or_none()
    if plan is None or PLAN_LIFE.after(PlanStatus(plan.status), PlanStep.WITHDRAW) is None:
        return
    reason = f"The rating of {assessment.reference} was withdrawn."
    take(session, plan, PlanStep.WITHDRAW, PLAN_LIFE, by=by, now=now, reason=reason, **of(assessment))
