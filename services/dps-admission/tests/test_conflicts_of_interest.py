"""Who has a conflict of interest takes no part, in whichever round it was declared, and what rested on it is void."""

from typing import Any

import pytest
from make_dps import EVALUATORS, REASON, Applicant, House, applicant, criterion_reason, ok, person, refused, sheet
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from dps_admission.evaluations.conflicts import bars_to_declaring
from dps_admission.evaluations.rules import Assigned, Conflict, Part

CONFLICT = {"has_conflict": True, "detail": "My sister works there."}
EVE, ED = EVALUATORS
ABE, CLEO, MO, UNSAID = "Abe Another", "Cleo Checker", "Mo Moderator", "not_declared"
THIN: dict[str, Any] = {"quality_local": {"score": 1, "comment": "Thin."}}


def confess(house: House, part: str, name: str) -> Any:
    return house.commissioner(name).post(f"/v1/lot-applications/{part}/declaration", json=CONFLICT)


def ask(house: House, part: str, name: str, role: str = "evaluator") -> Any:
    body = {"person": person(name), "name": name, "part": role}
    return house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body)


def checks(house: House, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(house.commissioner().get(f"/v1/lot-applications/{part}/checks"))["items"]
    return [one for one in found if one["outcome"] in ("failed", "cannot_run")]


def settle(house: House, check: dict[str, Any], name: str) -> Any:
    body = {"finding": "pass", "reason": REASON}
    return house.commissioner(name).post(f"/v1/checks/{check['id']}/finding", json=body)


def test_who_has_a_conflict_settles_no_check(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    ok(ask(house, part, EVE))
    ok(confess(house, part, EVE))
    [check, *_] = checks(house, part)
    assert refused(settle(house, check, EVE)) == ["has-conflict"]
    ok(settle(house, check, ED))


def test_what_somebody_settled_who_has_a_conflict_is_settled_by_another(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    one, other = checks(house, part)
    ok(settle(house, one, EVE))
    ok(settle(house, other, ED))
    ok(ask(house, part, EVE))
    ok(confess(house, part, EVE))
    assert {check["kind"]: check["finding"] for check in checks(house, part)} == {
        one["kind"]: None,
        other["kind"]: "pass",
    }


def settled(house: House, session: Session, *names: str) -> tuple[str, dict[str, Any], Applicant]:
    """All have scored, Ed otherwise than the others, and a moderator has settled it."""
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who)
    house.settle_checks(part)
    house.assign(part, *names)
    house.assign(part, MO, role="moderator")
    for name in names:
        house.score(part, name, sheet(session, lot, **(THIN if name == ED else {})))
    body = {"question": "quality_local", "score": 1, "reason": REASON}
    ok(house.commissioner(MO).post(f"/v1/lot-applications/{part}/consensus", json=body))
    return part, lot, who


def test_a_conflict_that_is_learnt_of_late_voids_the_sheet_and_what_was_settled(house: House, session: Session) -> None:
    part, _lot, who = settled(house, session, EVE, ED, ABE)
    seen = ok(confess(house, part, ED))
    assert (seen["round"], seen["consensus"]) == (1, [])
    assert [one["name"] for one in seen["sheets"]] == [EVE, ABE]
    assert refused(confess(house, part, ED)) == ["declared-already"]
    marks = ok(house.report(part))["content"]["criteria"][0]["marks"]
    assert [one["evaluator"] for one in marks] == [EVE, ABE]
    steps = ok(house.provider(who).get(f"/v1/lot-applications/{part}/timeline"))["items"]
    assert [one["step"] for one in steps] == ["begin"]


def test_nobody_new_scores_beside_a_sheet_that_could_be_read_before_the_conflict(
    house: House, session: Session
) -> None:
    part, lot, who = settled(house, session, EVE, ED)
    assert len(ok(house.commissioner(ABE).get(f"/v1/lot-applications/{part}/evaluation"))["sheets"]) == 2
    seen = ok(confess(house, part, ED))
    assert (seen["round"], seen["consensus"], seen["sheets"]) == (2, [], [])
    assert {one["name"]: one["conflict"] for one in seen["assignments"]} == {EVE: UNSAID, MO: UNSAID}
    assert refused(confess(house, part, ED)) == ["declared-already"]
    assert refused(ask(house, part, ED)) == ["has-conflict"]
    house.assign(part, ABE)
    house.settle_checks(part)
    for name in (EVE, MO):
        house.declare(part, name)
    for name in (EVE, ABE):
        house.score(part, name, sheet(session, lot))
    ok(house.report(part))
    ok(house.decide(part))
    assert house.membership(who)["status"] == "active"
    steps = ok(house.provider(who).get(f"/v1/lot-applications/{part}/timeline"))["items"]
    assert sorted(one["step"] for one in steps) == ["admit", "begin"]


def found_by_cleo(house: House, session: Session, finding: str) -> tuple[str, dict[str, Any]]:
    """A report on a price above the ceiling; who only settled that check has declared a conflict since."""
    lot, who = house.open_lot(price_ceiling="19.50", price_unit="an hour"), applicant(session)
    part = house.part(lot, who, price="19.51")
    [price] = [one for one in checks(house, part) if one["kind"] == "price"]
    body = {"finding": finding, "reason": REASON}
    ok(house.commissioner(CLEO).post(f"/v1/checks/{price['id']}/finding", json=body))
    house.evaluate(part, sheet(session, lot))
    [cleo] = [one for one in ok(confess(house, part, CLEO))["assignments"] if one["person"] == person(CLEO)]
    assert (cleo["name"], cleo["conflict"], cleo["conflict_detail"]) == (CLEO, "conflicted", CONFLICT["detail"])
    [price] = [one for one in checks(house, part) if one["kind"] == "price"]
    assert price["finding"] is None
    assert refused(settle(house, price, CLEO)) == ["has-conflict"]
    return part, price


def test_what_somebody_settled_who_has_a_conflict_is_settled_anew_after_the_report(
    house: House, session: Session
) -> None:
    part, price = found_by_cleo(house, session, "pass")
    assert refused(confess(house, part, CLEO)) == ["declared-already"]
    assert refused(confess(house, part, "Sid Stranger")) == ["not-assigned"]
    assert refused(house.decide(part)) == ["check-changed"]
    ok(settle(house, price, "Col Commissioner"))
    ok(house.decide(part))


def test_nobody_decides_on_a_check_that_somebody_failed_who_has_a_conflict(house: House, session: Session) -> None:
    part, price = found_by_cleo(house, session, "fail")
    ok(settle(house, price, "Col Commissioner"))
    proposed = house.decide(part, "minded_to_refuse", criteria=[criterion_reason("check:price")])
    assert refused(proposed) == ["report-void"]
    ok(house.manager().post(f"/v1/lot-applications/{part}/reconsideration", json={"reason": REASON}))


def test_who_was_released_declares_a_conflict_and_the_report_names_it(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who)
    house.assign(part, ABE)
    body = {"person": person(ABE), "reason": REASON}
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/evaluators/release", json=body))
    ok(confess(house, part, ABE))
    people = house.evaluate(part, sheet(session, lot))["content"]["people"]
    assert [(one["name"], one["conflict"]) for one in people] == [(ABE, "conflicted"), (EVE, "none"), (ED, "none")]
    ok(house.decide(part))


def test_a_conflict_that_is_declared_first_has_the_persons_own_name(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    body = {"person": person(EVE), "name": "Somebody Else", "part": "evaluator"}
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body))
    assert [one["name"] for one in ok(confess(house, part, EVE))["assignments"]] == [EVE]


@pytest.mark.parametrize("marks", [{}, {"safeguarding_policy": {"finding": "fail", "comment": "No lead."}}])
def test_nobody_decides_on_a_report_that_rests_on_a_conflict(
    house: House, session: Session, marks: dict[str, Any]
) -> None:
    lot, who = house.open_lot(), applicant(session)
    if marks:
        part, reasons = house.minded(lot, who, **marks)
        ok(house.provider(who).post(f"/v1/lot-applications/{part}/representations", json={"text": "See page 2."}))
        last, body = "refusal", {"reason": REASON, "criteria": reasons}
    else:
        part = house.part(lot, who)
        house.evaluate(part, sheet(session, lot))
        last, body = "decision", {"outcome": "admit", "reason": REASON}
    ok(confess(house, part, ED))
    assert refused(house.manager().post(f"/v1/lot-applications/{part}/{last}", json=body)) == ["report-void"]

    ok(house.manager().post(f"/v1/lot-applications/{part}/reconsideration", json={"reason": REASON}))
    assert refused(ask(house, part, ED)) == ["has-conflict"]
    house.settle_checks(part)
    house.declare(part, EVE)
    house.assign(part, "Abe Another")
    for name in (EVE, "Abe Another"):
        house.score(part, name, sheet(session, lot))
    ok(house.report(part))
    ok(house.decide(part))
    assert house.membership(who)["status"] == "active"
    assert refused(confess(house, part, EVE)) == ["not-evaluating"]


def test_a_finished_sheet_and_a_declared_conflict_are_kept_by_the_database(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.assign(part, EVE)
    house.score(part, EVE, sheet(session, lot))
    ok(confess(house, part, EVE))
    for change in ("sheet = '{}'", "conflict = 'none'", "released_by = 'Nobody'"):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.execute(text(f"UPDATE assignment SET {change}"))


@pytest.mark.parametrize(
    ("conflict", "has_conflict", "was_conflicted", "is_involved", "rules"),
    [
        (Conflict.NOT_DECLARED, False, False, True, []),
        (Conflict.NOT_DECLARED, True, False, True, []),
        (Conflict.NONE, False, False, True, ["declared-already"]),
        (Conflict.NONE, True, False, True, []),
        (Conflict.CONFLICTED, False, True, True, ["declared-already"]),
        (Conflict.NOT_DECLARED, False, True, True, ["declared-already"]),
        (None, True, False, False, ["not-assigned"]),
        (None, True, False, True, []),
        (None, False, False, True, ["not-assigned"]),
        (None, True, True, True, ["declared-already"]),
    ],
)
def test_a_conflict_may_be_declared_late_and_never_taken_back(
    conflict: Conflict | None, has_conflict: bool, was_conflicted: bool, is_involved: bool, rules: list[str]
) -> None:
    assigned = Assigned(person="Eve", part=Part.EVALUATOR, conflict=conflict, has_finished=True) if conflict else None
    about = {"has_conflict": has_conflict, "was_conflicted": was_conflicted, "is_involved": is_involved}
    bars = bars_to_declaring(assigned, **about)
    assert [bar.rule for bar in bars] == rules
