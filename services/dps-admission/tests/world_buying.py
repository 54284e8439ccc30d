"""What is bought while anybody presses any button: placements under the DPS, and a market in which all are invited."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from make_dps import REASON, lot_body, scheme_body
from sqlmodel import col, select
from stage_dps import COMMISSIONER, MANAGER, SECOND_MANAGER
from world_dps import ZONES, World

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from dps_admission.memberships import opening
from dps_admission.memberships.schemas import OpeningMembershipIn
from dps_admission.placements import actions as placing
from dps_admission.placements.schemas import PlacementAnswerIn, PlacementIn, PlacementOfferIn
from dps_admission.procurements import actions as procuring
from dps_admission.procurements.rules import InvitationAnswer, OutcomeKind
from dps_admission.procurements.schemas import InvitationAnswerIn, OutcomeIn, ProcurementIn
from dps_admission.schemes import actions as scheming
from dps_admission.schemes.profiles import Regime
from dps_admission.schemes.schemas import LotIn, SchemeIn
from dps_admission.tables import Invitation, Lot, Membership, Placement, PlacementOffer, Procurement

TENDER_DAYS = 20


def _market(world: World) -> Lot:
    """A DPS of regulation 34, where every member is invited to each purchase; made when it is first wanted."""
    found = world.session.exec(select(Lot).where(col(Lot.id) != world.lot.id)).first()
    if found is not None:
        return found
    body = SchemeIn.model_validate(scheme_body(world.session, regime=Regime.PCR2015_REG34))
    scheme = scheming.create_scheme(world.session, body, by=COMMISSIONER, now=world.now)
    asked = LotIn.model_validate(lot_body(world.session))
    lot = scheming.create_lot(world.session, scheme.id, asked, by=COMMISSIONER, now=world.now)
    scheming.open_scheme(world.session, scheme.id, by=MANAGER, now=world.now)
    return scheming.open_lot(world.session, lot.id, by=COMMISSIONER, now=world.now)


def join_market(world: World, n: int) -> None:
    who, market = world.providers[n % 3], _market(world)
    asked = OpeningMembershipIn(
        provider_id=who.provider_id, care_service_ids=[who.care_service_id], source="The award letter", reason=REASON
    )
    about: dict[str, Any] = {"copies": Copies(world.session), "by": SECOND_MANAGER, "now": world.now}
    made = opening.record_opening_membership(world.session, market.id, asked, **about)
    opening.confirm_opening_membership(world.session, made.id, by=MANAGER, now=world.now)


def invite(world: World, _: int) -> None:
    closes_on = london_day(world.now) + timedelta(days=TENDER_DAYS)
    asked = ProcurementIn(title="Home care, east", description="Forty hours a week.", closes_on=closes_on)
    procuring.invite(world.session, _market(world).id, asked, by=COMMISSIONER, now=world.now)


def tender(world: World, n: int) -> None:
    if invitation := world.one(Invitation, n):
        answer = InvitationAnswer.DECLINED if n % 4 == 0 else InvitationAnswer.TENDERED
        asked = InvitationAnswerIn(answer=answer, statement=REASON)
        about: dict[str, Any] = {"directory": world.directory, "by": world.owner_of(invitation), "now": world.now}
        procuring.answer_invitation(world.session, invitation.id, asked, **about)


def award(world: World, n: int) -> None:
    if procurement := world.one(Procurement, n):
        mine = col(Invitation.procurement_id) == procurement.id, col(Invitation.answer) == InvitationAnswer.TENDERED
        best = world.session.exec(select(Invitation).where(*mine).order_by(col(Invitation.id))).first()
        outcome = OutcomeKind.NOT_AWARDED if best is None else OutcomeKind.AWARDED
        asked = OutcomeIn(outcome=outcome, invitation_id=best.id if best else None, reason=REASON)
        procuring.record_outcome(world.session, procurement.id, asked, by=MANAGER, now=world.now)


def cancel(world: World, n: int) -> None:
    if procurement := world.one(Procurement, n):
        procuring.cancel(world.session, procurement.id, reason=REASON, by=MANAGER, now=world.now)


def seek(world: World, n: int) -> None:
    starts_on = london_day(world.now) + timedelta(days=10)
    need = {"service_type": "home_care", "client_group": "older_people", "zone": ZONES[n % 2], "starts_on": starts_on}
    placing.seek(world.session, PlacementIn.model_validate(need), by=COMMISSIONER, now=world.now)


def offer_placement(world: World, n: int) -> None:
    placement, membership = world.one(Placement, n), world.one(Membership, n)
    if placement is not None and membership is not None:
        asked = PlacementOfferIn(membership_id=membership.id, reason=REASON)
        placing.offer_placement(world.session, placement.id, asked, by=COMMISSIONER, now=world.now)


def answer_placement(world: World, n: int) -> None:
    if offer := world.one(PlacementOffer, n):
        asked = PlacementAnswerIn(is_accepted=n % 4 > 0, reason=None)
        placing.answer_offer(world.session, offer.id, asked, by=world.owner_of(offer), now=world.now)


def close_placement(world: World, n: int) -> None:
    if placement := world.one(Placement, n):
        placing.close_placement(world.session, placement.id, reason=REASON, by=MANAGER, now=world.now)


def pause_lot(world: World, n: int) -> None:
    lot = world.one(Lot, n)
    scheming.pause_lot(world.session, lot.id, reason=REASON, by=COMMISSIONER, now=world.now)


def resume_lot(world: World, n: int) -> None:
    scheming.resume_lot(world.session, world.one(Lot, n).id, by=COMMISSIONER, now=world.now)


def close_lot(world: World, n: int) -> None:
    """Seldom, for nobody applies for it after that."""
    if n % 4 == 0:
        scheming.close_lot(world.session, world.one(Lot, n).id, reason=REASON, by=MANAGER, now=world.now)


BUYING: Mapping[str, Callable[[World, int], None]] = {
    step.__name__: step
    for step in (
        join_market, invite, tender, award, cancel, seek, offer_placement, answer_placement, close_placement,
        pause_lot, resume_lot, close_lot,
    )
}  # fmt: skip
CHAINS: Sequence[Sequence[str]] = (
    ("give_notice", "answer_notice", "remove"),
    ("give_notice", "wait", "wait", "wait", "remove"),
    ("join_market", "invite", "tender", "wait", "wait", "wait", "award"),
    ("seek", "offer_placement", "answer_placement"),
    ("evaluate", "decide", "run_round", "accept"),
    ("set_aside", "evaluate", "decide"),
)
"""What people do one after another, of the same thing: pressed alone, each of these seldom finds what it is about."""
