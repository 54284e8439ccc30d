"""Letters about a plan and its actions: to the provider, and to the officers of the assessment that it follows."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session

from assay_contracts.messages import Recipient
from assay_kit.identity import SYSTEM
from assessment.assessments.events import write_to
from assessment.assessments.hearing import write_to_officers
from assessment.assessments.repository import Assessments
from assessment.tables import RemedialAction, RemedialIssue, RemedialPlan

from .rules import Outcome


def tell_approved(session: Session, plan: RemedialPlan, now: datetime) -> None:
    to, reference = Recipient(provider_id=plan.provider_id), _reference(session, plan)
    write_to(session, to, "remedial_plan_approved", about=plan.id, now=now, reference=reference)


def tell_closed(session: Session, plan: RemedialPlan, outcomes: Iterable[Outcome | None], now: datetime) -> None:
    count = Counter(outcomes)
    write_to(
        session,
        Recipient(provider_id=plan.provider_id),
        "remedial_plan_closed",
        about=plan.id,
        now=now,
        reference=_reference(session, plan),
        completely=str(count[Outcome.COMPLETELY]),
        partly=str(count[Outcome.PARTLY]),
        not_at_all=str(count[Outcome.NOT]),
    )


def tell_extended(
    session: Session, plan: RemedialPlan, issue: RemedialIssue, action: RemedialAction, *, reason: str, now: datetime
) -> None:
    write_to(
        session,
        Recipient(provider_id=plan.provider_id),
        "remedial_action_extended",
        about=action.id,
        now=now,
        once=action.due_on.isoformat(),
        reference=_reference(session, plan),
        question=issue.question,
        due_on=action.due_on.isoformat(),
        reason=reason,
    )


def tell_verified(session: Session, plan: RemedialPlan, issue: RemedialIssue, *, reason: str, now: datetime) -> None:
    write_to(
        session,
        Recipient(provider_id=plan.provider_id),
        "remedial_issue_verified",
        about=issue.id,
        now=now,
        reference=_reference(session, plan),
        question=issue.question,
        outcome=str(issue.outcome),
        reason=reason,
    )


def remind(session: Session, plan: RemedialPlan, due_on: date, *, today: date, now: datetime) -> None:
    """Once for each day on which several actions of a plan fall due, however many they are."""
    write_to(
        session,
        Recipient(provider_id=plan.provider_id),
        "remedial_actions_due",
        about=plan.id,
        now=now,
        once=f"{due_on.isoformat()}:{today.isoformat()}",
        reference=_reference(session, plan),
        due_on=due_on.isoformat(),
        days=str((due_on - today).days),
    )


def tell_overdue(session: Session, plan: RemedialPlan, due_on: date, now: datetime) -> None:
    """To both sides, once for each day on which actions of a plan were due."""
    assessment = Assessments(session).get(plan.assessment_id, by=SYSTEM)
    said = {"reference": assessment.reference, "due_on": due_on.isoformat()}
    of_plan = f"{plan.id}:{due_on.isoformat()}"
    write_to_officers(session, assessment, "remedial_actions_overdue", now=now, once=of_plan, **said)
    to, once = Recipient(provider_id=plan.provider_id), f"provider:{due_on.isoformat()}"
    write_to(session, to, "remedial_actions_overdue", about=plan.id, now=now, once=once, **said)


def _reference(session: Session, plan: RemedialPlan) -> str:
    return Assessments(session).get(plan.assessment_id, by=SYSTEM).reference
