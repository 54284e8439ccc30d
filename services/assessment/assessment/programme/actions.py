"""Keeps the date on which each service's next assessment is due. Earlier dates stay, replaced, with their reasons."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord, CareServiceRecorded
from assay_contracts.directory.copies import Copies, receive_care_service
from assay_contracts.messages import Recipient
from assay_contracts.risk import Band, BandChanged
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.events import acting_at
from assessment.assessments.events import write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import Cause
from assessment.frameworks.framework import Framework
from assessment.frameworks.repository import Frameworks
from assessment.tables import Assessment, DueDate

from .rules import due_after_red_band, due_of_new_service, stands_after_publication

_RED_FOR_MORE = "the service was Red for nothing but its rating, and is Red for more now"


def set_due_date(
    session: Session,
    *,
    care_service_id: UUID,
    provider_id: UUID,
    due_on: date,
    cause: Cause,
    because: str,
    now: datetime,
) -> bool:
    """Make this the date that stands; the one before stays as history.

    A service that has left the programme gets none: False, and the date is kept for when it turns out to be in it.
    """
    drop_due_date(session, care_service_id, now)
    service = Copies(session).care_service(care_service_id)
    is_out = service is not None and has_left(service, now)
    session.add(
        DueDate(
            care_service_id=care_service_id,
            provider_id=provider_id,
            due_on=due_on,
            cause=cause,
            because=because,
            set_at=now,
            replaced_at=now if is_out else None,
        )
    )
    session.flush()
    return not is_out


def has_left(service: CareServiceRecord, now: datetime) -> bool:
    """Whether a service is out of the programme: it has ended, or the council does not buy it."""
    return service.has_ended(london_day(now)) or not service.is_contracted


def hear_of_band(session: Session, event: BandChanged) -> None:
    """A service that turns Red is assessed sooner; one that stays Red was brought forward when it turned.

    Red for nothing but its own rating brings nothing forward: that rating has its follow-up. What is Red for more
    since then is brought forward now.
    """
    was_red = event.previous_band is Band.RED and not event.followed_rating_alone
    if event.band is not Band.RED or was_red or event.follows_rating_alone:
        return
    now = acting_at(session, event)
    _, framework = Frameworks(session).current()
    standing = Assessments(session).due_date(event.care_service_id, lock=True)
    due_on = due_after_red_band(framework.policy, london_day(now), standing.due_on if standing else None)
    if due_on is None:
        return
    turned = "the service turned Red" if event.previous_band is not Band.RED else _RED_FOR_MORE
    is_due = set_due_date(
        session,
        care_service_id=event.care_service_id,
        provider_id=event.provider_id,
        due_on=due_on,
        cause=Cause.RED_BAND,
        because=f"Brought forward: {turned}.",
        now=now,
    )
    if not is_due:
        return
    write_to(
        session,
        Recipient(role=Role.COMPLIANCE_OFFICER),
        "assessment_brought_forward",
        about=event.care_service_id,
        now=now,
        once=due_on.isoformat(),
        due_on=due_on.isoformat(),
    )


def hear_of_care_service(session: Session, event: CareServiceRecorded) -> None:
    """Keep the copy; a new service joins the programme with its first placement; one that has ended, or that the
    council no longer buys, leaves it, and is back with the date that it had when that turns out to be wrong."""
    receive_care_service(session, event)
    now = acting_at(session, event)
    service = Copies(session).care_service(event.care_service.id) or event.care_service
    if has_left(service, now):
        drop_due_date(session, service.id, now)
        return
    _expect_again(session, service, now)
    if service.first_placement_on is not None:
        _expect_first_assessment(session, service, service.first_placement_on, now)


def _expect_again(session: Session, service: CareServiceRecord, now: datetime) -> None:
    assessments = Assessments(session)
    standing = assessments.due_date(service.id, lock=True)
    last = assessments.last_due_date(service.id)
    if standing is not None or last is None:
        return
    set_due_date(
        session,
        care_service_id=service.id,
        provider_id=service.provider_id,
        due_on=last.due_on,
        cause=last.cause,
        because=last.because,
        now=now,
    )


def _expect_first_assessment(
    session: Session, service: CareServiceRecord, first_placement_on: date, now: datetime
) -> None:
    assessments = Assessments(session)
    if assessments.published(service.id):
        return
    _, framework = Frameworks(session).current()
    due_on = due_of_new_service(framework.policy, first_placement_on)
    standing = assessments.due_date(service.id, lock=True)
    if standing is not None and (standing.cause != Cause.NEW_SERVICE or standing.due_on == due_on):
        return
    set_due_date(
        session,
        care_service_id=service.id,
        provider_id=service.provider_id,
        due_on=due_on,
        cause=Cause.NEW_SERVICE,
        because=f"First placement on {first_placement_on.isoformat()}.",
        now=now,
    )


def expect_next(session: Session, assessment: Assessment, framework: Framework, now: datetime) -> None:
    """Let the next assessment be due after this one, unless the service turned Red since what it rests on was seen."""
    if assessment.next_due_on is None:
        raise ValueError(f"Assessment {assessment.id} is not published.")
    standing = Assessments(session).due_date(assessment.care_service_id, lock=True)
    if standing is not None and stands_after_publication(
        is_red_band=standing.cause == Cause.RED_BAND,
        due_on=standing.due_on,
        set_at=standing.set_at,
        next_due_on=assessment.next_due_on,
        draft_issued_at=assessment.draft_issued_at,
    ):
        return
    follows_up = assessment.rating is not None and assessment.rating in framework.policy.follow_up_ratings
    set_due_date(
        session,
        care_service_id=assessment.care_service_id,
        provider_id=assessment.provider_id,
        due_on=assessment.next_due_on,
        cause=Cause.FOLLOW_UP if follows_up else Cause.ANNUAL,
        because=f"After {assessment.reference}, {assessment.rating or 'without a rating'}.".replace("_", " "),
        now=now,
    )


def drop_due_date(session: Session, care_service_id: UUID, now: datetime) -> None:
    """No date stands any more; the one that did stays as history."""
    standing = Assessments(session).due_date(care_service_id, lock=True)
    if standing is not None:
        standing.replaced_at = now
        session.flush()
