"""Known calls of what members do once they are in: declarations, evidence, tenders, placements, open data."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from make_dps import REASON, care_service
from stage_dps import ME, Stage
from stage_members import CLOSES_ON, NEED, MemberStage

from assay_contracts.roles import Role
from assay_kit.walk import Call
from dps_admission.memberships.rules import Cause

Make = Callable[[Stage], Call]
OnMembers = Callable[[MemberStage], Call]


def _as(role: Role, path: Mapping[str, Any] | None = None, body: Any = None) -> Call:
    return Call(path=path or {}, body=body, roles=[role], name=ME)


def _of(org: UUID, path: Mapping[str, Any], body: Any = None, query: Mapping[str, Any] | None = None) -> Call:
    about: dict[str, Any] = {"roles": [Role.PROVIDER_ADMIN], "org": org, "name": ME, "hidden_from_others": True}
    return Call(path=path, body=body, query=query or {}, **about)


def _own(stage: MemberStage, body: Any = None) -> Call:
    membership, who = stage.member()
    return _of(who.provider_id, {"membership_id": membership.id}, body)


def _put_forward(stage: MemberStage) -> Call:
    membership, cause = stage.suspended(Cause.LAPSED_DECLARATION)
    return _of(membership.provider_id, {"suspension_id": cause}, {"statement": REASON})


def _standing(stage: MemberStage) -> Call:
    membership, who = stage.member()
    path = {"lot_id": membership.lot_id, "provider_id": who.provider_id}
    return _of(who.provider_id, path, query={"on": "2026-01-05"})


UPKEEP: Mapping[str, OnMembers] = {
    "affirm_membership": lambda stage: _own(stage, {"declared_by": "Olive Owner", "is_true_and_complete": True}),
    "ask_to_affirm": lambda stage: _as(Role.COMMISSIONER, {"membership_id": stage.member()[0].id}, {"reason": REASON}),
    "read_upkeep": _own,
    "check_insurance": lambda stage: _as(
        Role.COMMISSIONER,
        {"membership_id": stage.member()[0].id},
        {"expires_on": "2099-12-31", "reason": REASON},
    ),
    "put_evidence_forward": _put_forward,
    "verify_evidence": lambda stage: _as(
        Role.COMMISSIONING_MANAGER, {"remedy_id": stage.remedy().id}, {"is_sufficient": True, "reason": REASON}
    ),
    "review_suspension": lambda stage: _as(
        Role.COMMISSIONING_MANAGER, {"suspension_id": stage.suspended()[1]}, {"reason": REASON, "next_in_days": 14}
    ),
    "read_standing": _standing,
}


def _noticed(stage: MemberStage, body: Any = None) -> Call:
    membership, who = stage.noticed()
    return _of(who.provider_id, {"membership_id": membership.id}, body)


def _report_services(stage: MemberStage) -> Call:
    membership, who = stage.member()
    other = care_service(stage.session, who.provider_id)
    body = {"care_service_ids": [str(other.id)], "said": "A new branch.", "changed_on": "2026-01-05"}
    return _of(who.provider_id, {"membership_id": membership.id}, body)


def _on_services(stage: MemberStage, **more: Any) -> Call:
    change, _, _ = stage.services_reported()
    return _as(Role.COMMISSIONER, {"service_change_id": change.id}, {"reason": REASON} | more)


CHANGING: Mapping[str, OnMembers] = {
    "give_removal_notice": lambda stage: _as(
        Role.COMMISSIONING_MANAGER, {"membership_id": stage.member()[0].id}, {"why": "breach", "reason": REASON}
    ),
    "list_removal_notices": _noticed,
    "list_standing_removal_notices": lambda _: _as(Role.COMMISSIONER),
    "answer_removal_notice": lambda stage: _noticed(stage, {"statement": REASON}),
    "withdraw_removal_notice": lambda stage: _as(
        Role.COMMISSIONER, {"membership_id": stage.noticed()[0].id}, {"reason": REASON}
    ),
    "report_service_change": _report_services,
    "list_service_changes_of_membership": _own,
    "list_service_changes": lambda _: _as(Role.COMMISSIONER),
    "confirm_service_change": lambda stage: _on_services(stage, accepts=["cqc_register"]),
    "decline_service_change": _on_services,
}


def _invite(stage: MemberStage) -> Call:
    lot = stage.lot_for_all()
    stage.member(lot)
    body = {"title": "Home care, east", "description": "Forty hours.", "closes_on": CLOSES_ON.isoformat()}
    return _as(Role.COMMISSIONER, {"lot_id": lot.id}, body)


def _answer(stage: MemberStage) -> Call:
    _, invitation, who = stage.procurement()
    return _of(who.provider_id, {"invitation_id": invitation.id}, {"answer": "tendered", "statement": REASON})


def _read_procurement(stage: MemberStage) -> Call:
    procurement, _, who = stage.procurement()
    return _of(who.provider_id, {"procurement_id": procurement.id})


def _outcome(stage: MemberStage) -> Call:
    procurement, invitation = stage.tendered()
    body = {"outcome": "awarded", "invitation_id": str(invitation.id), "reason": REASON}
    return _as(Role.COMMISSIONING_MANAGER, {"procurement_id": procurement.id}, body)


PROCUREMENTS: Mapping[str, OnMembers] = {
    "invite_to_tender": _invite,
    "list_procurements": lambda _: _as(Role.COMMISSIONER),
    "read_procurement": _read_procurement,
    "list_invitations": _read_procurement,
    "answer_invitation": _answer,
    "record_outcome": _outcome,
    "cancel_procurement": lambda stage: _as(
        Role.COMMISSIONING_MANAGER, {"procurement_id": stage.procurement()[0].id}, {"reason": REASON}
    ),
}


def _offer(stage: MemberStage) -> Call:
    membership, _ = stage.member()
    body = {"membership_id": str(membership.id), "reason": REASON}
    return _as(Role.SOCIAL_CARE_ASSESSOR, {"placement_id": stage.placement().id}, body)


def _answer_offer(stage: MemberStage) -> Call:
    offer, who = stage.placement_offer()
    return _of(who.provider_id, {"offer_id": offer.id}, {"is_accepted": True})


def _placement(stage: MemberStage) -> Call:
    return _as(Role.SOCIAL_CARE_ASSESSOR, {"placement_id": stage.placement_offer()[0].placement_id})


PLACEMENTS: Mapping[str, OnMembers] = {
    "seek_placement": lambda _: _as(Role.SOCIAL_CARE_ASSESSOR, body=NEED),
    "list_placements": lambda _: _as(Role.SOCIAL_CARE_ASSESSOR),
    "read_placement": _placement,
    "read_shortlist": _placement,
    "offer_placement": _offer,
    "close_placement": lambda stage: _as(
        Role.SOCIAL_CARE_ASSESSOR, {"placement_id": stage.placement().id}, {"reason": REASON}
    ),
    "list_placement_offers": lambda _: _as(Role.SOCIAL_CARE_ASSESSOR),
    "answer_placement_offer": _answer_offer,
}

OPEN_DATA: Mapping[str, OnMembers] = {
    "read_release_package": lambda stage: Call(path={"scheme_id": stage.opened_long_ago().id}),
    "read_record_package": lambda stage: Call(path={"scheme_id": stage.opened_long_ago().id}),
}


def _on(make: OnMembers) -> Make:
    return lambda stage: make(MemberStage(stage.session))


MEMBERS_AT_WORK: Mapping[str, Make] = {
    operation: _on(make)
    for some in (UPKEEP, CHANGING, PROCUREMENTS, PLACEMENTS, OPEN_DATA)
    for operation, make in some.items()
}
