"""What people do about a remedial action plan."""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import end_of_london_day, london_day, start_of_london_day
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take
from assessment.assessments.actions import Whose, of
from assessment.assessments.errors import Barred, ensure_room
from assessment.assessments.events import write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import is_near
from assessment.evidence import Evidence
from assessment.frameworks.framework import Framework, Policy
from assessment.rating.rules import Answers
from assessment.tables import Assessment, RemedialAction, RemedialIssue, RemedialPlan, RemedialProgress
from assessment.validations.repository import Validations

from .errors import DueAtNoGoodTime, IssueVerified, PlanNotApproved, PlanNotBeingWritten
from .repository import Plans
from .rules import (
    MOST_ACTIONS,
    MOST_NOTES,
    PLAN_LIFE,
    WRITING,
    Outcome,
    PlanStatus,
    PlanStep,
    Progress,
    bars_to_closure,
    bars_to_extension,
    bars_to_past_days,
    bars_to_submission,
    remind_at,
)
from .telling import tell_approved, tell_closed, tell_extended, tell_verified


def make_plan(
    session: Session,
    assessment: Assessment,
    framework: Framework,
    standing: Answers,
    *,
    by: Principal,
    now: datetime,
) -> RemedialPlan | None:
    """Ask for a plan where the rating calls for one: an issue for each question found wanting."""
    policy = framework.policy
    wanting: list[tuple[str, str, Rating]] = [
        (question.code, question.question, rating)
        for question in framework.questions_for(assessment.service_type)
        if (rating := standing[question.code].rating) in policy.issue_ratings and rating is not None
    ]
    if assessment.rating not in policy.plan_ratings or not wanting:
        return None
    plans = Plans(session)
    due_at = plan_due_at(policy, now)
    plan = RemedialPlan(assessment_id=assessment.id, due_at=due_at, made_at=now, **of(assessment))
    session.add(plan)
    begin(session, plan, PLAN_LIFE, by=by, now=now, step="ask", **of(assessment))
    findings = _findings(session, assessment.id)
    for code, text, rating in wanting:
        found = findings.get(code)
        plans.add(RemedialIssue(plan_id=plan.id, question=code, question_text=text, rating=rating, finding=found))
    write_to(
        session,
        Recipient(provider_id=plan.provider_id),
        "remedial_plan_needed",
        about=plan.id,
        now=now,
        reference=assessment.reference,
        issues=str(len(wanting)),
        due_on=london_day(due_at).isoformat(),
    )
    return plan


def add_action(
    session: Session,
    plan_id: UUID,
    issue_id: UUID,
    *,
    description: str,
    owner: str,
    due_on: date,
    measure: str,
    by: Principal,
    now: datetime,
) -> RemedialAction:
    plans = Plans(session)
    _ensure_written(plans.get(plan_id, by=by, lock=True))
    _ensure_ahead(due_on, now)
    issue = plans.issue(plan_id, issue_id)
    ensure_room(len(plans.actions(plan_id)), MOST_ACTIONS, "actions")
    action = RemedialAction(
        issue_id=issue.id,
        description=description,
        owner=owner,
        due_on=due_on,
        overdue_at=_overdue_at(due_on),
        measure=measure,
    )
    plans.add(action)
    return action


def change_action(
    session: Session,
    plan_id: UUID,
    action_id: UUID,
    *,
    description: str,
    owner: str,
    due_on: date,
    measure: str,
    read_version: int | None,
    by: Principal,
    now: datetime,
) -> RemedialAction:
    plans = Plans(session)
    _ensure_written(plans.get(plan_id, by=by, lock=True))
    action = plans.action(plan_id, action_id)
    check_match(read_version or 0, action.version)
    _ensure_ahead(due_on, now)
    action.description, action.owner, action.measure = description, owner, measure
    action.due_on, action.overdue_at = due_on, _overdue_at(due_on)
    action.version += 1
    return action


def remove_action(session: Session, plan_id: UUID, action_id: UUID, *, read_version: int | None, by: Principal) -> None:
    """Take back an action that was added by mistake, while the plan is being written."""
    plans = Plans(session)
    _ensure_written(plans.get(plan_id, by=by, lock=True))
    action = plans.action(plan_id, action_id)
    check_match(read_version or 0, action.version)
    plans.remove(action)


def submit_plan(session: Session, plan_id: UUID, *, by: Principal, now: datetime) -> RemedialPlan:
    """Submit the plan; every issue needs an action."""
    plan = _step(session, plan_id, PlanStep.SUBMIT, by=by, now=now)
    plans = Plans(session)
    count = Counter(action.issue_id for action in plans.actions(plan_id))
    if bars := bars_to_submission({issue.question: count[issue.id] for issue in plans.issues(plan_id)}):
        raise Barred(bars)
    _ensure_days_ahead(plans, plan_id, now, remedy="give it a day that is ahead")
    plan.returned_because = None
    write_to(
        session,
        Recipient(role=Role.COMPLIANCE_OFFICER),
        "remedial_plan_submitted",
        about=plan.id,
        now=now,
        once=now.isoformat(),
    )
    return plan


def return_plan(session: Session, plan_id: UUID, *, reason: str, by: Principal, now: datetime) -> RemedialPlan:
    """Return the plan to the provider, saying why; it has as long again as it had for the first."""
    plan = _step(session, plan_id, PlanStep.RETURN, by=by, now=now, reason=reason)
    plan.returned_because = reason
    plan.due_at, plan.overdue_told_at = plan_due_at(_policy(session, plan, by), now), None
    write_to(
        session,
        Recipient(provider_id=plan.provider_id),
        "remedial_plan_returned",
        about=plan.id,
        now=now,
        once=now.isoformat(),
        reason=reason,
        due_on=london_day(plan.due_at).isoformat(),
    )
    return plan


def approve_plan(session: Session, plan_id: UUID, *, by: Principal, now: datetime) -> RemedialPlan:
    """Approve the plan: from now on the provider is reminded of what it promised."""
    plan, plans = _step(session, plan_id, PlanStep.APPROVE, by=by, now=now), Plans(session)
    remedy = "return the plan, so that the provider gives it a day that is ahead"
    _ensure_days_ahead(plans, plan_id, now, remedy=remedy)
    policy = _policy(session, plan, by)
    for action in plans.actions(plan_id):
        action.remind_at = remind_at(policy, action.due_on, now)
    tell_approved(session, plan, now)
    return plan


def _ensure_days_ahead(plans: Plans, plan_id: UUID, now: datetime, *, remedy: str) -> None:
    questions = {issue.id: issue.question for issue in plans.issues(plan_id)}
    due = [(questions[action.issue_id], action.due_on) for action in plans.actions(plan_id)]
    if bars := bars_to_past_days(due, london_day(now), remedy=remedy):
        raise Barred(bars)


def close_plan(session: Session, plan_id: UUID, *, by: Principal, now: datetime) -> RemedialPlan:
    """Close the plan; every issue has been verified."""
    plan = _step(session, plan_id, PlanStep.CLOSE, by=by, now=now)
    outcomes = {
        issue.question: Outcome(issue.outcome) if issue.outcome else None for issue in Plans(session).issues(plan_id)
    }
    if bars := bars_to_closure(outcomes):
        raise Barred(bars)
    tell_closed(session, plan, outcomes.values(), now)
    return plan


def note_progress(
    session: Session,
    plan_id: UUID,
    action_id: UUID,
    *,
    progress: Progress,
    note: str,
    evidence_ids: Collection[UUID],
    evidence: Evidence,
    by: Principal,
    now: datetime,
) -> RemedialProgress:
    """The provider says how far an action has got."""
    plans = Plans(session)
    # the directory is asked before anything is locked: others go on while it answers
    provider_id = plans.get(plan_id, by=by).provider_id
    _notable(plans, plan_id, action_id, by=by)
    relying = RelyingObject("remedial_plan", plan_id)
    evidence.rely({"The note": evidence_ids}, provider_id=provider_id, by_object=relying)
    action = _notable(plans, plan_id, action_id, by=by, lock=True)
    action.progress = progress
    action.version += 1
    row = RemedialProgress(
        action_id=action_id,
        progress=progress,
        note=note,
        evidence_ids=[str(each) for each in evidence_ids],
        noted_by=by.subject,
        noted_name=by.name,
        noted_at=now,
    )
    plans.add(row)
    return row


def _notable(plans: Plans, plan_id: UUID, action_id: UUID, *, by: Principal, lock: bool = False) -> RemedialAction:
    """The action, where its progress may be noted as things are."""
    _ensure_approved(plans.get(plan_id, by=by, lock=lock))
    action = plans.action(plan_id, action_id, lock=lock)
    if plans.issue(plan_id, action.issue_id, lock=lock).outcome is not None:
        raise IssueVerified
    ensure_room(plans.count_progress(plan_id), MOST_NOTES, "notes of progress")
    return action


def extend_action(
    session: Session, plan_id: UUID, action_id: UUID, *, due_on: date, reason: str, by: Principal, now: datetime
) -> RemedialAction:
    """The officer gives an action more time, with a reason; it can fall overdue again."""
    plans = Plans(session)
    plan = plans.get(plan_id, by=by, lock=True)
    _ensure_approved(plan)
    _ensure_ahead(due_on, now)
    action = plans.action(plan_id, action_id)
    issue, progress = plans.issue(plan_id, action.issue_id), action.progress
    if bars := bars_to_extension(stands=action.due_on, wanted=due_on, progress=progress, outcome=issue.outcome):
        raise Barred(bars)
    ensure_room(plans.count_progress(plan_id), MOST_NOTES, "notes of progress")
    detail = {"action_id": str(action_id), "from": action.due_on.isoformat(), "to": due_on.isoformat()}
    _take(session, plan, PlanStep.EXTEND_ACTION, by=by, now=now, reason=reason, detail=detail)
    plans.add(
        RemedialProgress(
            action_id=action_id,
            progress=action.progress,
            note=f"Extended from {action.due_on.isoformat()} to {due_on.isoformat()}: {reason}",
            noted_by=by.subject,
            noted_name=by.name,
            noted_at=now,
        )
    )
    action.due_on, action.overdue_at, action.overdue_told_at = due_on, _overdue_at(due_on), None
    action.remind_at = remind_at(_policy(session, plan, by), due_on, now)
    action.version += 1
    tell_extended(session, plan, issue, action, reason=reason, now=now)
    return action


def verify_issue(
    session: Session, plan_id: UUID, issue_id: UUID, *, outcome: Outcome, reason: str, by: Principal, now: datetime
) -> RemedialIssue:
    """The officer has seen what was done about an issue."""
    plans = Plans(session)
    plan = plans.get(plan_id, by=by, lock=True)
    _ensure_approved(plan)
    issue = plans.issue(plan_id, issue_id)
    if issue.outcome is not None:
        raise IssueVerified
    detail = {"question": issue.question, "outcome": str(outcome)}
    _take(session, plan, PlanStep.VERIFY_ISSUE, by=by, now=now, reason=reason, detail=detail)
    issue.outcome, issue.outcome_reason = outcome, reason
    issue.verified_by, issue.verified_name, issue.verified_at = by.subject, by.name, now
    tell_verified(session, plan, issue, reason=reason, now=now)
    return issue


def _step(
    session: Session, plan_id: UUID, step: PlanStep, *, by: Principal, now: datetime, reason: str | None = None
) -> RemedialPlan:
    plan = Plans(session).get(plan_id, by=by, lock=True)
    _take(session, plan, step, by=by, now=now, reason=reason)
    return plan


def _take(
    session: Session,
    plan: RemedialPlan,
    step: PlanStep,
    *,
    by: Principal,
    now: datetime,
    reason: str | None,
    detail: dict[str, str] | None = None,
) -> None:
    whose = Whose(provider_id=plan.provider_id, care_service_id=plan.care_service_id)
    take(session, plan, step, PLAN_LIFE, by=by, now=now, reason=reason, detail=detail, **whose)


def _findings(session: Session, assessment_id: UUID) -> dict[str, str | None]:
    """Why each question was found wanting, as last said."""
    validations = Validations(session)
    said = {code: found.reason for code, found in validations.of(assessment_id).items()}
    return said | {change.question: change.reason for change in validations.changes(assessment_id)}


def plan_due_at(policy: Policy, now: datetime) -> datetime:
    """The last instant at which a plan asked for, or returned, today is in time."""
    return end_of_london_day(london_day(now) + timedelta(days=policy.remedial_plan_days))


def _policy(session: Session, plan: RemedialPlan, by: Principal) -> Policy:
    assessments = Assessments(session)
    return assessments.framework(assessments.get(plan.assessment_id, by=by)).policy


def _overdue_at(due_on: date) -> datetime:
    return start_of_london_day(due_on + timedelta(days=1))


def _ensure_written(plan: RemedialPlan) -> None:
    if plan.status not in WRITING:
        raise PlanNotBeingWritten(plan.status)


def _ensure_approved(plan: RemedialPlan) -> None:
    if plan.status != PlanStatus.APPROVED:
        raise PlanNotApproved(plan.status)


def _ensure_ahead(due_on: date, now: datetime) -> None:
    if not is_near(due_on, london_day(now)):
        raise DueAtNoGoodTime
