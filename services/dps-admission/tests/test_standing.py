"""Was this provider a member of this lot on that day, in what state, and why: as the timeline tells it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from make_dps import REASON, Applicant, House, applicant, ok
from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.testing import Time, do_due
from dps_admission.memberships.rules import MEMBERSHIP_LIFE, MembershipStatus, MembershipStep
from dps_admission.memberships.standing import Entry, intervals

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE = UUID(int=1)
MOVES = st.lists(st.tuples(st.sampled_from(MembershipStep), st.integers(0, 3)), max_size=25)


def entry(status: MembershipStatus, at: datetime, step: str = "admit") -> Entry:
    return Entry(membership_id=ONE, zone=None, to_status=status, step=step, reason=None, by_name="Mia", at=at)


def lived(moves: list[tuple[MembershipStep, int]]) -> list[Entry]:
    """The timeline of one membership that takes every step it may."""
    status, at = MembershipStatus.ADMITTED, START
    entries = [entry(status, at)]
    for step, days in moves:
        following = MEMBERSHIP_LIFE.after(status, step)
        if following is not None:
            status, at = following, at + timedelta(days=days)
            entries.append(entry(status, at, step))
    return entries


@given(MOVES)
def test_at_every_instant_exactly_one_state_is_in_force(moves: list[tuple[MembershipStep, int]]) -> None:
    entries = lived(moves)
    found = intervals(entries)
    assert found[0].since == START
    assert found[-1].until is None
    assert all(one.until == following.since for one, following in pairwise(found))
    before = {one.at - timedelta(microseconds=1) for one in entries if one.at > START}
    for moment in before | {one.at for one in entries}:
        [holds] = [one for one in found if one.holds_at(moment)]
        assert holds.status == [one for one in entries if one.at <= moment][-1].to_status


def test_a_state_ends_in_the_instant_in_which_the_next_begins() -> None:
    left = START + timedelta(days=3)
    first, second = intervals([entry(MembershipStatus.ACTIVE, START), entry(MembershipStatus.ENDED, left, "leave")])
    assert first.until == second.since == left
    assert not first.holds_at(left)
    assert second.holds_at(left)
    assert second.step == "leave"


def test_a_step_that_stays_does_not_end_a_state() -> None:
    stays = entry(MembershipStatus.ACTIVE, START + timedelta(days=1), "affirm")
    [only] = intervals([entry(MembershipStatus.ACTIVE, START), stays])
    assert (only.since, only.until, only.step) == (START, None, "admit")


def ask(client: Any, lot: Any, who: Applicant, day: date) -> Any:
    return ok(client.get(f"/v1/lots/{lot['id']}/providers/{who.provider_id}/standing", params={"on": day.isoformat()}))


def test_who_was_a_member_on_a_day_in_what_state_and_why(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    start = london_day(at.now)
    address = f"/v1/memberships/{house.admit(lot, who)['id']}"
    at.now += timedelta(days=10)
    ok(house.manager().post(f"{address}/suspensions", json={"cause": "council_decision", "reason": REASON}))
    cause = house.membership(who)["suspensions"][0]["id"]
    at.now += timedelta(days=5)
    ok(house.manager().post(f"/v1/suspensions/{cause}/lifting", json={"reason": REASON}))
    ok(house.provider(who).post(f"{address}/departure", json={"reason": REASON}))
    last = start + timedelta(days=15 + 28)
    for _ in range(40):
        at.now += timedelta(days=1)
        do_due(session, at.now.replace(hour=0, minute=30))

    def states(day: date) -> tuple[bool, list[str]]:
        found = ask(house.manager(), lot, who, day)
        return found["was_member"], [one["status"] for one in found["states"]]

    assert states(start - timedelta(days=1)) == (False, [])
    assert states(start) == (True, ["active"])
    assert states(start + timedelta(days=10)) == (True, ["suspended"])
    assert states(start + timedelta(days=14)) == (True, ["suspended"])
    assert states(start + timedelta(days=15)) == (True, ["active"])
    assert states(last) == (True, ["active"])
    assert states(last + timedelta(days=1)) == (False, ["ended"])

    day = ask(house.manager(), lot, who, start + timedelta(days=15))["during_day"]
    assert [(one["status"], one["step"]) for one in day] == [("suspended", "suspend"), ("active", "lift")]
    assert day[0]["reason"] == REASON
    assert day[0]["until"] == day[1]["since"]
    register = ok(house.client_as().get(f"/v1/register/lots/{lot['id']}", params={"as_at": last.isoformat()}))
    assert len(register["members"]) == 1


def test_nothing_is_known_of_a_day_to_come(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.admit(lot, who)
    today = london_day(at.now)
    assert ask(house.manager(), lot, who, today)["was_member"] is True
    path, on = f"/v1/lots/{lot['id']}/providers/{who.provider_id}/standing", (today + timedelta(days=1)).isoformat()
    answer = house.manager().get(path, params={"on": on})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/day-ahead")


def test_a_provider_asks_about_itself_only(house: House, session: Session) -> None:
    lot, who, other = house.open_lot(), applicant(session), applicant(session)
    house.admit(lot, who)
    path = f"/v1/lots/{lot['id']}/providers/{who.provider_id}/standing"
    assert ask(house.provider(who), lot, who, date(2026, 3, 2))["was_member"] is True
    assert house.provider(other).get(path, params={"on": "2026-03-02"}).status_code == 404
    nowhere = f"/v1/lots/{uuid4()}/providers/{who.provider_id}/standing"
    assert house.provider(who).get(nowhere, params={"on": "2026-03-02"}).status_code == 404
    assert ask(house.provider(other), lot, other, date(2026, 3, 2))["was_member"] is False
