"""Brings a plan together with its issues, actions and progress."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import Principal

from .repository import Plans
from .schemas import PlanRead


def plan_of(session: Session, plan_id: UUID, *, by: Principal, now: datetime) -> PlanRead:
    plans = Plans(session)
    plan = plans.get(plan_id, by=by)
    return PlanRead.whole(plan, plans.issues(plan_id), plans.actions(plan_id), plans.progress(plan_id), now)
