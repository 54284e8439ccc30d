"""What a provider is told when a step changes what its membership lets it do. Called by the one who takes the step."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.calendar import london_day
from dps_admission.applications.messages import letter_to_provider, write_to_provider
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership

from .rules import MembershipStep


def letter_of_step(
    session: Session, membership: Membership, step: MembershipStep, *, reason: str | None, now: datetime
) -> MessageRequested | None:
    """Steps that a member takes itself, or that have a letter of their own, are not written about."""
    match step:
        case MembershipStep.SUSPEND:
            return _step_letter(session, membership, "membership_suspended", reason=reason, now=now)
        case MembershipStep.LIFT:
            return _step_letter(session, membership, "membership_resumed", reason=reason, now=now)
        case MembershipStep.REMOVE | MembershipStep.LEAVE | MembershipStep.EXPIRE:
            return _step_letter(session, membership, "membership_ended", reason=reason, now=now)
        case MembershipStep.LET_OFFER_LAPSE:
            silence = "The place was offered, and no answer came in time."
            return _step_letter(session, membership, "membership_ended", reason=silence, now=now)
        case _:
            return None


def write_of_services(
    session: Session, membership: Membership, service_change_id: UUID, *, is_confirmed: bool, reason: str, now: datetime
) -> None:
    """What became of the change of services that a member reported."""
    outcome = "It is confirmed: they deliver from today." if is_confirmed else "It is not confirmed."
    about = {"lot": _where(session, membership), "outcome": outcome, "reason": reason}
    to = membership.provider_id
    write_to_provider(session, to, "service_change_answered", about=service_change_id, personalisation=about, now=now)


def write_of_cause(
    session: Session, membership: Membership, cause_id: UUID, *, is_added: bool, reason: str, now: datetime
) -> None:
    """A person has added a cause to others, or ended one of several: the membership stays suspended."""
    write_to_provider(
        session,
        membership.provider_id,
        "suspension_cause_added" if is_added else "suspension_cause_ended",
        about=cause_id,
        personalisation={"lot": _where(session, membership), "reason": reason, "day": london_day(now).isoformat()},
        now=now,
    )


def write_of_setting_aside(
    session: Session, membership: Membership, decision_id: UUID, *, reason: str, now: datetime
) -> None:
    """To a member that is suspended already, or that has no place yet: it gets no letter of a suspension by this."""
    about = {"lot": _where(session, membership), "reason": reason, "day": london_day(now).isoformat()}
    to = membership.provider_id
    write_to_provider(session, to, "decision_set_aside", about=decision_id, personalisation=about, now=now)


def _where(session: Session, membership: Membership) -> str:
    lot = Schemes(session).lot(membership.lot_id)
    return f"{lot.name}, {membership.zone}" if membership.zone else lot.name


def _step_letter(
    session: Session, membership: Membership, template: str, *, reason: str | None, now: datetime
) -> MessageRequested:
    about = {"lot": _where(session, membership), "reason": reason or "", "day": london_day(now).isoformat()}
    to, once = membership.provider_id, now.isoformat()
    return letter_to_provider(to, template, about=membership.id, personalisation=about, now=now, once=once)
