"""What makes a rating public, takes it back, or records one that was given before."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory import CareServiceRecord
from assay_contracts.directory.copies import Copies
from assay_contracts.messages import Recipient
from assay_kit.calendar import at_london, london_day
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed
from assay_kit.references import next_reference
from assay_kit.timeline import begin, take
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred, CareServiceNotFound
from assessment.assessments.events import tell_published, write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import IMPORTED_LIFE, LIFE, Cause, Status, Step, next_due_on
from assessment.corrections.repository import Corrections
from assessment.drafts.actions import ensure_may_publish, may_dispute_until
from assessment.drafts.repository import Drafts
from assessment.drafts.rules import bars_to_commenting, bars_to_publication
from assessment.frameworks.repository import Frameworks
from assessment.insight.figures import keep_figures
from assessment.programme.actions import expect_next
from assessment.rating.actions import recompute
from assessment.rating.errors import ResultDisagrees
from assessment.remedial_actions.actions import make_plan
from assessment.tables import Assessment
from assessment.validations.repository import Validations

from .errors import AlreadyImported
from .rules import bars_to_import


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
    expect_next(session, assessment, framework, now)
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
    service = _importable(copies, care_service_id, published_on=published_on, today=london_day(now))
    published_at = min(at_london(published_on, time(12)), now)
    published = Assessments(session).published(care_service_id)
    _, framework = Frameworks(session).current()
    assessment = Assessment(
        reference=next_reference(session, "ASM", now),
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
        **_of_service(service),
    )
    _add_imported(session, assessment)
    begin(session, assessment, IMPORTED_LIFE, by=by, now=now, step="record_imported", reason=source, **of(assessment))
    is_newest = all(each.published_at is None or each.published_at < published_at for each in published[:1])
    if is_newest:
        expect_next(session, assessment, framework, now)
        tell_published(session, assessment, None, now)
    return assessment


def _importable(copies: Copies, care_service_id: UUID, *, published_on: date, today: date) -> CareServiceRecord:
    service = copies.care_service(care_service_id)
    if service is None:
        raise CareServiceNotFound(care_service_id)
    if bars := bars_to_import(published_on=published_on, today=today):
        raise Barred(bars)
    return service


def _of_service(service: CareServiceRecord) -> dict[str, Any]:
    return {"care_service_id": service.id, "provider_id": service.provider_id, "service_type": service.type}


def _add_imported(session: Session, assessment: Assessment) -> None:
    """The database keeps one imported rating of a service and day: of two who come at once the later is told."""
    same = select(Assessment.id).where(
        Assessment.care_service_id == assessment.care_service_id,
        Assessment.opens_on == assessment.opens_on,
        Assessment.status == Status.PUBLISHED,
        col(Assessment.imported).is_(True),
    )
    try:
        with session.begin_nested():
            session.add(assessment)
            session.flush()
    except IntegrityError as error:
        found = session.exec(same).one_or_none()
        if found is None:
            raise
        raise AlreadyImported(found) from error


def _ensure_publishable(session: Session, assessment: Assessment, *, by: Principal, now: datetime) -> None:
    if LIFE.after(Status(assessment.status), Step.PUBLISH) is None:
        raise StepNotAllowed(LIFE.name, assessment.status, Step.PUBLISH)
    drafts = Drafts(session)
    disputed = drafts.dispute(assessment.id)
    if disputed is not None:
        ensure_may_publish(session, disputed, by)
    closes_at = assessment.accuracy_closes_at
    closed_at = assessment.accuracy_closed_at
    bars = bars_to_publication(
        window_is_open=closes_at is not None
        and not bars_to_commenting(closes_at=closes_at, closed_at=closed_at, now=now),
        may_dispute=now <= may_dispute_until(session, assessment),
        undecided_comments=drafts.undecided(assessment.id),
        open_corrections=len(Corrections(session).open(assessment.id)),
        is_under_review=disputed is not None,
        is_reviewed=disputed is not None and disputed.outcome is not None,
    )
    if bars:
        raise Barred(bars)
