"""Placements: the need, offers in turn, answers, and silence that passes an offer by."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM, Principal
from assay_kit.references import next_reference
from assay_kit.timeline import begin, note, take
from dps_admission.applications.messages import write_to_provider
from dps_admission.bars import Bar
from dps_admission.memberships.insurance import bars_to_awarding
from dps_admission.memberships.repository import Memberships
from dps_admission.tables import Placement, PlacementOffer

from .errors import PlacementRefused
from .repository import Placements
from .rules import (
    PLACEMENT_LIFE,
    Line,
    PlacementAnswer,
    PlacementStatus,
    PlacementStep,
    bars_to_answer,
    bars_to_offer,
    bars_to_seeking,
)
from .schemas import PlacementAnswerIn, PlacementIn, PlacementOfferIn
from .shortlisting import Candidates


def seek(session: Session, asked: PlacementIn, *, by: Principal, now: datetime) -> Placement:
    bars = bars_to_seeking(
        zone=asked.zone,
        known_zones=Placements(session).zones_known(asked.service_type),
        needs_specialist=asked.needs_specialist,
        client_group=asked.client_group,
    )
    PlacementRefused.unless_clear(bars)
    placement = Placement(
        **asked.model_dump(),
        reference=next_reference(session, "PLC", now),
        created_at=now,
        created_by=by.name,
        created_by_subject=by.subject,
    )
    session.add(placement)
    begin(session, placement, PLACEMENT_LIFE, by=by, now=now, step="seek")
    session.flush()
    return placement


def offer_placement(
    session: Session, placement_id: UUID, asked: PlacementOfferIn, *, by: Principal, now: datetime
) -> PlacementOffer:
    """Offer the placement to the next in order, or out of turn with the reason recorded."""
    line, chosen_id = _chosen(asked)
    placements = Placements(session)
    found = placements.get(placement_id)
    provider_id = placements.provider_of(membership_id=asked.membership_id, care_service_id=asked.care_service_id)
    if provider_id is None:
        raise PlacementRefused([Bar("not-on-shortlist", "It is not on the shortlist of this placement.")])
    Memberships(session).lock_provider(provider_id)
    placement = placements.get(found.id, lock=True)
    ordered = Candidates(session, placement, now=now).ordered(line)
    chosen = next((one for one in ordered if one.id == chosen_id), None)
    if chosen is None:
        raise PlacementRefused([Bar("not-on-shortlist", "It is not on the shortlist of this placement.")])
    bars = bars_to_offer(
        ordered,
        chosen,
        status=PlacementStatus(placement.status),
        has_open_offer=any(one.answer is None for one in placements.offers_of(placement.id)),
        needs_specialist=placement.needs_specialist,
        has_reason=asked.reason is not None,
    )
    PlacementRefused.unless_clear(bars + _uninsured(session, placement, asked.membership_id, now=now))
    return _made(session, placement, provider_id, asked, by=by, now=now)


def _uninsured(session: Session, placement: Placement, membership_id: UUID | None, *, now: datetime) -> list[Bar]:
    """Where insurance is checked at award, a check is there before work is offered, and covers its first day."""
    if membership_id is None:
        return []
    return bars_to_awarding(session, membership_id, on=max(london_day(now), placement.starts_on))


def _chosen(asked: PlacementOfferIn) -> tuple[Line, UUID]:
    if asked.membership_id is not None and asked.care_service_id is None:
        return Line.MEMBERS, asked.membership_id
    if asked.care_service_id is not None and asked.membership_id is None:
        return Line.CARE_HOMES, asked.care_service_id
    raise PlacementRefused([Bar("name-one", "Name either a membership or a care home.")])


def _made(
    session: Session,
    placement: Placement,
    provider_id: UUID,
    asked: PlacementOfferIn,
    *,
    by: Principal,
    now: datetime,
) -> PlacementOffer:
    offer = PlacementOffer(
        placement_id=placement.id,
        membership_id=asked.membership_id,
        care_service_id=asked.care_service_id,
        provider_id=provider_id,
        out_of_turn_because=asked.reason,
        made_at=now,
        made_by=by.name,
        made_by_subject=by.subject,
        answer_by=now + timedelta(hours=placement.answer_within_hours),
    )
    session.add(offer)
    session.flush()
    _note(session, offer, "offer", by=by, now=now, reason=asked.reason)
    write_to_provider(
        session,
        provider_id,
        "placement_offered",
        about=offer.id,
        personalisation={"reference": placement.reference, "starts_on": placement.starts_on.isoformat()},
        now=now,
    )
    return offer


def answer_offer(
    session: Session, offer_id: UUID, asked: PlacementAnswerIn, *, by: Principal, now: datetime
) -> PlacementOffer:
    """The provider answers, or the council writes down what it said. What bars it by now, bars acceptance."""
    placements = Placements(session)
    found = placements.offer(offer_id, by)
    Memberships(session).lock_provider(found.provider_id)
    placement = placements.get(found.placement_id, lock=True)
    session.refresh(found)
    is_open = found.answer is None and now <= found.answer_by
    bars = bars_to_answer(is_open=is_open, is_provider=by.is_provider, has_reason=asked.reason is not None)
    PlacementRefused.unless_clear(bars)
    if asked.is_accepted:
        _must_still_be_free(session, placement, found, now=now)
    answer = PlacementAnswer.ACCEPTED if asked.is_accepted else PlacementAnswer.DECLINED
    found.is_recorded_by_council = not by.is_provider
    _record(session, found, answer, by=by, now=now, reason=asked.reason)
    if asked.is_accepted:
        take(session, placement, PlacementStep.PLACE, PLACEMENT_LIFE, by=by, now=now, provider_id=found.provider_id)
    if found.is_recorded_by_council:
        _tell_what_was_recorded(session, placement, found, now=now)
    return found


def _tell_what_was_recorded(session: Session, placement: Placement, offer: PlacementOffer, *, now: datetime) -> None:
    """The provider learns what was written down for it, and can object."""
    about = {"reference": placement.reference, "answer": str(offer.answer)}
    to, who = offer.id, offer.provider_id
    write_to_provider(session, who, "placement_answer_recorded", about=to, personalisation=about, now=now)


def _must_still_be_free(session: Session, placement: Placement, offer: PlacementOffer, *, now: datetime) -> None:
    if offer.membership_id is not None:  # a suspension that comes in this instant waits for us, or we for it
        Memberships(session).seen_by(offer.membership_id, SYSTEM, lock=True)
    line = Line.CARE_HOMES if offer.membership_id is None else Line.MEMBERS
    who = offer.membership_id or offer.care_service_id
    ordered = Candidates(session, placement, now=now).ordered(line)
    chosen = next((one for one in ordered if one.id == who), None)
    if chosen is None:
        raise PlacementRefused([Bar("not-on-shortlist", "It is not on the shortlist of this placement any more.")])
    PlacementRefused.unless_clear(list(chosen.excluded))


def _record(
    session: Session,
    offer: PlacementOffer,
    answer: PlacementAnswer,
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
) -> None:
    offer.answer, offer.answer_reason, offer.answered_at = answer, reason, now
    offer.answered_by, offer.answered_by_subject = by.name, by.subject
    _note(session, offer, "answer", by=by, now=now, reason=reason)
    session.flush()


def _note(
    session: Session, offer: PlacementOffer, step: str, *, by: Principal, now: datetime, reason: str | None
) -> None:
    about: dict[str, Any] = {
        "reason": reason,
        "provider_id": offer.provider_id,
        "care_service_id": offer.care_service_id,
    }
    status = offer.answer or "offered"
    note(session, "placement_offer", offer.id, step, by=by, now=now, status=status, **about)


def close_placement(session: Session, placement_id: UUID, *, reason: str, by: Principal, now: datetime) -> Placement:
    """The need has ended; an offer that stands is withdrawn."""
    placement = Placements(session).get(placement_id, lock=True)
    take(session, placement, PlacementStep.CLOSE, PLACEMENT_LIFE, by=by, now=now, reason=reason)
    for offer in Placements(session).offers_of(placement.id):
        if offer.answer is None:
            _record(session, offer, PlacementAnswer.WITHDRAWN, by=by, now=now, reason=reason)
    session.flush()
    return placement


def pass_by_unanswered(session: Session, now: datetime) -> int:
    """Whoever did not answer in time is passed by: one a transaction, so that one placement is locked."""
    placements = Placements(session)
    found = placements.expired(now)
    if found is None:
        return 0
    placements.get(found.placement_id, lock=True)
    session.refresh(found)
    if found.answer is None:
        _record(session, found, PlacementAnswer.NOT_ANSWERED, by=SYSTEM, now=now)
    return 1


def next_unanswered(session: Session) -> datetime | None:
    return Placements(session).first_expiry()
