"""Separation of duties: who scored, moderated, settled a check or has a conflict does not decide; scoring is blind."""

from typing import Any
from uuid import uuid4

import pytest
from make_dps import EVALUATORS, REASON, House, applicant, ok, person, refused, sheet
from sqlmodel import Session

from assay_contracts.directory import PersonRecord


def assign(house: House, part: str, name: str, role: str = "evaluator") -> Any:
    body = {"person": person(name), "name": name, "part": role}
    return house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body)


def test_who_declared_a_conflict_does_not_decide(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    ok(assign(house, part, "Mia Manager"))
    declaration = {"has_conflict": True, "detail": "My sister works there."}
    ok(house.manager().post(f"/v1/lot-applications/{part}/declaration", json=declaration))
    house.evaluate(part, sheet(session, lot))
    assert refused(house.decide(part)) == ["decider-has-conflict"]


def test_who_settled_a_check_does_not_decide(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    checks = ok(house.manager().get(f"/v1/lot-applications/{part}/checks"))["items"]
    waiting = next(one for one in checks if one["outcome"] == "cannot_run")
    ok(house.manager().post(f"/v1/checks/{waiting['id']}/finding", json={"finding": "pass", "reason": REASON}))
    house.evaluate(part, sheet(session, lot))
    assert refused(house.decide(part)) == ["decider-was-involved"]
    decision = house.manager("Max Manager").post(
        f"/v1/lot-applications/{part}/decision", json={"outcome": "admit", "reason": REASON}
    )
    assert ok(decision)["lot_application"]["status"] == "admitted"


def test_one_finished_evaluator_alone_opens_no_sheet(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.assign(part, "Eve One")
    house.score(part, "Eve One", sheet(session, lot))
    seen = ok(house.commissioner("Ed Two").get(f"/v1/lot-applications/{part}/evaluation"))
    assert seen["sheets"] == []


def test_nobody_new_scores_once_the_scores_were_seen(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.assign(part, *EVALUATORS)
    for name in EVALUATORS:
        house.score(part, name, sheet(session, lot))
    assert refused(assign(house, part, "Late Third")) == ["scores-seen"]
    ok(assign(house, part, "Mo Moderator", "moderator"))


@pytest.mark.parametrize(
    ("about", "bar"),
    [
        (None, "not-of-the-council"),
        ({"provider_id": uuid4(), "is_active": True}, "not-of-the-council"),
        ({"provider_id": None, "is_active": False}, "account-closed"),
    ],
)
def test_only_people_of_the_council_are_assigned(
    house: House, session: Session, about: dict[str, Any] | None, bar: str
) -> None:
    part = house.part(house.open_lot(), applicant(session))
    who = str(uuid4())
    if about is not None:
        house.directory.people[who] = PersonRecord(subject=who, name="Pat Person", **about)
    body = {"person": who, "name": "Pat Person", "part": "evaluator"}
    assert refused(house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body)) == [bar]
