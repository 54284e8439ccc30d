"""What lifts an administrative suspension: evidence that somebody has verified. And the reviews of those that last."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject
from assay_kit.calendar import london_day, start_of_london_day
from assay_kit.identity import Principal
from dps_admission.applications.messages import write_to_managers, write_to_provider
from dps_admission.bars import Bar
from dps_admission.evidence import rely
from dps_admission.tables import Membership, Remedy, SuspensionCause

from .affirming import profile_of, verified_lapse
from .errors import MembershipRefused
from .repository import Memberships
from .rules import Cause, MembershipStatus, MembershipStep
from .stepping import note_step
from .suspending import end_causes
from .upkeep_repository import Upkeep
from .upkeep_rules import bars_to_remedy, bars_to_review

_A_BATCH = 100


def _locked(session: Session, suspension_id: UUID, by: Principal) -> tuple[SuspensionCause, Membership]:
    memberships = Memberships(session)
    cause = memberships.cause(suspension_id)
    membership = memberships.seen_by(cause.membership_id, by, lock=True)
    session.refresh(cause)
    return cause, membership


def put_forward(
    session: Session,
    suspension_id: UUID,
    *,
    statement: str,
    evidence_ids: Iterable[UUID],
    directory: Directory,
    by: Principal,
    now: datetime,
) -> Membership:
    """The member, or the council for it, puts evidence forward; nothing lifts yet."""
    memberships, wanted = Memberships(session), list(evidence_ids)
    cause = memberships.cause(suspension_id)
    membership = memberships.seen_by(cause.membership_id, by)
    # Without locks first: nobody waits for another service, which is asked nothing for what is refused anyhow.
    _must_take(session, cause, has_evidence=bool(wanted))
    relying = RelyingObject("suspension", cause.id)
    evidence = rely(directory, wanted, provider_id=membership.provider_id, by_object=relying)
    cause, membership = _locked(session, suspension_id, by)
    _must_take(session, cause, has_evidence=bool(wanted))
    session.add(
        Remedy(
            suspension_cause_id=cause.id,
            statement=statement,
            evidence=evidence,
            made_at=now,
            made_by=by.name,
            made_by_subject=by.subject,
        )
    )
    note_step(session, membership, MembershipStep.PUT_EVIDENCE_FORWARD, by=by, now=now, reason=statement)
    session.flush()
    return membership


def _must_take(session: Session, cause: SuspensionCause, *, has_evidence: bool) -> None:
    bars = bars_to_remedy(
        Cause(cause.cause),
        is_open=cause.ended_at is None,
        awaits_verification=Upkeep(session).unverified(cause.id) is not None,
        has_evidence=has_evidence,
    )
    MembershipRefused.unless_clear(bars)


def verify(
    session: Session, remedy_id: UUID, *, is_sufficient: bool, reason: str, by: Principal, now: datetime
) -> Membership:
    """Somebody else looked at it: sufficient lifts the cause, otherwise the member may put more forward."""
    remedy = Upkeep(session).remedy(remedy_id)
    cause, membership = _locked(session, remedy.suspension_cause_id, by)
    session.refresh(remedy)
    if remedy.verified_at is not None or cause.ended_at is not None:
        raise MembershipRefused([Bar("already-verified", "This evidence was judged already.")])
    if remedy.made_by_subject == by.subject:
        raise MembershipRefused([Bar("second-person", "Another person than who put it forward verifies evidence.")])
    remedy.is_sufficient, remedy.verification, remedy.verified_at = is_sufficient, reason, now
    remedy.verified_by, remedy.verified_by_subject = by.name, by.subject
    note_step(session, membership, MembershipStep.VERIFY_EVIDENCE, by=by, now=now, reason=reason)
    if is_sufficient:
        if cause.cause == Cause.LAPSED_DECLARATION:
            verified_lapse(session, membership, remedy)
        end_causes(session, membership, [cause], by=by, now=now, because=reason)
    session.flush()
    outcome = _outcome(is_sufficient=is_sufficient, is_suspended=membership.status == MembershipStatus.SUSPENDED)
    about = {"outcome": outcome, "reason": reason}
    provider_id = membership.provider_id
    write_to_provider(session, provider_id, "evidence_verified", about=remedy.id, personalisation=about, now=now)
    return membership


def _outcome(*, is_sufficient: bool, is_suspended: bool) -> str:
    if not is_sufficient:
        return "It is not sufficient yet; you may put more forward."
    return (
        "It is sufficient. The membership stays suspended for another reason." if is_suspended else "It is sufficient."
    )


def review(
    session: Session, suspension_id: UUID, *, reason: str, days: int, by: Principal, now: datetime
) -> Membership:
    """A manager has looked at a suspension that lasts, and says when it is looked at again."""
    cause, membership = _locked(session, suspension_id, by)
    at_most = profile_of(session, membership).policy.suspension_review_calendar_days
    bars = bars_to_review(is_open=cause.ended_at is None, days=days, days_at_most=at_most)
    MembershipRefused.unless_clear(bars)
    note_step(session, membership, MembershipStep.REVIEW_SUSPENSION, by=by, now=now, reason=reason)
    cause.review_on, cause.review_told_at = london_day(now) + timedelta(days=days), None
    session.flush()
    return membership


def tell_of_reviews(session: Session, now: datetime) -> int:
    """Managers are told once when a suspension is to be looked at again. Nothing lifts by itself."""
    due = Upkeep(session).to_review(london_day(now), limit=_A_BATCH)
    for cause in due:
        cause.review_told_at = now
        write_to_managers(
            session,
            "suspension_review_due",
            about=cause.membership_id,
            personalisation={"review_on": cause.review_on.isoformat() if cause.review_on else ""},
            now=now,
            once=f"{cause.id}:{cause.review_on}",
        )
    session.flush()
    return len(due)


def next_review(session: Session) -> datetime | None:
    day = Upkeep(session).first_review()
    return start_of_london_day(day) if day else None
