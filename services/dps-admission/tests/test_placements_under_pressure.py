"""Two people press the button in the same instant, and the clock with them: real threads, real transactions."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from make_dps import REASON
from sqlalchemy import Engine
from sqlmodel import Session, select
from stage_dps import COMMISSIONER, MANAGER, NOW, SECOND_MANAGER, owner
from stage_members import MemberStage
from test_places_under_pressure import at_once, committed, held

from assay_contracts.risk import EmbargoImposed, Extent
from assay_kit.calendar import london_day
from assay_kit.testing import hear
from dps_admission.memberships import places, remedying, rounds
from dps_admission.placements import actions as placing
from dps_admission.placements.schemas import PlacementAnswerIn, PlacementOfferIn
from dps_admission.tables import Membership, Placement, PlacementOffer

YES, NO = PlacementAnswerIn(is_accepted=True), PlacementAnswerIn(is_accepted=False)


def offering(placement: Any, membership: Any) -> Callable[[Session], Any]:
    asked = PlacementOfferIn(membership_id=membership, reason=REASON)
    return lambda session: placing.offer_placement(session, placement, asked, by=COMMISSIONER, now=NOW)


@pytest.mark.parametrize("_", range(3))
def test_one_placement_is_offered_to_one_of_two(own_database: Engine, _: int) -> None:
    def two(session: Session) -> tuple[Any, list[Any]]:
        stage = MemberStage(session)
        lot = stage.lot()
        members = [stage.member(lot)[0].id for _ in range(2)]
        return stage.placement().id, members

    placement, (first, second) = committed(own_database, two)
    results = at_once(own_database, offering(placement, first), offering(placement, second))
    assert results == ["PlacementRefused", "done"]
    offers = committed(own_database, lambda session: session.exec(select(PlacementOffer)).all())
    assert len(offers) == 1


@pytest.mark.parametrize("_", range(3))
def test_an_offer_of_a_placement_is_accepted_once(own_database: Engine, _: int) -> None:
    offer, who = committed(own_database, lambda session: MemberStage(session).placement_offer())

    def answer(said: PlacementAnswerIn) -> Callable[[Session], Any]:
        return lambda session: placing.answer_offer(session, offer.id, said, by=owner(who), now=NOW)

    results = at_once(own_database, answer(YES), answer(NO), answer(YES))
    assert results == ["PlacementRefused", "PlacementRefused", "done"]
    placement = committed(own_database, lambda session: session.get_one(Placement, offer.placement_id))
    kept = committed(own_database, lambda session: session.get_one(PlacementOffer, offer.id))
    assert (placement.status == "placed") is (kept.answer == "accepted")


def test_an_embargo_and_an_acceptance_take_turns(own_database: Engine) -> None:
    offer, who = committed(own_database, lambda session: MemberStage(session).placement_offer())
    event = EmbargoImposed(
        intervention_id=uuid4(),
        provider_id=who.provider_id,
        care_service_id=who.care_service_id,
        extent=Extent.WHOLE,
        imposed_on=london_day(NOW),
        at=NOW,
    )

    def accept(session: Session) -> None:
        placing.answer_offer(session, offer.id, YES, by=owner(who), now=NOW)

    results = at_once(own_database, accept, lambda session: hear(session, event))
    assert results in (["done", "done"], ["PlacementRefused", "done"])


def test_a_place_is_offered_by_hand_to_one_of_two_who_wait(own_database: Engine) -> None:
    """One place, free because the checks of both who wait had failed; two managers offer it to one each."""

    def two(session: Session) -> tuple[Any, list[Any]]:
        stage = MemberStage(session)
        lot = stage.lot(places=1)
        people = [stage.admitted(lot)[1] for _ in range(2)]
        for who in people:
            stage.close_service(who)
        return lot.id, [one.id for one in rounds.run_round(session, lot.id, by=MANAGER, now=NOW)]

    lot, (first, second) = committed(own_database, two)

    def offer(membership: Any, by: Any) -> Callable[[Session], Any]:
        return lambda session: places.offer_by_hand(session, membership, reason=REASON, by=by, now=NOW)

    results = at_once(own_database, offer(first, MANAGER), offer(second, SECOND_MANAGER), offer(first, SECOND_MANAGER))
    assert results.count("done") == 1
    assert set(results) <= {"MembershipRefused", "StepNotAllowed", "done"}
    assert held(own_database, lot) == 1


def test_evidence_is_verified_once(own_database: Engine) -> None:
    remedy = committed(own_database, lambda session: MemberStage(session).remedy())

    def verify(by: Any) -> Callable[[Session], Any]:
        said: dict[str, Any] = {"is_sufficient": True, "reason": REASON, "by": by, "now": NOW}
        return lambda session: remedying.verify(session, remedy.id, **said)

    results = at_once(own_database, verify(MANAGER), verify(SECOND_MANAGER))
    assert results == ["MembershipRefused", "done"]
    members = committed(own_database, lambda session: session.exec(select(Membership)).all())
    assert [one.status for one in members] == ["active"]
