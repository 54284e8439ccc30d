"""Places at the end of a DPS: none is offered or taken after its last day, and an offer ends with it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from make_dps import REASON, Applicant, House, applicant, ok, refused
from sqlmodel import Session, select
from test_members import answer, statuses

from assay_contracts.messages import MessageRequested
from assay_kit.calendar import start_of_london_day
from assay_kit.testing import Time, do_due, told
from dps_admission.memberships.rules import bars_when_over, last_day_to_accept
from dps_admission.tables import Offer

LAST = date(2026, 3, 31)
BEFORE, AFTER = LAST - timedelta(days=1), LAST + timedelta(days=1)


@pytest.mark.parametrize(("usual", "until", "day"), [(LAST, None, LAST), (LAST, AFTER, LAST), (AFTER, LAST, LAST)])
def test_an_offer_ends_with_the_dps_at_the_latest(usual: date, until: date | None, day: date) -> None:
    assert last_day_to_accept(usual, valid_until=until) == day


@pytest.mark.parametrize(
    ("until", "today", "is_over"), [(None, LAST, False), (LAST, LAST, False), (BEFORE, LAST, True)]
)
def test_a_dps_is_over_after_its_last_day(until: date | None, today: date, is_over: bool) -> None:
    assert bool(bars_when_over(until, today=today)) is is_over


def ranked(house: House, session: Session, lot: Mapping[str, Any]) -> tuple[Applicant, Applicant]:
    """One is offered the only place, and the other waits."""
    first, second = applicant(session), applicant(session)
    house.admit(lot, first, score=5)
    house.admit(lot, second, score=4)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, [first, second]) == ["offered", "waiting"]
    return first, second


def test_an_offer_that_lapses_as_the_dps_ends_passes_the_place_to_nobody(
    house: House, session: Session, at: Time
) -> None:
    lot = house.open_lot(scheme={"valid_until": "2026-03-09"}, places=1)
    people = ranked(house, session, lot)
    at.now = start_of_london_day(date(2026, 3, 10))
    do_due(session, at.now)
    assert statuses(house, [*people]) == ["ended", "ended"]
    [offer] = session.exec(select(Offer)).all()
    assert (offer.answer, offer.answered_at) == ("lapsed", at.now)


def test_a_place_that_is_left_as_the_dps_ends_is_offered_to_nobody(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(scheme={"valid_until": "2026-03-30"}, places=1)
    first, second = ranked(house, session, lot)
    ok(answer(house, first, "acceptance"))
    membership = house.membership(first)["id"]
    leaving = ok(house.provider(first).post(f"/v1/memberships/{membership}/departure", json={"reason": REASON}))
    assert leaving["leaves_on"] == "2026-03-30"
    at.now = start_of_london_day(date(2026, 3, 31))
    do_due(session, at.now)
    steps = ok(house.manager().get(f"/v1/memberships/{house.membership(second)['id']}/timeline"))["items"]
    assert [one["step"] for one in steps] == ["expire", "wait", "admit"]
    assert len(session.exec(select(Offer)).all()) == 1


def test_an_offer_shortly_before_the_end_says_the_last_day_of_the_dps(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(scheme={"valid_until": "2026-03-04"}, places=1)
    first, _ = ranked(house, session, lot)
    [letter] = [one for one in told(session, MessageRequested) if one.template == "place_offered"]
    assert letter.personalisation == {"accept_by": "2026-03-04"}
    offer = house.membership(first)["offer"]
    assert datetime.fromisoformat(offer["expires_at"]) == datetime(2026, 3, 4, 23, 59, 59, 999999, tzinfo=UTC)
    at.now = start_of_london_day(date(2026, 3, 5))
    assert refused(answer(house, first, "acceptance")) == ["no-open-offer"]


def test_no_place_is_taken_or_given_after_the_last_day(house: House, session: Session, at: Time) -> None:
    """The DPS was shortened while an offer stood, and what closes it is still on its way."""
    lot = house.open_lot(places=1)
    first, second = ranked(house, session, lot)
    body = {"valid_until": "2026-03-03", "rationale": "shortened", "reason": REASON}
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=body))
    at.now = start_of_london_day(date(2026, 3, 4))
    assert refused(answer(house, first, "acceptance")) == ["validity-over"]
    ok(answer(house, first, "declining"))
    assert statuses(house, [first, second]) == ["ended", "waiting"]
    by_hand = f"/v1/memberships/{house.membership(second)['id']}/offer"
    assert refused(house.manager().post(by_hand, json={"reason": REASON})) == ["validity-over"]
