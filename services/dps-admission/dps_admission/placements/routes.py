"""HTTP for placements, shortlists and offers. Translate, call one action, answer."""

from collections.abc import Iterable
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session, col

from assay_kit.clock import Now
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import StepNotAllowed, may_answer
from dps_admission.dependencies import Broker, OfferParty, OfferReader, PlacementReader, SessionDep
from dps_admission.memberships.reading import names_of
from dps_admission.shown import shown
from dps_admission.tables import Placement, PlacementOffer

from . import actions
from .errors import PlacementNotFound, PlacementOfferNotFound, PlacementRefused
from .repository import Placements
from .rules import PlacementAnswer
from .schemas import (
    PlacementAnswerIn,
    PlacementClosingIn,
    PlacementIn,
    PlacementOfferIn,
    PlacementOfferRead,
    PlacementRead,
    PlacementWithOffers,
    Shortlist,
)
from .shortlisting import Candidates

router = APIRouter(tags=["placements"])


@router.post(
    "/placements",
    operation_id="seek_placement",
    status_code=201,
    summary="Seek a place for a need",
    responses=may_answer(PlacementRefused),
)
def seek_placement(asked: PlacementIn, session: SessionDep, by: Broker, now: Now) -> PlacementRead:
    return _read(actions.seek(session, asked, by=by, now=now))


@router.get("/placements", operation_id="list_placements")
def list_placements(
    session: SessionDep, by: PlacementReader, page: PageQuery, only_seeking: bool = True
) -> Page[PlacementRead]:
    wanted = Placements(session).wanted(only_seeking=only_seeking)
    found = paginate(session, wanted, page, col(Placement.created_at), col(Placement.id))
    return found.map(_read)


@router.get("/placements/{placement_id}", operation_id="read_placement", responses=may_answer(PlacementNotFound))
def read_placement(placement_id: UUID, session: SessionDep, by: PlacementReader) -> PlacementWithOffers:
    return _with_offers(session, Placements(session).get(placement_id), by)


@router.get(
    "/placements/{placement_id}/shortlist",
    operation_id="read_shortlist",
    summary="Who may be asked in which order, who is left out and why, with rating and band",
    responses=may_answer(PlacementNotFound),
)
def read_shortlist(placement_id: UUID, session: SessionDep, by: PlacementReader, now: Now) -> Shortlist:
    return Candidates(session, Placements(session).get(placement_id), now=now).shortlist()


@router.post(
    "/placements/{placement_id}/offers",
    operation_id="offer_placement",
    status_code=201,
    summary="Offer a placement to the next in order",
    responses=may_answer(PlacementNotFound, PlacementRefused),
)
def offer_placement(
    placement_id: UUID, asked: PlacementOfferIn, session: SessionDep, by: Broker, now: Now
) -> PlacementOfferRead:
    return _read_offer(session, actions.offer_placement(session, placement_id, asked, by=by, now=now), by)


@router.post(
    "/placements/{placement_id}/closing",
    operation_id="close_placement",
    summary="The need has ended; an offer that stands is withdrawn",
    responses=may_answer(PlacementNotFound, StepNotAllowed),
)
def close_placement(
    placement_id: UUID, asked: PlacementClosingIn, session: SessionDep, by: Broker, now: Now
) -> PlacementRead:
    return _read(actions.close_placement(session, placement_id, reason=asked.reason, by=by, now=now))


@router.get("/placement-offers", operation_id="list_placement_offers", summary="Offers; a provider's own")
def list_placement_offers(
    session: SessionDep, by: OfferReader, page: PageQuery, only_open: bool = True
) -> Page[PlacementOfferRead]:
    wanted = Placements(session).offers_wanted(by, only_open=only_open)
    found = paginate(session, wanted, page, col(PlacementOffer.made_at), col(PlacementOffer.id))
    read = {one.id: one for one in _read_offers(session, found.items, by)}
    return found.map(lambda one: read[one.id])


@router.post(
    "/placement-offers/{offer_id}/answer",
    operation_id="answer_placement_offer",
    summary="Accept or decline; the council may write down what was said on the telephone",
    responses=may_answer(PlacementOfferNotFound, PlacementRefused),
)
def answer_placement_offer(
    offer_id: UUID, asked: PlacementAnswerIn, session: SessionDep, by: OfferParty, now: Now
) -> PlacementOfferRead:
    return _read_offer(session, actions.answer_offer(session, offer_id, asked, by=by, now=now), by)


def _read(placement: Placement) -> PlacementRead:
    return PlacementRead.model_validate(shown(placement, PlacementRead))


def _with_offers(session: Session, placement: Placement, by: Principal) -> PlacementWithOffers:
    offers = _read_offers(session, Placements(session).offers_of(placement.id), by)
    return PlacementWithOffers.model_validate(shown(placement, PlacementRead, offers=offers))


def _read_offer(session: Session, offer: PlacementOffer, by: Principal) -> PlacementOfferRead:
    session.flush()
    [read] = _read_offers(session, [offer], by)
    return read


def _read_offers(session: Session, offers: Iterable[PlacementOffer], by: Principal) -> list[PlacementOfferRead]:
    """Offers with their needs, in two queries however many they are."""
    rows = list(offers)
    needs = Placements(session).needs_of(one.placement_id for one in rows)
    names = names_of(session, {one.provider_id for one in rows})
    return [
        PlacementOfferRead.model_validate(
            shown(needs[one.placement_id], PlacementOfferRead)
            | shown(one, PlacementOfferRead, provider_name=names.get(one.provider_id))
            | (_kept_from_provider(one) if by.is_provider else {})
        )
        for one in rows
    ]


def _kept_from_provider(offer: PlacementOffer) -> dict[str, None]:
    """Why it was chosen, and what the council noted about an answer or about the end of the need, are the council's."""
    said_itself = offer.answer in (PlacementAnswer.ACCEPTED, PlacementAnswer.DECLINED)
    names = {"out_of_turn_because", "made_by"}
    if not said_itself or offer.is_recorded_by_council:
        names |= {"answer_reason", "answered_by"}
    return dict.fromkeys(names)
