"""The council corrects its own draft: one person proposes, another agrees, and the provider may comment anew."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.timeline import take
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred, ensure_room
from assessment.assessments.events import tell_draft_corrected, write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import LIFE, Step, accuracy_closes_at
from assessment.drafts.findings import Change, change_findings
from assessment.drafts.repository import Drafts
from assessment.rating.answers import AnswerRating, ResultCause
from assessment.tables import Assessment
from assessment.validations.repository import Validations

from .errors import CorrectionDecided
from .repository import Corrections
from .rules import MOST_CORRECTIONS, CorrectionOutcome, bars_to_correcting, bars_to_deciding, bars_to_proposing
from .tables import Correction


def propose(
    session: Session,
    assessment_id: UUID,
    *,
    question: str,
    rating: AnswerRating,
    reason: str,
    by: Principal,
    now: datetime,
) -> Correction:
    """Say what a finding of the draft should have been. Nothing changes before another person agrees."""
    assessments, corrections, validations = Assessments(session), Corrections(session), Validations(session)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    detail = {"question": question, "rating": str(rating)}
    step = Step.PROPOSE_CORRECTION
    take(session, assessment, step, LIFE, by=by, now=now, reason=reason, detail=detail, **of(assessment))
    assessments.question(assessment, question)
    ensure_room(corrections.count(assessment_id), MOST_CORRECTIONS, "corrections")
    is_open = question in {each.question for each in corrections.open(assessment_id)}
    standing = validations.standing(assessment_id)[question]
    if bars := bars_to_proposing(rating, standing=standing, is_open=is_open):
        raise Barred(bars)
    validations.take_part(assessment_id, by=by, now=now)
    proposed = Correction(
        assessment_id=assessment_id,
        question=question,
        rating=rating,
        reason=reason,
        proposed_by=by.subject,
        proposed_name=by.name,
        proposed_at=now,
    )
    corrections.add(proposed)
    write_to(
        session,
        Recipient(role=Role.COMMISSIONING_MANAGER),
        "draft_correction_proposed",
        about=proposed.id,
        now=now,
        reference=assessment.reference,
        question=question,
    )
    return proposed


def decide(
    session: Session,
    assessment_id: UUID,
    correction_id: UUID,
    *,
    outcome: CorrectionOutcome,
    reason: str,
    by: Principal,
    now: datetime,
) -> Correction:
    """Agree, and the finding changes; or turn it down (whoever proposed it takes it back)."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    correction = Corrections(session).get(assessment_id, correction_id)
    if correction.outcome is not None:
        raise CorrectionDecided
    agrees = outcome is CorrectionOutcome.AGREED
    step = Step.CORRECT_DRAFT if agrees else Step.REFUSE_CORRECTION
    why, detail = correction.reason if agrees else reason, {"question": correction.question}
    take(session, assessment, step, LIFE, by=by, now=now, reason=why, detail=detail, **of(assessment))
    worked_on_it = by.subject in Drafts(session).worked_on_by(assessment)
    bars = bars_to_deciding(outcome, by=by.subject, proposed_by=correction.proposed_by, worked_on_it=worked_on_it)
    if bars:
        raise Barred(bars)
    Validations(session).take_part(assessment_id, by=by, now=now)
    policy = Assessments(session).framework(assessment).policy
    correction.window_closes_at = accuracy_closes_at(policy, now) if agrees else None
    correction.outcome, correction.outcome_reason = outcome, reason
    correction.decided_by, correction.decided_name, correction.decided_at = by.subject, by.name, now
    session.flush()  # the database opens a window again only for a correction that was agreed
    if correction.window_closes_at is not None:
        _correct(session, assessment, correction, correction.window_closes_at, by=by, now=now)
    return correction


def _correct(
    session: Session,
    assessment: Assessment,
    correction: Correction,
    closes_at: datetime,
    *,
    by: Principal,
    now: datetime,
) -> None:
    """Change the finding, compute the rating again, and open the window for as long as for a new draft."""
    rating = AnswerRating(correction.rating)
    before = Validations(session).standing(assessment.id)[correction.question]
    if bars := bars_to_correcting(rating, standing=before):
        raise Barred(bars)
    assessment.accuracy_closes_at, assessment.accuracy_closed_at = closes_at, None
    session.flush()
    change = Change(question=correction.question, rating=rating, reason=correction.reason)
    change_findings(session, assessment, [change], cause=ResultCause.CORRECTION, by=by, now=now)
    tell_draft_corrected(session, assessment, closes_at, now)
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "draft_report_corrected",
        about=correction.id,
        now=now,
        reference=assessment.reference,
        question=correction.question,
        before=str(before),
        after=str(rating),
        reason=correction.reason,
        answer_by=london_day(closes_at).isoformat(),
    )
