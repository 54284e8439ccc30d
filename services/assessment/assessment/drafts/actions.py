"""What is done about a draft before it is published: comments, decisions, dispute, senior review."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.timeline import note, take
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred, ensure_room
from assessment.assessments.events import write_to
from assessment.assessments.hearing import write_to_officers
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import LIFE, Status, Step
from assessment.corrections.overtaking import overtake
from assessment.evidence import Evidence
from assessment.rating.answers import AnswerRating, ResultCause
from assessment.tables import AccuracyComment, Assessment, Dispute
from assessment.validations.repository import Validations

from .errors import CommentDecided, NotADraft
from .findings import Change, change_findings
from .repository import Drafts
from .rules import (
    MOST_COMMENTS,
    CommentOutcome,
    ReviewOutcome,
    bars_to_changes,
    bars_to_commenting,
    bars_to_deciding,
    bars_to_decision,
    bars_to_disputing,
    bars_to_handing_over,
    bars_to_publishing_reviewed,
    bars_to_review_outcome,
    bars_to_senior_review,
    dispute_closes_at,
)
from .tables import Handover

_UNPUBLISHED = (Status.DRAFT_ISSUED, Status.DISPUTED, Status.SENIOR_REVIEW)


def comment(
    session: Session,
    assessment_id: UUID,
    *,
    question: str,
    comment: str,
    evidence_ids: Collection[UUID],
    evidence: Evidence,
    by: Principal,
    now: datetime,
) -> AccuracyComment:
    """The provider says what is factually wrong, while the window is open."""
    # the directory is asked before anything is locked: others go on while it answers
    unlocked = _commentable(session, assessment_id, question, by=by, now=now)
    relying = RelyingObject("assessment", assessment_id)
    evidence.rely({"The comment": evidence_ids}, provider_id=unlocked.provider_id, by_object=relying)
    assessment = _commentable(session, assessment_id, question, by=by, now=now, lock=True)
    row = AccuracyComment(
        assessment_id=assessment_id,
        question=question,
        comment=comment,
        evidence_ids=[str(each) for each in evidence_ids],
        made_by=by.subject,
        made_name=by.name,
        made_at=now,
    )
    Drafts(session).add(row)
    about: dict[str, Any] = {"status": assessment.status, "detail": {"question": question}, **of(assessment)}
    note(session, LIFE.name, assessment_id, "comment_on_accuracy", by=by, now=now, **about)
    said = {"once": str(row.id), "reference": assessment.reference, "question": question}
    write_to_officers(session, assessment, "accuracy_comment_made", now=now, **said)
    return row


def _commentable(
    session: Session, assessment_id: UUID, question: str, *, by: Principal, now: datetime, lock: bool = False
) -> Assessment:
    """The assessment, where a comment on this question may be made as things are."""
    assessments = Assessments(session)
    assessment = assessments.get(assessment_id, by=by, lock=lock)
    _ensure_open(assessment, now)
    assessments.question(assessment, question)
    ensure_room(Drafts(session).count(assessment_id), MOST_COMMENTS, "comments")
    return assessment


def confirm_accuracy(session: Session, assessment_id: UUID, *, by: Principal, now: datetime) -> Assessment:
    """The provider has nothing more to say: the window closes early."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    _ensure_open(assessment, now)
    take(session, assessment, Step.CONFIRM_ACCURACY, LIFE, by=by, now=now, **of(assessment))
    assessment.accuracy_closed_at = now
    # once for each window: a correction of the draft opens another
    said = {"once": now.isoformat(), "reference": assessment.reference}
    write_to_officers(session, assessment, "accuracy_confirmed", now=now, **said)
    return assessment


def decide_comment(
    session: Session,
    assessment_id: UUID,
    comment_id: UUID,
    *,
    outcome: CommentOutcome,
    reason: str,
    new_rating: AnswerRating | None,
    by: Principal,
    now: datetime,
) -> AccuracyComment:
    """Accept or reject a comment; an accepted one may change the finding, and the rating is computed again."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    _ensure_unpublished(assessment)
    row = Drafts(session).comment(assessment_id, comment_id)
    if row.outcome is not None:
        raise CommentDecided
    is_reviewer = _decides_as_reviewer(session, assessment, by)
    standing = Validations(session).standing(assessment_id)[row.question]
    if bars := bars_to_decision(outcome, new_rating=new_rating, standing=standing):
        raise Barred(bars)
    detail = {"question": row.question, "outcome": str(outcome)}
    take(session, assessment, Step.DECIDE_COMMENT, LIFE, by=by, now=now, reason=reason, detail=detail, **of(assessment))
    if not is_reviewer:
        Validations(session).take_part(assessment_id, by=by, now=now)
    row.outcome, row.outcome_reason = outcome, reason
    row.decided_by, row.decided_name, row.decided_at = by.subject, by.name, now
    if new_rating is not None:
        change = Change(question=row.question, rating=new_rating, reason=reason)
        change_findings(session, assessment, [change], cause=ResultCause.FACTUAL_ACCURACY, by=by, now=now)
    _write_of_answer(session, assessment, row, now)
    return row


def _decides_as_reviewer(session: Session, assessment: Assessment, by: Principal) -> bool:
    """Once a draft is disputed, those who worked on it change nothing in it: its reviewer decides what is left."""
    drafts = Drafts(session)
    disputed = drafts.dispute(assessment.id)
    is_reviewer = disputed is not None and drafts.reviewer(disputed).subject == by.subject
    worked_on_by = drafts.worked_on_by(assessment)
    if disputed is not None and (bars := bars_to_deciding(by.subject, worked_on_by, is_reviewer=is_reviewer)):
        raise Barred(bars)
    return is_reviewer


def _write_of_answer(session: Session, assessment: Assessment, row: AccuracyComment, now: datetime) -> None:
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "accuracy_comment_answered",
        about=row.id,
        now=now,
        reference=assessment.reference,
        outcome=str(row.outcome),
        reason=row.outcome_reason or "",
        dispute_by=london_day(may_dispute_until(session, assessment)).isoformat(),
    )


def dispute(session: Session, assessment_id: UUID, *, reason: str, by: Principal, now: datetime) -> Assessment:
    """The provider disputes the draft; a commissioning manager is asked to look at it."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    take(session, assessment, Step.DISPUTE, LIFE, by=by, now=now, reason=reason, **of(assessment))
    undecided = Drafts(session).undecided(assessment_id)
    closes_at = may_dispute_until(session, assessment)
    if bars := bars_to_disputing(closes_at=closes_at, undecided_comments=undecided, now=now):
        raise Barred(bars)
    raised = Dispute(
        assessment_id=assessment_id, reason=reason, raised_by=by.subject, raised_name=by.name, raised_at=now
    )
    Drafts(session).add(raised)
    overtake(session, assessment_id, now)
    write_to(
        session,
        Recipient(role=Role.COMMISSIONING_MANAGER),
        "draft_report_disputed",
        about=assessment.id,
        now=now,
        reference=assessment.reference,
    )
    return assessment


def may_dispute_until(session: Session, assessment: Assessment) -> datetime:
    """The last instant at which the draft may be disputed, as things are."""
    if assessment.accuracy_closes_at is None:
        raise NotADraft(assessment.status)
    return dispute_closes_at(
        Assessments(session).framework(assessment).policy,
        closes_at=assessment.accuracy_closes_at,
        closed_at=assessment.accuracy_closed_at,
        decided_at=Drafts(session).decided_at(assessment.id),
    )


def begin_senior_review(session: Session, assessment_id: UUID, *, by: Principal, now: datetime) -> Assessment:
    """Somebody who had no part in the validation takes the dispute on."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    take(session, assessment, Step.BEGIN_SENIOR_REVIEW, LIFE, by=by, now=now, **of(assessment))
    disputed, drafts = _dispute(session, assessment), Drafts(session)
    handed = drafts.reviewer(disputed)
    bars = bars_to_senior_review(
        by.subject,
        is_manager=by.has(Role.COMMISSIONING_MANAGER),
        worked_on_by=drafts.worked_on_by(assessment),
        handed_to=handed.subject,
        handed_name=handed.name,
    )
    if bars:
        raise Barred(bars)
    disputed.reviewer, disputed.reviewer_name = by.subject, by.name
    return assessment


def hand_review_over(
    session: Session,
    assessment_id: UUID,
    *,
    reviewer: str,
    reviewer_name: str,
    reason: str,
    by: Principal,
    now: datetime,
) -> Assessment:
    """A manager puts the review into somebody's hands: before it begins, or when whoever has it cannot go on."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    step, detail = Step.HAND_REVIEW_OVER, {"reviewer_name": reviewer_name}
    take(session, assessment, step, LIFE, by=by, now=now, reason=reason, detail=detail, **of(assessment))
    disputed, drafts = _dispute(session, assessment), Drafts(session)
    worked_on_by, is_reviewed = drafts.worked_on_by(assessment), disputed.outcome is not None
    if bars := bars_to_handing_over(by.subject, reviewer, worked_on_by=worked_on_by, is_reviewed=is_reviewed):
        raise Barred(bars)
    handed = Handover(
        assessment_id=assessment_id,
        reviewer=reviewer,
        reviewer_name=reviewer_name,
        reason=reason,
        handed_by=by.subject,
        handed_name=by.name,
        handed_at=now,
    )
    drafts.add(handed)
    write_to(
        session,
        Recipient(person=reviewer),
        "senior_review_handed_over",
        about=handed.id,
        now=now,
        reference=assessment.reference,
        reason=reason,
    )
    return assessment


def conclude_senior_review(
    session: Session,
    assessment_id: UUID,
    *,
    outcome: ReviewOutcome,
    reason: str,
    changes: Sequence[Change],
    by: Principal,
    now: datetime,
) -> Assessment:
    """The reviewer upholds the draft, or changes findings, and the rating is computed again."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    if assessment.status != Status.SENIOR_REVIEW:
        raise NotADraft(assessment.status)
    disputed = _dispute(session, assessment)
    _ensure_reviewer(session, disputed, by)
    _ensure_concludes(session, disputed, outcome, changes)
    detail = {"outcome": str(outcome), "changed": [change.question for change in changes]}
    step = Step.CONCLUDE_SENIOR_REVIEW
    take(session, assessment, step, LIFE, by=by, now=now, reason=reason, detail=detail, **of(assessment))
    disputed.outcome, disputed.outcome_reason, disputed.reviewed_at = outcome, reason, now
    if changes:
        change_findings(session, assessment, changes, cause=ResultCause.SENIOR_REVIEW, by=by, now=now)
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "senior_review_concluded",
        about=assessment.id,
        now=now,
        reference=assessment.reference,
        outcome=str(outcome),
        reason=reason,
    )
    return assessment


def _ensure_concludes(session: Session, disputed: Dispute, outcome: ReviewOutcome, changes: Sequence[Change]) -> None:
    """A review is concluded once, with every comment decided, and with changes that are ones."""
    if disputed.outcome is not None:
        raise Barred(["The review has its outcome."])
    undecided = Drafts(session).undecided(disputed.assessment_id)
    to = {change.question: change.rating for change in changes}
    standing = Validations(session).standing(disputed.assessment_id)
    questions = [change.question for change in changes]
    bars = bars_to_review_outcome(outcome, changes=questions, undecided_comments=undecided)
    if bars := bars + bars_to_changes(to, standing):
        raise Barred(bars)


def ensure_may_publish(session: Session, disputed: Dispute, by: Principal) -> None:
    """What was disputed is not published by those whose findings were."""
    bars = bars_to_publishing_reviewed(
        by.subject,
        is_manager=by.has(Role.COMMISSIONING_MANAGER),
        reviewer=Drafts(session).reviewer(disputed).subject,
        took_part=by.subject in Validations(session).people(disputed.assessment_id),
    )
    if bars:
        raise Barred(bars)


def _ensure_reviewer(session: Session, disputed: Dispute, by: Principal) -> None:
    """Only whoever has the review concludes it."""
    reviewer = Drafts(session).reviewer(disputed)
    if reviewer.subject != by.subject:
        raise Barred([f"{reviewer.name} has taken this review on."])


def _dispute(session: Session, assessment: Assessment) -> Dispute:
    found = Drafts(session).dispute(assessment.id)
    if found is None:
        raise NotADraft(assessment.status)
    return found


def _ensure_unpublished(assessment: Assessment) -> None:
    if assessment.status not in _UNPUBLISHED:
        raise NotADraft(assessment.status)


def _ensure_open(assessment: Assessment, now: datetime) -> None:
    if assessment.status != Status.DRAFT_ISSUED or assessment.accuracy_closes_at is None:
        raise NotADraft(assessment.status)
    closes_at, closed_at = assessment.accuracy_closes_at, assessment.accuracy_closed_at
    if bars := bars_to_commenting(closes_at=closes_at, closed_at=closed_at, now=now):
        raise Barred(bars)
