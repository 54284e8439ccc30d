"""HTTP for memberships. Translate, call one action, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import Session, col

from assay_kit.clock import Now
from assay_kit.money import rounded_down
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import StepNotAllowed, may_answer
from assay_kit.timeline import timeline_of
from dps_admission.dependencies import (
    CaseReader,
    CopiesDep,
    Decider,
    MembershipParty,
    MembershipReader,
    ProviderAdmin,
    SessionDep,
)
from dps_admission.schemes.errors import LotNotFound
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership

from . import ending, opening, places, rounds, suspending
from .errors import MembershipNotFound, MembershipRefused, SuspensionNotFound
from .reading import Picture, as_seen_by, read_one
from .repository import Memberships
from .rules import MEMBERSHIP_LIFE, waiting_order
from .schemas import (
    MembershipRead,
    MembershipReasonIn,
    MembershipTimeline,
    OpeningMembershipIn,
    RoundCallRead,
    RoundRead,
    SuspensionIn,
    WaitingList,
    WaitingRead,
)

router = APIRouter(tags=["memberships"])
ON_MEMBERSHIP = may_answer(MembershipNotFound, MembershipRefused, StepNotAllowed)
LocationId = Annotated[str, Query(min_length=3, max_length=40, pattern=r"^1-[0-9]+$")]


@router.get("/memberships", operation_id="list_memberships", summary="Memberships by provider, service or CQC location")
def list_memberships(
    session: SessionDep,
    copies: CopiesDep,
    by: MembershipReader,
    page: PageQuery,
    provider_id: UUID | None = None,
    care_service_id: UUID | None = None,
    cqc_location_id: LocationId | None = None,
    lot_id: UUID | None = None,
    only_live: bool = True,
) -> Page[MembershipRead]:
    named = None if care_service_id is None else [care_service_id]
    if cqc_location_id is not None:
        there = [one.id for one in copies.care_services_by_location(cqc_location_id)]
        named = there if named is None else [one for one in there if one in named]
    wanted = Memberships(session).wanted(
        by=by,
        provider_ids=None if provider_id is None else [provider_id],
        care_service_ids=named,
        lot_id=lot_id,
        only_live=only_live,
    )
    found = paginate(session, wanted, page, col(Membership.admitted_at), col(Membership.id))
    return found.map(Picture(session, found.items).read)


@router.get("/memberships/{membership_id}", operation_id="read_membership", responses=may_answer(MembershipNotFound))
def read_membership(membership_id: UUID, session: SessionDep, by: MembershipReader) -> MembershipRead:
    return read_one(session, Memberships(session).seen_by(membership_id, by))


@router.get(
    "/memberships/{membership_id}/timeline",
    operation_id="read_membership_timeline",
    summary="The steps of a membership; why each was taken is for its provider and for those who work on its case",
    responses=may_answer(MembershipNotFound),
)
def read_membership_timeline(membership_id: UUID, session: SessionDep, by: MembershipParty) -> MembershipTimeline:
    membership = Memberships(session).seen_by(membership_id, by)
    entries = timeline_of(session, kind=MEMBERSHIP_LIFE.name, object_id=membership.id)
    return as_seen_by(MembershipTimeline(items=list(entries)), by)


@router.post(
    "/lots/{lot_id}/opening-memberships",
    operation_id="record_opening_membership",
    status_code=201,
    responses=may_answer(LotNotFound, MembershipRefused),
)
def record_opening_membership(
    lot_id: UUID, asked: OpeningMembershipIn, session: SessionDep, copies: CopiesDep, by: Decider, now: Now
) -> MembershipRead:
    recorded = opening.record_opening_membership(session, lot_id, asked, copies=copies, by=by, now=now)
    return read_one(session, recorded)


@router.post(
    "/memberships/{membership_id}/confirmation",
    operation_id="confirm_opening_membership",
    summary="Confirm an opening membership that another person recorded",
    responses=ON_MEMBERSHIP,
)
def confirm_opening_membership(membership_id: UUID, session: SessionDep, by: Decider, now: Now) -> MembershipRead:
    return read_one(session, opening.confirm_opening_membership(session, membership_id, by=by, now=now))


@router.post(
    "/memberships/{membership_id}/taking-back",
    operation_id="take_back_opening_membership",
    summary="Take back an opening membership that was recorded in error and is not confirmed",
    responses=ON_MEMBERSHIP,
)
def take_back_opening_membership(
    membership_id: UUID, asked: MembershipReasonIn, session: SessionDep, by: Decider, now: Now
) -> MembershipRead:
    about: dict[str, Any] = {"reason": asked.reason, "by": by, "now": now}
    return read_one(session, opening.take_back_opening_membership(session, membership_id, **about))


@router.post(
    "/lots/{lot_id}/round-call",
    operation_id="call_round",
    summary="Say until when the next round takes in what was received",
    responses=may_answer(LotNotFound, MembershipRefused, StepNotAllowed),
)
def call_round(lot_id: UUID, session: SessionDep, by: Decider, now: Now) -> RoundCallRead:
    received_until = rounds.call_round(session, lot_id, by=by, now=now)
    return RoundCallRead(lot_id=lot_id, received_until=received_until)


@router.post(
    "/lots/{lot_id}/rounds",
    operation_id="run_round",
    status_code=201,
    summary="Rank everyone admitted to a lot with places, and offer the free places",
    responses=may_answer(LotNotFound, MembershipRefused),
)
def run_round(lot_id: UUID, session: SessionDep, by: Decider, now: Now) -> RoundRead:
    ranked = rounds.run_round(session, lot_id, by=by, now=now)
    session.flush()
    picture = Picture(session, ranked)
    return RoundRead(items=[picture.read(one) for one in ranked])


@router.get("/lots/{lot_id}/waiting-list", operation_id="read_waiting_list", responses=may_answer(LotNotFound))
def read_waiting_list(lot_id: UUID, session: SessionDep, by: CaseReader) -> WaitingList:
    Schemes(session).lot(lot_id)
    waiting = _waiting(session, lot_id)
    order = "Question set version, quality percentage, earlier submission, application id."
    return WaitingList(order=order, items=waiting)


@router.post("/memberships/{membership_id}/offer", operation_id="offer_place", responses=ON_MEMBERSHIP)
def offer_place(
    membership_id: UUID, asked: MembershipReasonIn, session: SessionDep, by: Decider, now: Now
) -> MembershipRead:
    return read_one(session, places.offer_by_hand(session, membership_id, reason=asked.reason, by=by, now=now))


@router.post("/memberships/{membership_id}/acceptance", operation_id="accept_place", responses=ON_MEMBERSHIP)
def accept_place(membership_id: UUID, session: SessionDep, by: ProviderAdmin, now: Now) -> MembershipRead:
    return read_one(session, places.accept(session, membership_id, by=by, now=now))


@router.post("/memberships/{membership_id}/declining", operation_id="decline_place", responses=ON_MEMBERSHIP)
def decline_place(membership_id: UUID, session: SessionDep, by: ProviderAdmin, now: Now) -> MembershipRead:
    return read_one(session, places.decline(session, membership_id, by=by, now=now))


@router.post("/memberships/{membership_id}/departure", operation_id="leave_lot", responses=ON_MEMBERSHIP)
def leave_lot(
    membership_id: UUID, asked: MembershipReasonIn, session: SessionDep, by: ProviderAdmin, now: Now
) -> MembershipRead:
    return read_one(session, ending.leave(session, membership_id, reason=asked.reason, by=by, now=now))


@router.post("/memberships/{membership_id}/suspensions", operation_id="suspend_membership", responses=ON_MEMBERSHIP)
def suspend_membership(
    membership_id: UUID, asked: SuspensionIn, session: SessionDep, by: Decider, now: Now
) -> MembershipRead:
    cause, reason = asked.cause, asked.reason
    suspended = suspending.suspend(session, membership_id, cause=cause, reason=reason, by=by, now=now)
    return read_one(session, suspended)


@router.post(
    "/suspensions/{suspension_id}/lifting",
    operation_id="lift_suspension",
    responses=may_answer(SuspensionNotFound, MembershipRefused),
)
def lift_suspension(
    suspension_id: UUID, asked: MembershipReasonIn, session: SessionDep, by: Decider, now: Now
) -> MembershipRead:
    return read_one(session, suspending.lift(session, suspension_id, reason=asked.reason, by=by, now=now))


def _waiting(session: Session, lot_id: UUID) -> list[WaitingRead]:
    """Zone by zone, each in its order."""
    memberships = Memberships(session)
    rows = {one.id: one for one in memberships.waiting_of_lot(lot_id)}
    causes = memberships.causes_of(list(rows))
    zones = dict.fromkeys(one.lot_zone_id for one in rows.values())
    return [
        WaitingRead(
            position=position,
            membership_id=one.membership,
            provider_id=rows[one.membership].provider_id,
            zone=rows[one.membership].zone,
            quality=rounded_down(one.quality, 6),
            submitted_at=one.submitted_at,
            is_passed_over=one.is_passed_over,
        )
        for zone in zones
        for position, one in enumerate(
            waiting_order(
                places.standing_of(row, bool(causes[row.id])) for row in rows.values() if row.lot_zone_id == zone
            ),
            start=1,
        )
    ]
