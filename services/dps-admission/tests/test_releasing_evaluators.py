"""Who cannot finish an evaluation is released from it, so that the case can still be decided in its period."""

from typing import Any

from make_dps import EVALUATORS, REASON, House, applicant, ok, person, refused, sheet
from sqlmodel import Session

LEAVER = "Abe Absent"


def ask(house: House, part: str, name: str, role: str = "evaluator") -> Any:
    body = {"person": person(name), "name": name, "part": role}
    return house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body)


def release(house: House, part: str, name: str) -> Any:
    body = {"person": person(name), "reason": REASON}
    return house.commissioner().post(f"/v1/lot-applications/{part}/evaluators/release", json=body)


def test_nobody_waits_for_an_evaluator_who_was_released(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who)
    house.settle_checks(part)
    ok(ask(house, part, LEAVER))
    house.assign(part, *EVALUATORS)
    for name in EVALUATORS:
        house.score(part, name, sheet(session, lot))
    assert refused(house.report(part)) == ["no-declaration"]
    ok(release(house, part, LEAVER))
    people = ok(house.report(part))["content"]["people"]
    assert [(one["name"], one["released_because"]) for one in people] == [
        (LEAVER, REASON),
        *((name, None) for name in EVALUATORS),
    ]
    assert refused(release(house, part, LEAVER)) == ["report-made"]
    steps = ok(house.provider(who).get(f"/v1/lot-applications/{part}/timeline"))["items"]
    assert [one["step"] for one in steps] == ["begin"]

    ok(house.decide(part))
    ok(house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json={"reason": REASON}))
    asked = ok(house.commissioner().get(f"/v1/lot-applications/{part}/evaluation"))["assignments"]
    assert {one["name"] for one in asked} == {*EVALUATORS}


def test_who_was_given_the_wrong_part_is_released_and_given_the_right_one(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    ok(ask(house, part, LEAVER, "moderator"))
    assert refused(ask(house, part, "Mo Moderator", "moderator")) == ["one-moderator"]
    ok(release(house, part, LEAVER))
    ok(ask(house, part, "Mo Moderator", "moderator"))
    ok(ask(house, part, LEAVER))
    house.declare(part, LEAVER)


def test_a_finished_sheet_and_a_declared_conflict_stay(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.assign(part, "Eve One")
    house.score(part, "Eve One", sheet(session, lot))
    assert refused(release(house, part, "Eve One")) == ["already-finished"]
    ok(ask(house, part, LEAVER))
    declaration = {"has_conflict": True, "detail": "My sister works there."}
    ok(house.commissioner(LEAVER).post(f"/v1/lot-applications/{part}/declaration", json=declaration))
    assert refused(release(house, part, LEAVER)) == ["nothing-to-release"]
    assert refused(release(house, part, "Nobody Known")) == ["not-assigned"]
