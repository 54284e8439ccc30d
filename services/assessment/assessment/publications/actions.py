"""What makes a rating public, takes it back, or records one that was given before."""

from datetime import date, datetime, time
from uuid import UUID

from sqlmodel import Session, select

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.copies import Copies
from assay_contracts.messages import Recipient
from assay_kit.calendar import at_london, london_day
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed
from assay_kit.references import next_reference
from assay_kit.timeline import begin, take
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred, CareServiceNotFound
from assessment.assessments.events import tell_published, tell_withdrawn, write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import IMPORTED_LIFE, LIFE, Cause, Status, Step, next_due_on
from assessment.drafts.actions import ensure_reviewer, may_dispute_until
from assessment.drafts.repository import Drafts
from assessment.drafts.rules import bars_to_commenting, bars_to_publication
from assessment.frameworks.framework import Framework
from assessment.frameworks.repository import Frameworks
from assessment.insight.figures import keep_figures
from assessment.programme.actions import set_due_date
from assessment.rating.actions import recompute
from assessment.rating.errors import ResultDisagrees
from assessment.remedial_actions.actions import make_plan
from assessment.tables import Assessment, Withdrawal
from assessment.validations.repository import Validations

from .errors import AlreadyImported, NotPublished, WithdrawalNotProposed, WithdrawalProposed
from .rules import bars_to_approving_withdrawal, bars_to_import, bars_to_replacement


def publish(session: Session, assessment_id: UUID, *, by: Principal, now: datetime) -> Assessment:
    """Publish the rating that stands: frozen, announced, and the next assessment due."""
    assessments = Assessments(session)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    framework = assessments.framework(assessment)
    _ensure_publishable(session, assessment, by=by, now=now)
    standing = Validations(session).standing(assessment_id)
    found = recompute(session, assessment, framework, standing)
    if not found.agrees:
        raise ResultDisagrees
    assessment.published_at = now
    assessment.published_by = by.subject
    assessment.rating = found.trace.rating
    assessment.result_hash = found.trace_hash
    assessment.next_due_on = next_due_on(framework.policy, found.trace.rating, now)
    take(session, assessment, Step.PUBLISH, LIFE, by=by, now=now, **of(assessment))
    keep_figures(session, assessment, framework, found.trace)
    _expect_next(session, assessment, framework, now)
    make_plan(session, assessment, framework, standing, by=by, now=now)
    tell_published(session, assessment, framework.version, now)
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "rating_published",
        about=assessment.id,
        now=now,
        reference=assessment.reference,
        rating=str(found.trace.rating or "none"),
    )
    return assessment


def propose_withdrawal(
    session: Session, assessment_id: UUID, *, replacement_id: UUID, reason: str, by: Principal, now: datetime
) -> Withdrawal:
    """Propose that another published rating of the same service takes this one's place."""
    assessments = Assessments(session)
    assessments.lock_together(assessment_id, replacement_id)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    if assessment.status != Status.PUBLISHED:
        raise NotPublished
    if _withdrawal(session, assessment_id) is not None:
        raise WithdrawalProposed
    published = [row.id for row in assessments.published(assessment.care_service_id)]
    if bars := bars_to_replacement(replaced=assessment_id, replacement=replacement_id, published=published):
        raise Barred(bars)
    detail = {"replacement_id": str(replacement_id)}
    step = Step.PROPOSE_WITHDRAWAL
    take(session, assessment, step, LIFE, by=by, now=now, reason=reason, detail=detail, **of(assessment))
    proposal = Withdrawal(
        assessment_id=assessment_id,
        replacement_id=replacement_id,
        reason=reason,
        proposed_by=by.subject,
        proposed_name=by.name,
        proposed_at=now,
    )
    session.add(proposal)
    session.flush()
    return proposal


def withdraw(session: Session, assessment_id: UUID, *, by: Principal, now: datetime) -> Assessment:
    """Withdraw what another person proposed to withdraw. Both assessments stay; the rating that now stands is told."""
    assessments = Assessments(session)
    assessments.get(assessment_id, by=by)
    proposal = _withdrawal(session, assessment_id)
    if proposal is None:
        raise WithdrawalNotProposed
    assessments.lock_together(assessment_id, proposal.replacement_id)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    if bars := bars_to_approving_withdrawal(by.subject, proposal.proposed_by):
        raise Barred(bars)
    rows = assessments.published(assessment.care_service_id)
    published = [row.id for row in rows]
    if bars := bars_to_replacement(replaced=assessment_id, replacement=proposal.replacement_id, published=published):
        raise Barred(bars)
    proposal.approved_by, proposal.approved_name, proposal.approved_at = by.subject, by.name, now
    session.flush()  # the database lets a rating be withdrawn only once this is said
    assessment.replacement_id = proposal.replacement_id
    take(session, assessment, Step.WITHDRAW, LIFE, by=by, now=now, reason=proposal.reason, **of(assessment))
    tell_withdrawn(session, assessment, proposal.replacement_id, now)
    if rows[0].id == assessment_id:
        _stand_again(session, rows[1], now)
    return assessment


def _stand_again(session: Session, assessment: Assessment, now: datetime) -> None:
    """An older rating stands again: it is told, since it may never have been, and the next assessment is due after it.

    A date to which the service was brought forward stays where it is sooner.
    """
    frameworks = Frameworks(session)
    tell_published(session, assessment, frameworks.versions().get(assessment.framework_id), now)
    standing = Assessments(session).due_date(assessment.care_service_id, lock=True)
    after = assessment.next_due_on
    if standing is not None and standing.cause == Cause.RED_BAND and after is not None and standing.due_on <= after:
        return
    _, current = frameworks.current()
    framework = frameworks.of(assessment.framework_id) if assessment.framework_id else current
    _expect_next(session, assessment, framework, now)


def record_imported_rating(
    session: Session,
    copies: Copies,
    care_service_id: UUID,
    *,
    rating: Rating,
    published_on: date,
    source: str,
    by: Principal,
    now: datetime,
    due_on: date | None = None,
) -> Assessment:
    """Record a rating that was given before Assay: marked as imported, and not recomputable."""
    service = copies.care_service(care_service_id)
    if service is None:
        raise CareServiceNotFound(care_service_id)
    if bars := bars_to_import(published_on=published_on, today=london_day(now)):
        raise Barred(bars)
    published_at = at_london(published_on, time(12))
    assessments = Assessments(session)
    published = assessments.published(care_service_id)
    if same := next((row for row in published if row.published_at == published_at), None):
        raise AlreadyImported(same.id)
    _, framework = Frameworks(session).current()
    assessment = Assessment(
        reference=next_reference(session, "ASM", now),
        care_service_id=service.id,
        provider_id=service.provider_id,
        service_type=service.type,
        cause=Cause.IMPORTED,
        status=Status.PUBLISHED,
        imported=True,
        import_source=source,
        scheduled_at=now,
        opens_on=published_on,
        answers_due_at=published_at,
        published_at=published_at,
        published_by=by.subject,
        rating=rating,
        next_due_on=due_on or next_due_on(framework.policy, rating, published_at),
    )
    assessments.add(assessment)
    begin(session, assessment, IMPORTED_LIFE, by=by, now=now, step="record_imported", reason=source, **of(assessment))
    newest = published[0].published_at if published else None
    if newest is None or newest < published_at:
        _expect_next(session, assessment, framework, now)
        tell_published(session, assessment, None, now)
    return assessment


def _expect_next(session: Session, assessment: Assessment, framework: Framework, now: datetime) -> None:
    follows_up = assessment.rating is not None and assessment.rating in framework.policy.follow_up_ratings
    if assessment.next_due_on is None:
        raise NotPublished
    set_due_date(
        session,
        care_service_id=assessment.care_service_id,
        provider_id=assessment.provider_id,
        due_on=assessment.next_due_on,
        cause=Cause.FOLLOW_UP if follows_up else Cause.ANNUAL,
        because=f"After {assessment.reference}, {assessment.rating or 'without a rating'}.".replace("_", " "),
        now=now,
    )


def _ensure_publishable(session: Session, assessment: Assessment, *, by: Principal, now: datetime) -> None:
    if LIFE.after(Status(assessment.status), Step.PUBLISH) is None:
        raise StepNotAllowed(LIFE.name, assessment.status, Step.PUBLISH)
    drafts = Drafts(session)
    disputed = drafts.dispute(assessment.id)
    if disputed is not None:
        ensure_reviewer(disputed, by)
    closes_at = assessment.accuracy_closes_at
    closed_at = assessment.accuracy_closed_at
    bars = bars_to_publication(
        window_is_open=closes_at is not None
        and not bars_to_commenting(closes_at=closes_at, closed_at=closed_at, now=now),
        may_dispute=now <= may_dispute_until(session, assessment),
        undecided_comments=drafts.undecided(assessment.id),
        is_under_review=disputed is not None,
        is_reviewed=disputed is not None and disputed.outcome is not None,
    )
    if bars:
        raise Barred(bars)


def _withdrawal(session: Session, assessment_id: UUID) -> Withdrawal | None:
    return session.exec(select(Withdrawal).where(Withdrawal.assessment_id == assessment_id)).one_or_none()
