"""What an officer does: begin, record findings and visits, issue the draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import Recipient
from assay_kit.calendar import london_day
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.timeline import note as note_step
from assay_kit.timeline import take
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred, ensure_room
from assessment.assessments.events import tell_draft_issued, write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import (
    LIFE,
    NotSelfAssessed,
    Status,
    Step,
    accuracy_closes_at,
    may_go_without_answers,
)
from assessment.rating.actions import compute
from assessment.rating.answers import AnswerRating, ResultCause
from assessment.rating.rules import unanswered
from assessment.self_assessments.repository import SelfAnswers
from assessment.tables import Assessment, ValidatedAnswer, Visit

from .errors import MayNotGoWithoutAnswers, NotValidating, VisitInTheFuture
from .repository import Validations
from .rules import MOST_VISITS, EvidenceKind, bars_to_finding, bars_to_validating


def begin_validation(
    session: Session,
    assessment_id: UUID,
    *,
    not_self_assessed: NotSelfAssessed | None,
    reason: str | None,
    by: Principal,
    now: datetime,
) -> Assessment:
    """Begin to validate what was submitted, or without answers where they are overdue or the visit is responsive."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    step = Step.BEGIN_VALIDATION if not_self_assessed is None else Step.VALIDATE_WITHOUT_SELF_ASSESSMENT
    detail = {"not_self_assessed": str(not_self_assessed)} if not_self_assessed else {}
    take(session, assessment, step, LIFE, by=by, now=now, reason=reason, detail=detail, **of(assessment))
    _ensure_blind(session, assessment, by)
    if not_self_assessed is not None:
        due_at = assessment.answers_due_at
        if refusal := may_go_without_answers(not_self_assessed, cause=assessment.cause, due_at=due_at, now=now):
            raise MayNotGoWithoutAnswers(refusal)
        assessment.not_self_assessed = not_self_assessed
        assessment.answers_closed_at = now
    assessment.validation_began_by = by.subject
    Validations(session).take_part(assessment_id, by=by, now=now)
    if assessment.officer is None:
        assessment.officer, assessment.officer_name = by.subject, by.name
    return assessment


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found on one question. `read_version` is the version the caller read; 0 or None: none yet."""

    question: str
    agrees: bool
    rating: AnswerRating | None
    reason: str | None
    evidence_kinds: Sequence[EvidenceKind]
    good_practice: str | None
    read_version: int | None


def record_findings(
    session: Session, assessment_id: UUID, wanted: Sequence[Found], *, by: Principal, now: datetime
) -> list[ValidatedAnswer]:
    """Record a page of findings: all of them, or none where one is barred, stale or asked of nobody."""
    assessments = Assessments(session)
    assessment = assessments.get(assessment_id, by=by, share=True)
    _ensure_validating(assessment)
    _ensure_blind(session, assessment, by)
    validations = Validations(session)
    validations.take_part(assessment_id, by=by, now=now)
    answers = SelfAnswers(session).submitted(assessment)
    there = validations.find(assessment_id, [each.question for each in wanted])
    recorded = []
    assessments.ensure_asked(assessment, (each.question for each in wanted))
    for each in wanted:
        answer, finding = answers.get(each.question), there.get(each.question)
        rating = _standing(each, AnswerRating(answer.rating) if answer and answer.rating else None)
        check_match(each.read_version or 0, finding.version if finding else 0)
        recorded.append(_written(finding, assessment_id, each, rating, by=by, now=now))
    validations.add(*recorded)
    return recorded


def _standing(found: Found, own: AnswerRating | None) -> AnswerRating:
    """The rating that stands: the provider's own where the officer agrees."""
    bars = bars_to_finding(
        own, agrees=found.agrees, rating=found.rating, reason=found.reason, evidence_kinds=found.evidence_kinds
    )
    standing = own if found.agrees else found.rating
    if bars or standing is None:
        raise Barred(bars or ["Give the rating that you found."])
    return standing


def _written(
    finding: ValidatedAnswer | None,
    assessment_id: UUID,
    found: Found,
    rating: AnswerRating,
    *,
    by: Principal,
    now: datetime,
) -> ValidatedAnswer:
    finding = finding or ValidatedAnswer(
        assessment_id=assessment_id,
        question=found.question,
        agrees=found.agrees,
        rating=rating,
        version=0,
        saved_by="",
        saved_name="",
        saved_at=now,
    )
    finding.agrees, finding.rating, finding.reason = found.agrees, rating, found.reason
    finding.evidence_kinds = sorted({kind.value for kind in found.evidence_kinds})
    finding.good_practice = found.good_practice
    finding.version += 1
    finding.saved_by, finding.saved_name, finding.saved_at = by.subject, by.name, now
    return finding


def record_visit(
    session: Session,
    assessment_id: UUID,
    *,
    visited_on: date,
    announced: bool,
    roles_met: Sequence[str],
    note: str | None,
    by: Principal,
    now: datetime,
) -> Visit:
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    _ensure_validating(assessment)
    _ensure_blind(session, assessment, by)
    if visited_on > london_day(now):
        raise VisitInTheFuture
    validations = Validations(session)
    ensure_room(validations.count_visits(assessment_id), MOST_VISITS, "visits")
    validations.take_part(assessment_id, by=by, now=now)
    visit = Visit(
        assessment_id=assessment_id,
        visited_on=visited_on,
        announced=announced,
        roles_met=list(roles_met),
        note=note,
        recorded_by=by.subject,
        recorded_name=by.name,
        recorded_at=now,
    )
    validations.add(visit)
    seen = {"visited_on": visited_on.isoformat(), "announced": announced}
    about: dict[str, Any] = {"status": assessment.status, "detail": seen, **of(assessment)}
    note_step(session, LIFE.name, assessment_id, "record_visit", by=by, now=now, **about)
    return visit


def issue_draft(session: Session, assessment_id: UUID, *, by: Principal, now: datetime) -> Assessment:
    """Issue the draft to the provider. Only here does a rating come into being, once every question is validated."""
    assessments = Assessments(session)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    framework = assessments.framework(assessment)
    take(session, assessment, Step.ISSUE_DRAFT, LIFE, by=by, now=now, **of(assessment))
    _ensure_blind(session, assessment, by)
    validations = Validations(session)
    validations.take_part(assessment_id, by=by, now=now)
    standing = validations.standing(assessment_id)
    if missing := unanswered(framework, assessment.service_type, standing):
        raise Barred([f"Question {code} is not validated." for code in missing])
    closes_at = accuracy_closes_at(framework.policy, now)
    assessment.draft_issued_at = now
    assessment.draft_issued_by = by.subject
    assessment.accuracy_closes_at = closes_at
    session.flush()
    compute(session, assessment, framework, standing, cause=ResultCause.DRAFT, now=now)
    tell_draft_issued(session, assessment, closes_at, now)
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "draft_report_issued",
        about=assessment.id,
        now=now,
        reference=assessment.reference,
        answer_by=london_day(closes_at).isoformat(),
    )
    return assessment


def _ensure_blind(session: Session, assessment: Assessment, by: Principal) -> None:
    if bars := bars_to_validating(by.subject, Validations(session).seers(assessment)):
        raise Barred(bars)


def _ensure_validating(assessment: Assessment) -> None:
    if assessment.status != Status.VALIDATING:
        raise NotValidating(assessment.status)
