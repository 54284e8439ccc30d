"""A DPS of four years, lived through its actions and its due work; and what a suspension that lifts may not do."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from make_dps import REASON, Applicant, House, applicant, lot_zone, ok, sheet
from sqlmodel import Session, col, select

from assay_contracts.messages import MessageRequested
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, Extent
from assay_kit.calendar import london_day
from assay_kit.due import next_due
from assay_kit.testing import Time, do_due, told
from dps_admission.main import SERVICE
from dps_admission.memberships.repository import Memberships
from dps_admission.tables import Membership

BEGINS, ENDS = datetime(2024, 4, 2, 9, tzinfo=UTC), datetime(2028, 4, 1, 9, tzinfo=UTC)
TERM = {"valid_from": "2024-04-01", "valid_until": "2028-03-31", "go_live_on": "2024-04-01", "award_on": "2024-03-01"}
DECLARED = {"declared_by": "Olive Owner", "is_true_and_complete": True}
PLACES, QUARTER = 4, timedelta(days=91)
WHY = {"reason": REASON}


def advance(session: Session, at: Time, to: datetime) -> None:
    """From one due instant to the next, as the clock does; what falls due is done, and does not stay due."""
    while (due := next_due(session, SERVICE.due)) is not None and due <= to:
        at.now = max(at.now, due)
        assert do_due(session, at.now) > 0
    at.now = to


class Years:
    def __init__(self, house: House, session: Session, at: Time) -> None:
        self.house, self.session, self.at = house, session, at
        self.lot: Any = house.open_lot(scheme=TERM, zones=["North", "South"], places=PLACES)
        self.members: list[Applicant] = []
        self.seen: dict[datetime, set[str]] = {}

    def apply(self, number: int) -> None:
        """Somebody applies, is evaluated within the period, admitted, and ranked."""
        who = applicant(self.session, f"Provider {number}")
        part = self.house.part(self.lot, who, "North", answers={"insurance_expires": "2029-12-31"})
        advance(self.session, self.at, self.at.now + timedelta(days=7))
        self.house.evaluate(part, sheet(self.session, self.lot, score=3 + number % 3))
        ok(self.house.decide(part))
        ok(self.house.manager().post(f"/v1/lots/{self.lot['id']}/rounds"))
        self.members.append(who)

    def answer_offers(self, *, silent: int) -> None:
        """Everybody who has an offer accepts, but for one in `silent`."""
        for number, who in enumerate(self.members):
            membership = self.house.membership(who)
            if membership["offer"] is not None and number % silent:
                ok(self.house.provider(who).post(f"/v1/memberships/{membership['id']}/acceptance"))

    def affirm(self, *, forgets: int) -> None:
        for number, who in enumerate(self.members):
            membership = self.house.membership(who)
            if membership["status"] == "active" and number != forgets:
                ok(self.house.provider(who).post(f"/v1/memberships/{membership['id']}/affirmations", json=DECLARED))

    def one_leaves(self) -> None:
        active = [who for who in self.members if self.house.membership(who)["status"] == "active"]
        if len(active) == PLACES:
            address = f"/v1/memberships/{self.house.membership(active[0])['id']}/departure"
            if self.house.membership(active[0])["leaves_on"] is None:
                ok(self.house.provider(active[0]).post(address, json=WHY))

    def remember_the_register(self) -> None:
        on = {str(who.provider_id) for who in self.members if self.house.membership(who)["effects"]["on_register"]}
        self.seen[self.at.now] = on
        assert Memberships(self.session).held(lot_zone(self.session, self.lot, "North").id) <= PLACES

    def register(self, day: datetime) -> set[str]:
        params = {"as_at": london_day(day).isoformat()}
        found = ok(self.house.client_as().get(f"/v1/register/lots/{self.lot['id']}", params=params))
        return {one["provider_id"] for one in found["members"]}


def test_four_years_of_a_dps_are_replayed_in_under_a_minute(house: House, session: Session, at: Time) -> None:
    began, at.now = time.perf_counter(), BEGINS
    years = Years(house, session, at)
    for quarter in range(15):
        if quarter < 10:
            years.apply(quarter)
        years.answer_offers(silent=4)
        years.affirm(forgets=1)
        if quarter % 3 == 2:
            years.one_leaves()
        years.remember_the_register()
        advance(session, at, BEGINS + QUARTER * (quarter + 1))
    advance(session, at, ENDS)

    assert ok(house.manager().get(f"/v1/schemes/{years.lot['scheme_id']}"))["status"] == "closed"
    assert {one.status for one in session.exec(select(Membership).where(col(Membership.lot_id).is_not(None)))} == {
        "ended"
    }
    assert {day: years.register(day) for day in years.seen} == years.seen
    assert any(len(on) == PLACES for on in years.seen.values())
    templates = [one.template for one in told(session, MessageRequested)]
    assert {"place_offered", "affirmation_reminder", "declaration_lapsed"} <= set(templates)
    references = [one.reference for one in told(session, MessageRequested)]
    assert len(references) == len(set(references))
    assert time.perf_counter() - began < 60


def test_a_suspension_that_lifts_never_overfills_a_zone(house: House, session: Session, at: Time) -> None:
    """A suspended member holds its place: who waits is offered it when the member ends, and not before."""
    lot = house.open_lot(places=1)
    member, waits = applicant(session), applicant(session)
    house.admit(lot, member, score=5)
    house.admit(lot, waits, score=4)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    ok(house.provider(member).post(f"/v1/memberships/{house.membership(member)['id']}/acceptance"))

    about = {
        "intervention_id": uuid4(),
        "provider_id": member.provider_id,
        "care_service_id": member.care_service_id,
    }
    house.deliver(EmbargoImposed(**about, extent=Extent.WHOLE, imposed_on=london_day(at.now), at=at.now))
    do_due(session, at.now)
    assert [house.membership(who)["status"] for who in (member, waits)] == ["suspended", "waiting"]
    assert house.manager().post(f"/v1/memberships/{house.membership(waits)['id']}/offer", json=WHY).status_code == 409

    house.deliver(EmbargoLifted(**about, lifted_on=london_day(at.now), at=at.now))
    assert [house.membership(who)["status"] for who in (member, waits)] == ["active", "waiting"]
    zone = lot_zone(session, lot)
    assert Memberships(session).held(zone.id) == 1

    house.deliver(
        EmbargoImposed(
            **about | {"intervention_id": uuid4()}, extent=Extent.WHOLE, imposed_on=london_day(at.now), at=at.now
        )
    )
    house.remove(member)
    assert [house.membership(who)["status"] for who in (member, waits)] == ["ended", "offered"]
    assert Memberships(session).held(zone.id) == 1
