"""A provider asks to be assessed again early; the council brings the next assessment forward, or says why not."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed
from assay_kit.timeline import begin, take
from assessment.assessments.actions import Whose
from assessment.assessments.errors import Barred
from assessment.assessments.events import write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import Cause
from assessment.programme.actions import set_due_date
from assessment.remedial_actions.repository import Plans
from assessment.remedial_actions.rules import PlanStatus

from .repository import Requests
from .rules import REQUEST_LIFE, RequestStatus, RequestStep, bars_to_asking, bars_to_deciding
from .tables import ReassessmentRequest


def ask(session: Session, plan_id: UUID, *, reason: str, by: Principal, now: datetime) -> ReassessmentRequest:
    """The provider asks, once its plan was closed over verified issues."""
    plan = Plans(session).get(plan_id, by=by, lock=True)
    assessments, requests = Assessments(session), Requests(session)
    standing = next(iter(assessments.published(plan.care_service_id)), None)
    bars = bars_to_asking(
        is_closed=plan.status == PlanStatus.CLOSED,
        is_standing=standing is not None and standing.id == plan.assessment_id,
        is_under_way=assessments.under_way(plan.care_service_id) is not None,
        has_asked=requests.of_plan(plan_id) is not None,
    )
    if bars:
        raise Barred(bars)
    whose = Whose(provider_id=plan.provider_id, care_service_id=plan.care_service_id)
    request = ReassessmentRequest(
        plan_id=plan_id,
        assessment_id=plan.assessment_id,
        reason=reason,
        asked_by=by.subject,
        asked_name=by.name,
        asked_at=now,
        **whose,
    )
    requests.add(request)
    begin(session, request, REQUEST_LIFE, by=by, now=now, step="ask", reason=reason, **whose)
    write_to(
        session,
        Recipient(role=Role.COMPLIANCE_OFFICER),
        "early_reassessment_asked",
        about=request.id,
        now=now,
        care_service_id=str(plan.care_service_id),
    )
    return request


def decide(
    session: Session,
    request_id: UUID,
    *,
    step: RequestStep,
    reason: str,
    due_on: date | None,
    by: Principal,
    now: datetime,
) -> ReassessmentRequest:
    """Accept, and the next assessment is due by an earlier day; or decline. Either way with a reason."""
    request = Requests(session).get(request_id, by=by, lock=True)
    standing = Assessments(session).due_date(request.care_service_id, lock=True)
    whose = Whose(provider_id=request.provider_id, care_service_id=request.care_service_id)
    detail = {"due_on": due_on.isoformat()} if due_on else {}
    if REQUEST_LIFE.after(RequestStatus(request.status), step) is None:
        raise StepNotAllowed(REQUEST_LIFE.name, request.status, step)
    due_as_it_is = standing.due_on if standing else None
    if bars := bars_to_deciding(step, due_on=due_on, today=london_day(now), standing=due_as_it_is):
        raise Barred(bars)
    request.due_on, request.outcome_reason = due_on, reason
    request.decided_by, request.decided_name, request.decided_at = by.subject, by.name, now
    take(session, request, step, REQUEST_LIFE, by=by, now=now, reason=reason, detail=detail, **whose)
    if due_on is not None:
        because = "Brought forward: the provider asked, after its plan was closed."
        if not set_due_date(session, due_on=due_on, cause=Cause.EARLY_REQUEST, because=because, now=now, **whose):
            raise Barred(["The service has ended, or the council does not buy it any more: no assessment is due."])
    write_to(
        session,
        Recipient(provider_id=request.provider_id),
        "early_reassessment_decided",
        about=request.id,
        now=now,
        outcome=str(request.status),
        reason=reason,
    )
    return request
