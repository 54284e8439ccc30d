"""What a provider does with the sections of its self-assessment: hand out, take back, begin from last time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import Recipient
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.timeline import note
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred
from assessment.assessments.events import write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import LIFE, Status
from assessment.colleagues import Colleagues
from assessment.evidence import Evidence
from assessment.self_assessments.errors import AnswersClosed
from assessment.self_assessments.repository import SelfAnswers
from assessment.tables import Assessment, SelfAnswer
from assessment.work_tables import CarriedAnswer, Delegation

from .delegated import may_answer_for
from .errors import DelegatedElsewhere, NotDelegated, NothingToCarryOver, SectionNotFound
from .repository import CarriedAnswers, Delegations
from .rules import sections, to_carry_over


def delegate(
    session: Session,
    assessment_id: UUID,
    standard: str,
    *,
    subject: str,
    answer_by: date | None,
    colleagues: Colleagues,
    by: Principal,
    now: datetime,
) -> Assessment:
    """Hand a section to one of the provider's own people: until it is taken back only they, and an administrator, save
    answers there."""
    Assessments(session).get(assessment_id, by=by)
    name = colleagues.name_of(subject, by=by)  # before anything is locked
    assessment = _being_answered(session, assessment_id, by)
    if answer_by is not None and answer_by < london_day(now):
        raise Barred(["The day by which the section is to be answered is past."])
    section = _named(session, assessment, standard)
    _end(session, assessment, standard, by=by, now=now)
    delegation = Delegation(
        assessment_id=assessment_id,
        standard=standard,
        subject=subject,
        name=name,
        answer_by=answer_by,
        delegated_by=by.subject,
        delegated_name=by.name,
        delegated_at=now,
    )
    Delegations(session).add(delegation)
    until = {"answer_by": answer_by.isoformat()} if answer_by else {}
    _note(session, assessment, "delegate_section", {"section": section, "to": name, **until}, by=by, now=now)
    _write_to_delegate(session, assessment, delegation, section, now)
    return assessment


def _write_to_delegate(
    session: Session, assessment: Assessment, delegation: Delegation, section: str, now: datetime
) -> None:
    write_to(
        session,
        Recipient(person=delegation.subject),
        "section_delegated",
        about=assessment.id,
        now=now,
        once=str(delegation.id),
        reference=assessment.reference,
        section=section,
        due_on=(delegation.answer_by or london_day(assessment.answers_due_at)).isoformat(),
    )


def end_delegation(session: Session, assessment_id: UUID, standard: str, *, by: Principal, now: datetime) -> Assessment:
    """Take a section back, or hand it back."""
    assessment = _being_answered(session, assessment_id, by)
    section = _named(session, assessment, standard)
    ended = _end(session, assessment, standard, by=by, now=now)
    if ended is None:
        raise NotDelegated(standard)
    _note(session, assessment, "take_section_back", {"section": section, "from": ended.name}, by=by, now=now)
    return assessment


def _note(
    session: Session, assessment: Assessment, step: str, detail: dict[str, Any], *, by: Principal, now: datetime
) -> None:
    about: dict[str, Any] = {"status": assessment.status, "detail": detail}
    note(session, LIFE.name, assessment.id, step, by=by, now=now, **about, **of(assessment))


def carry_over(
    session: Session, assessment_id: UUID, *, evidence: Evidence, by: Principal, now: datetime
) -> Assessment:
    """Begin from the last answers and their evidence, each marked as carried over until somebody saves it anew.

    What is answered already stays, and so does what is delegated to somebody else. Of evidence that was renewed since,
    the newest edition is carried over.
    """
    assessments, carried, answers = Assessments(session), CarriedAnswers(session), SelfAnswers(session)
    earlier = carried.earlier(assessments.get(assessment_id, by=by))
    then = answers.of(earlier.id) if earlier else {}
    named = {UUID(each) for answer in then.values() for each in answer.evidence_ids}
    newest = evidence.newest(named, provider_id=earlier.provider_id) if earlier else {}  # before anything is locked
    assessment = _being_answered(session, assessment_id, by)
    if earlier is None:
        raise NothingToCarryOver
    framework = assessments.framework(assessment)
    asked_now = framework.questions_for(assessment.service_type)
    asked_then = assessments.framework(earlier).questions_for(earlier.service_type)
    codes = to_carry_over(asked_now, asked_then, answered_then=then, answered_now=answers.of(assessment_id))
    elsewhere = {name for name, row in Delegations(session).of(assessment_id).items() if not may_answer_for(row, by)}
    codes = [code for code in codes if framework.locate(code)[0].code not in elsewhere]
    answers.add([_again(then[code], assessment_id, newest, by=by, now=now) for code in codes])
    carried.add(*(_mark(code, assessment_id, earlier.id, by=by, now=now) for code in codes))
    return assessment


def _again(
    answer: SelfAnswer, assessment_id: UUID, newest: Mapping[UUID, UUID], *, by: Principal, now: datetime
) -> SelfAnswer:
    evidence_ids = (newest.get(UUID(each), each) for each in answer.evidence_ids)
    return SelfAnswer(
        assessment_id=assessment_id,
        question=answer.question,
        rating=answer.rating,
        narrative=answer.narrative,
        evidence_ids=list(dict.fromkeys(str(each) for each in evidence_ids)),
        saved_by=by.subject,
        saved_name=by.name,
        saved_at=now,
    )


def _mark(code: str, assessment_id: UUID, earlier_id: UUID, *, by: Principal, now: datetime) -> CarriedAnswer:
    return CarriedAnswer(
        assessment_id=assessment_id,
        question=code,
        from_assessment_id=earlier_id,
        answer_version=1,
        carried_by=by.subject,
        carried_at=now,
    )


def _being_answered(session: Session, assessment_id: UUID, by: Principal) -> Assessment:
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    if assessment.status != Status.SELF_ASSESSING:
        raise AnswersClosed(assessment.status)
    return assessment


def _named(session: Session, assessment: Assessment, standard: str) -> str:
    """The name of a section that is asked of this service."""
    framework = Assessments(session).framework(assessment)
    for section in sections(framework, assessment.service_type):
        if section.standard == standard:
            return f"{section.standard} {section.name}"
    raise SectionNotFound(standard)


def _end(session: Session, assessment: Assessment, standard: str, *, by: Principal, now: datetime) -> Delegation | None:
    """End the delegation that stands, if any; whose it is not cannot end it."""
    standing = Delegations(session).of(assessment.id, [standard]).get(standard)
    if standing is None:
        return None
    if not may_answer_for(standing, by):
        raise DelegatedElsewhere(standard, standing.name)
    standing.ended_by, standing.ended_at = by.subject, now
    session.flush()
    return standing
