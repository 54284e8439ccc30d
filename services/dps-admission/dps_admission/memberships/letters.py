"""What a provider is told when a step changes what its membership lets it do. Called by the one who takes the step."""

from datetime import datetime

from sqlmodel import Session

from assay_kit.calendar import london_day
from dps_admission.applications.messages import write_to_provider
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership

from .rules import MembershipStep


def write_of_step(
    session: Session, membership: Membership, step: MembershipStep, *, reason: str | None, now: datetime
) -> None:
    """Steps that a member takes itself, or that have a letter of their own, are not written about."""
    match step:
        case MembershipStep.SUSPEND:
            _write_letter(session, membership, "membership_suspended", reason=reason, now=now)
        case MembershipStep.LIFT:
            _write_letter(session, membership, "membership_resumed", reason=reason, now=now)
        case MembershipStep.REMOVE | MembershipStep.LEAVE | MembershipStep.EXPIRE:
            _write_letter(session, membership, "membership_ended", reason=reason, now=now)
        case MembershipStep.LET_OFFER_LAPSE:
            reason = "The place was offered, and no answer came in time."
            _write_letter(session, membership, "membership_ended", reason=reason, now=now)
        case _:
            return


def _write_letter(
    session: Session, membership: Membership, template: str, *, reason: str | None, now: datetime
) -> None:
    lot = Schemes(session).lot(membership.lot_id)
    where = f"{lot.name}, {membership.zone}" if membership.zone else lot.name
    write_to_provider(
        session,
        membership.provider_id,
        template,
        about=membership.id,
        personalisation={"lot": where, "reason": reason or "", "day": london_day(now).isoformat()},
        now=now,
        once=now.isoformat(),
    )
