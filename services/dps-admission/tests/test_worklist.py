"""The worklist of those who evaluate and decide."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from make_dps import REASON, House, applicant, ok, refused
from sqlalchemy import Engine, event
from sqlmodel import Session

from assay_kit.testing import Time


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def test_the_most_urgent_comes_first_with_its_names_and_owner(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot()
    first = house.part(lot, applicant(session, name="Early Care Ltd"))
    at.now += timedelta(days=1)
    second = house.part(lot, applicant(session, name="Late Care Ltd"))
    ok(house.commissioner().post(f"/v1/lot-applications/{first}/owner"))
    ok(house.commissioner().post(f"/v1/lot-applications/{first}/prolongation", json={"reason": REASON}))

    tasks = ok(house.commissioner().get("/v1/lot-applications"))["items"]
    assert [(one["id"], one["provider_name"], one["owner_name"]) for one in tasks] == [
        (second, "Late Care Ltd", None),
        (first, "Early Care Ltd", "Col Commissioner"),
    ]
    assert {one["lot_name"] for one in tasks} == {lot["name"]}
    assert all(one["reference"].startswith("APP-2026-") for one in tasks)
    mine = ok(house.commissioner().get("/v1/lot-applications", params={"only_mine": True}))["items"]
    assert [one["id"] for one in mine] == [first]


def test_what_is_overdue_is_counted(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    late = house.part(lot, who)
    at.now += timedelta(days=12)
    house.part(lot, applicant(session))
    question = {"question": "Which branch would deliver?"}
    ok(house.commissioner().post(f"/v1/lot-applications/{late}/clarifications", json=question))
    ok(house.commissioner().post(f"/v1/lot-applications/{late}/owner"))
    soon = ok(house.manager().get("/v1/worklist/counts"))
    at.now += timedelta(days=3)
    counted = ok(house.manager().get("/v1/worklist/counts"))
    usual = {"open": 2, "in_time": 1, "without_owner": 1, "waiting_for_provider": 1}
    assert soon == usual | {"due_soon": 1, "overdue": 0}
    assert counted == usual | {"due_soon": 0, "overdue": 1}


def test_a_longer_page_takes_no_more_queries(house: House, session: Session, engine: Engine) -> None:
    lot = house.open_lot()
    for _ in range(8):
        house.part(lot, applicant(session))
    taken = []
    for limit in (1, 8):
        with statements(engine) as seen:
            page = ok(house.commissioner().get("/v1/lot-applications", params={"limit": limit}))
        assert len(page["items"]) == limit
        taken.append(len(seen))
    assert taken[0] == taken[1] <= 10


def test_a_question_may_have_a_day_of_its_own_which_the_clock_does_not_wait_for(
    house: House, session: Session, at: Time
) -> None:
    part = house.part(house.open_lot(), applicant(session))
    address = f"/v1/lot-applications/{part}/clarifications"
    question = {"question": "Which branch would deliver?"}
    usual = ok(house.commissioner().post(address, json=question))
    own = ok(house.commissioner().post(address, json=question | {"answer_by": "2026-03-20"}))
    assert usual["due_at"].startswith("2026-03-09T23:59:59")
    assert own["due_at"].startswith("2026-03-20T23:59:59")
    assert ok(house.commissioner().get(f"/v1/lot-applications/{part}"))["due_on"] == "2026-03-16"
    today = house.commissioner().post(address, json=question | {"answer_by": "2026-03-02"})
    assert refused(today) == ["too-soon"]
    sunday = house.commissioner().post(address, json=question | {"answer_by": "2026-03-08"})
    assert refused(sunday) == ["not-a-working-day"]
    assert refused(house.commissioner().post(address, json=question | {"answer_by": "2198-03-08"})) == [
        "not-a-working-day"
    ]


def test_nobody_waits_for_a_provider_that_has_answered_or_whose_time_is_over(
    house: House, session: Session, at: Time
) -> None:
    lot, heard, silent = house.open_lot(), applicant(session), applicant(session)
    fails = {"safeguarding_policy": {"finding": "fail", "comment": "No lead is named."}}
    first, _ = house.minded(lot, heard, **fails)
    house.minded(lot, silent, **fails)

    def waiting() -> int:
        return int(ok(house.manager().get("/v1/worklist/counts"))["waiting_for_provider"])

    assert waiting() == 2
    ok(house.provider(heard).post(f"/v1/lot-applications/{first}/representations", json={"text": "See page 2."}))
    assert waiting() == 1
    at.now += timedelta(days=8)
    assert waiting() == 0
