"""Who has a conflict of interest takes no part, in whichever round it was declared, and what rested on it is void."""

from typing import Any

import pytest
from make_dps import EVALUATORS, REASON, House, applicant, ok, person, refused, sheet
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from dps_admission.evaluations.conflicts import bars_to_declaring
from dps_admission.evaluations.rules import Assigned, Conflict, Part

CONFLICT = {"has_conflict": True, "detail": "My sister works there."}
EVE, ED = EVALUATORS


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


def test_a_conflict_that_is_learnt_of_late_voids_the_sheet_and_what_was_settled(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who)
    house.settle_checks(part)
    house.assign(part, *EVALUATORS)
    house.assign(part, "Mo Moderator", role="moderator")
    house.score(part, EVE, sheet(session, lot))
    house.score(part, ED, sheet(session, lot, quality_local={"score": 1, "comment": "Thin."}))
    body = {"question": "quality_local", "score": 1, "reason": REASON}
    ok(house.commissioner("Mo Moderator").post(f"/v1/lot-applications/{part}/consensus", json=body))

    seen = ok(confess(house, part, ED))
    assert seen["consensus"] == []
    assert seen["sheets"] == [], "nobody new could score alone beside the sheet that stands"
    assert refused(house.report(part)) == ["too-few-evaluators"]
    assert refused(confess(house, part, ED)) == ["declared-already"]
    house.assign(part, "Abe Another")
    house.score(part, "Abe Another", sheet(session, lot))
    marks = ok(house.report(part))["content"]["criteria"][0]["marks"]
    assert [one["evaluator"] for one in marks] == [EVE, "Abe Another"]
    steps = ok(house.provider(who).get(f"/v1/lot-applications/{part}/timeline"))["items"]
    assert [one["step"] for one in steps] == ["begin"]


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
    ("conflict", "has_conflict", "was_conflicted", "rules"),
    [
        (Conflict.NOT_DECLARED, False, False, []),
        (Conflict.NOT_DECLARED, True, False, []),
        (Conflict.NONE, False, False, ["declared-already"]),
        (Conflict.NONE, True, False, []),
        (Conflict.CONFLICTED, False, True, ["declared-already"]),
        (Conflict.NOT_DECLARED, False, True, ["declared-already"]),
        (None, True, False, ["not-assigned"]),
    ],
)
def test_a_conflict_may_be_declared_late_and_never_taken_back(
    conflict: Conflict | None, has_conflict: bool, was_conflicted: bool, rules: list[str]
) -> None:
    assigned = Assigned(person="Eve", part=Part.EVALUATOR, conflict=conflict, has_finished=True) if conflict else None
    bars = bars_to_declaring(assigned, has_conflict=has_conflict, was_conflicted=was_conflicted)
    assert [bar.rule for bar in bars] == rules
