"""Brings members to what they do once they are in: evidence, tenders, placements."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from make_dps import BEFORE, REASON, Applicant, care_service, lot_body, scheme_body
from sqlmodel import Session
from stage_dps import COMMISSIONER, MANAGER, NOW, Stage, owner

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from dps_admission.memberships import delivering, remedying, removing
from dps_admission.memberships.change_schemas import ServiceChangeIn
from dps_admission.memberships.rules import Cause, RemovalReason
from dps_admission.memberships.upkeep_repository import Upkeep
from dps_admission.placements import actions as placing
from dps_admission.placements.schemas import PlacementIn, PlacementOfferIn
from dps_admission.procurements import actions as procuring
from dps_admission.procurements.repository import Procurements
from dps_admission.procurements.schemas import InvitationAnswerIn, ProcurementIn
from dps_admission.schemes import actions as scheming
from dps_admission.schemes.profiles import Regime
from dps_admission.schemes.schemas import LotIn, SchemeIn
from dps_admission.tables import (
    Invitation,
    Lot,
    Membership,
    Placement,
    PlacementOffer,
    Procurement,
    Remedy,
    Scheme,
    ServiceChange,
)

CLOSES_ON = date(2028, 3, 30)
NEED: dict[str, Any] = {"service_type": "home_care", "client_group": "older_people", "starts_on": "2028-04-01"}


@dataclass
class MemberStage(Stage):
    session: Session

    def noticed(self) -> tuple[Membership, Applicant]:
        """A member that was given the reasons for which it may be removed."""
        membership, who = self.member()
        about: dict[str, Any] = {"why": RemovalReason.BREACH, "reason": REASON, "by": COMMISSIONER, "now": NOW}
        return removing.give_removal_notice(self.session, membership.id, **about), who

    def services_reported(self) -> tuple[ServiceChange, Membership, Applicant]:
        membership, who = self.member()
        other = care_service(self.session, who.provider_id, cqc_location_id="1-100200300")
        body = {"care_service_ids": [who.care_service_id, other.id], "said": "A new branch.", "changed_on": NOW.date()}
        about: dict[str, Any] = {"directory": FakeDirectory(), "copies": Copies(self.session), "now": NOW}
        asked = ServiceChangeIn.model_validate(body)
        return delivering.report_services(self.session, membership.id, asked, by=owner(who), **about), membership, who

    def remedy(self) -> Remedy:
        _, cause = self.suspended(Cause.LAPSED_DECLARATION)
        about: dict[str, Any] = {"statement": REASON, "evidence_ids": [], "directory": FakeDirectory()}
        remedying.put_forward(self.session, cause, **about, by=COMMISSIONER, now=NOW)
        found = Upkeep(self.session).unverified(cause)
        assert found is not None
        return found

    def opened_long_ago(self) -> Scheme:
        """A scheme that is open whatever the clock of the call says."""
        body = SchemeIn.model_validate(scheme_body(self.session))
        scheme = scheming.create_scheme(self.session, body, by=COMMISSIONER, now=BEFORE)
        lot = LotIn.model_validate(lot_body(self.session))
        scheming.create_lot(self.session, scheme.id, lot, by=COMMISSIONER, now=BEFORE)
        scheming.open_scheme(self.session, scheme.id, by=MANAGER, now=BEFORE)
        return scheme

    def lot_for_all(self) -> Lot:
        """A lot of a DPS in which all members are invited to each procurement."""
        return self.lot(self.scheme(is_open=False, regime=Regime.PCR2015_REG34))

    def procurement(self) -> tuple[Procurement, Invitation, Applicant]:
        lot = self.lot_for_all()
        _, who = self.member(lot)
        asked = ProcurementIn(title="Home care, east", description="Forty hours a week.", closes_on=CLOSES_ON)
        procurement = procuring.invite(self.session, lot.id, asked, by=COMMISSIONER, now=NOW)
        [invitation] = Procurements(self.session).invitations_of([procurement.id])
        return procurement, invitation, who

    def tendered(self) -> tuple[Procurement, Invitation]:
        """The tender period is over, and the one member has tendered."""
        procurement, invitation, who = self.procurement()
        asked = InvitationAnswerIn.model_validate({"answer": "tendered", "statement": REASON})
        about: dict[str, Any] = {"directory": FakeDirectory(), "by": owner(who), "now": NOW}
        procuring.answer_invitation(self.session, invitation.id, asked, **about)
        procuring.close_procurements(self.session, procurement.closes_at + timedelta(seconds=1))
        return procurement, invitation

    def placement(self, *, now: datetime = NOW, **about: Any) -> Placement:
        asked = PlacementIn.model_validate(NEED | about)
        return placing.seek(self.session, asked, by=COMMISSIONER, now=now)

    def placement_offer(self) -> tuple[PlacementOffer, Applicant]:
        membership, who = self.member()
        asked = PlacementOfferIn(membership_id=membership.id, reason=REASON)
        placement = self.placement()
        return placing.offer_placement(self.session, placement.id, asked, by=COMMISSIONER, now=NOW), who
