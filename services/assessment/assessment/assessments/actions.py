"""What people do to an assessment as a whole: schedule it, call it off."""

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord
from assay_contracts.directory.copies import Copies
from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.references import next_reference
from assay_kit.timeline import begin, take
from assessment.drafts.repository import Drafts
from assessment.frameworks.framework import Policy
from assessment.frameworks.repository import Frameworks
from assessment.tables import Assessment, Reminder
from assessment.validations.repository import Validations

from .errors import Barred, CareServiceNotFound, OpensAtNoGoodTime, ServiceEnded, UnderWay
from .events import tell_cancelled, tell_scheduled, write_to
from .repository import Assessments
from .rules import LIFE, Cause, Status, Step, answers_due_at, bars_to_cancelling, is_near, reminders


class Whose(TypedDict):
    provider_id: UUID
    care_service_id: UUID


def schedule(
    session: Session,
    copies: Copies,
    care_service_id: UUID,
    *,
    cause: Cause,
    by: Principal,
    now: datetime,
    opens_on: date | None = None,
    officer: str | None = None,
    officer_name: str | None = None,
    reason: str | None = None,
) -> Assessment:
    """Schedule an assessment of a service under the newest published framework version."""
    service = _assessable(copies, care_service_id, now)
    assessments = Assessments(session)
    if (open_ := assessments.under_way(care_service_id)) is not None:
        raise UnderWay(open_.reference if assessments.is_seen(open_, by=by) else None)
    opens_on = opens_on or london_day(now)
    if not is_near(opens_on, london_day(now)):
        raise OpensAtNoGoodTime(opens_on)
    framework_id, framework = Frameworks(session).current()
    policy = framework.policy
    assessment = Assessment(
        reference=next_reference(session, "ASM", now),
        care_service_id=service.id,
        provider_id=service.provider_id,
        service_type=service.type,
        framework_id=framework_id,
        cause=cause,
        scheduled_at=now,
        opens_on=opens_on,
        answers_due_at=answers_due_at(policy, opens_on),
        officer=officer,
        officer_name=officer_name,
    )
    assessments.add(assessment)
    begin(session, assessment, LIFE, by=by, now=now, step="schedule", reason=reason, **of(assessment))
    _announce(session, assessment, policy, service.name, now)
    return assessment


def _announce(session: Session, assessment: Assessment, policy: Policy, service_name: str, now: datetime) -> None:
    """Tell everybody, and be ready to remind the provider."""
    for days, due_at in reminders(policy, assessment.answers_due_at, now).items():
        Assessments(session).add(Reminder(assessment_id=assessment.id, days_before=days, due_at=due_at))
    tell_scheduled(session, assessment, now)
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "assessment_scheduled",
        about=assessment.id,
        now=now,
        reference=assessment.reference,
        service=service_name,
        due_on=london_day(assessment.answers_due_at).isoformat(),
    )


def cancel(session: Session, assessment_id: UUID, *, reason: str, by: Principal, now: datetime) -> Assessment:
    """Call an assessment off, by somebody who has nothing to gain from it."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    drafts = Drafts(session)
    disputed = drafts.dispute(assessment_id)
    bars = bars_to_cancelling(
        Status(assessment.status),
        has_draft=assessment.draft_issued_at is not None,
        is_manager=by.has(Role.COMMISSIONING_MANAGER),
        took_part=by.subject in Validations(session).people(assessment_id),
        reviewer=drafts.reviewer(disputed).subject if disputed else None,
        by=by.subject,
    )
    if bars and LIFE.after(Status(assessment.status), Step.CANCEL) is not None:
        raise Barred(bars)
    call_off(session, assessment, reason=reason, by=by, now=now)
    return assessment


def call_off(session: Session, assessment: Assessment, *, reason: str, by: Principal, now: datetime) -> None:
    """Take the step and tell everybody who waits for the assessment."""
    take(session, assessment, Step.CANCEL, LIFE, by=by, now=now, reason=reason, **of(assessment))
    tell_cancelled(session, assessment, now)
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "assessment_cancelled",
        about=assessment.id,
        now=now,
        care_service_id=str(assessment.care_service_id),
        reference=assessment.reference,
        reason=reason,
    )


def of(assessment: Assessment) -> Whose:
    """Whose timeline a step of this assessment is on."""
    return {"provider_id": assessment.provider_id, "care_service_id": assessment.care_service_id}


def _assessable(copies: Copies, care_service_id: UUID, now: datetime) -> CareServiceRecord:
    service = copies.care_service(care_service_id)
    if service is None:
        raise CareServiceNotFound(care_service_id)
    if service.ended_on is not None and service.ended_on < london_day(now):
        raise ServiceEnded(service.ended_on)
    return service
