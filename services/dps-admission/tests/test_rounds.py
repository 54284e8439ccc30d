"""Whom a round takes in: one that was called waits for nobody who comes after its call."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from make_dps import REASON, House, applicant, ok, refused
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.testing import Time
from assay_kit.timeline import timeline_of
from dps_admission.memberships.rules import round_cut

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CALLED = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("called", "windows", "cut"),
    [
        (None, [], None),
        (CALLED, [], CALLED),
        (None, [date(2026, 2, 28), date(2026, 3, 10)], datetime(2026, 3, 10, 23, 59, 59, 999999, tzinfo=UTC)),
        # A window that is still open ends later, so there is nothing to cut by.
        (None, [date(2026, 3, 20)], None),
        (CALLED, [date(2026, 3, 10)], CALLED),
    ],
)
def test_a_round_takes_in_what_came_until_its_call_or_the_last_window(
    called: datetime | None, windows: list[date], cut: datetime | None
) -> None:
    assert round_cut(called, windows, now=NOW) == cut


def test_a_round_that_is_called_waits_for_nobody_who_comes_later(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(places=1)
    rounds, call = f"/v1/lots/{lot['id']}/rounds", f"/v1/lots/{lot['id']}/round-call"
    first, second, late = (applicant(session) for _ in range(3))
    house.admit(lot, first, score=3)
    undecided = house.part(lot, second)
    called = ok(house.manager().post(call))
    assert datetime.fromisoformat(called["received_until"]) == at.now
    assert refused(house.manager().post(call)) == ["round-called"]

    at.now += timedelta(days=3)
    house.admit(lot, late, score=5)
    house.part(lot, applicant(session))
    assert refused(house.manager().post(rounds)) == ["round-undecided"]
    ok(house.provider(second).post(f"/v1/lot-applications/{undecided}/withdrawal", json={"reason": REASON}))
    ok(house.manager().post(rounds))
    assert [house.membership(who)["status"] for who in (first, late)] == ["offered", "admitted"]
    assert refused(house.manager().post(rounds)) == ["round-undecided"]


def test_a_round_is_called_where_places_are_limited_by_a_manager(house: House, session: Session) -> None:
    lot = house.open_lot()
    call = f"/v1/lots/{lot['id']}/round-call"
    assert refused(house.manager().post(call)) == ["no-places"]
    assert house.client_as(Role.COMMISSIONER).post(call).status_code == 403


def test_a_called_round_in_which_nobody_is_admitted_runs_and_the_next_can_be_called(
    house: House, session: Session, at: Time
) -> None:
    lot = house.open_lot(places=1)
    rounds, call = f"/v1/lots/{lot['id']}/rounds", f"/v1/lots/{lot['id']}/round-call"
    first, better = applicant(session), applicant(session)
    part = house.part(lot, first)
    ok(house.manager().post(call))
    assert refused(house.manager().post(rounds)) == ["round-undecided"]
    ok(house.provider(first).post(f"/v1/lot-applications/{part}/withdrawal", json={"reason": REASON}))
    at.now += timedelta(days=3)
    house.admit(lot, better)

    assert ok(house.manager().post(rounds)) == {"items": []}
    assert house.membership(better)["status"] == "admitted"
    [run, called, *_] = timeline_of(session, kind="lot", object_id=UUID(lot["id"]))
    assert (run.step, run.detail["ranked"]) == ("run_round", 0)
    assert run.detail["received_until"] == called.detail["received_until"]
    ok(house.manager().post(call))
    ok(house.manager().post(rounds))
    assert house.membership(better)["status"] == "offered"
    assert refused(house.manager().post(rounds)) == ["nobody-admitted"]
