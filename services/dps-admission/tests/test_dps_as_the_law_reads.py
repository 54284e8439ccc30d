"""Whole cases, told as the law tells them. Each begins with a DPS that nobody has opened yet."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from make_dps import (
    EVALUATORS,
    REASON,
    House,
    applicant,
    criterion_reason,
    lot_body,
    ok,
    refused,
    scheme_body,
    set_of_2023_act,
    sheet,
)
from make_dps import content as content_of
from sqlmodel import Session

from assay_kit.testing import Time

FAIL = {"finding": "fail", "comment": "No lead is named."}
MAUNDY_THURSDAY = datetime(2026, 4, 2, 16, tzinfo=UTC)
CHRISTMAS_EVE = datetime(2026, 12, 24, 16, tzinfo=UTC)


def test_a_draft_dps_opens_with_a_notice_and_one_ready_lot_and_not_before(house: House, session: Session) -> None:
    body = scheme_body(session, notice_reference=None, noticed_on=None)
    scheme = ok(house.commissioner().post("/v1/schemes", json=body))
    opening = f"/v1/schemes/{scheme['id']}/opening"
    assert refused(house.manager().post(opening)) == ["notice-missing", "no-ready-lot"]

    unready = lot_body(session, question_set_id=None)
    lot = ok(house.commissioner().post(f"/v1/schemes/{scheme['id']}/lots", json=unready))
    noticed = scheme_body(session, name=body["name"])
    version = {"If-Match": f'"{scheme["version"]}"'}
    ok(house.commissioner().put(f"/v1/schemes/{scheme['id']}", json=noticed, headers=version))
    assert refused(house.manager().post(opening)) == ["no-ready-lot"]

    drafted = ok(house.commissioner().post("/v1/question-sets", json=_new_set(house, session)))
    about = unready | {"question_set_id": drafted["id"]}
    changed = {"If-Match": f'"{lot["version"]}"'}
    ok(house.commissioner().put(f"/v1/lots/{lot['id']}", json=about, headers=changed))
    assert refused(house.manager().post(opening)) == ["no-ready-lot"]

    ok(house.commissioner().post(f"/v1/question-sets/{drafted['id']}/publication"))
    assert ok(house.manager().post(opening))["status"] == "open"
    assert ok(house.commissioner().post(f"/v1/lots/{lot['id']}/opening"))["status"] == "open"


def _new_set(house: House, session: Session) -> dict[str, Any]:
    content = content_of(session, {"question_set_id": lot_body(session)["question_set_id"]})
    return {"name": f"Set {uuid4().hex[:6]}", "content": content.model_dump(mode="json")}


def _many_questions(house: House, session: Session) -> str:
    """A published set of forty questions that weigh a thousand each, and one that weighs one."""
    made = _new_set(house, session)
    [scored] = [
        section for section in made["content"]["sections"]
        if any(one["grading"]["kind"] == "scored" for one in section["questions"])
    ][:1]  # fmt: skip
    pattern = next(one for one in scored["questions"] if one["grading"]["kind"] == "scored")
    scored["questions"] = [_weighing(pattern, f"heavy_{number}", 1000) for number in range(40)]
    scored["questions"].append(_weighing(pattern, "light", 1))
    for section in made["content"]["sections"]:
        if section is not scored:
            section["questions"] = [one for one in section["questions"] if one["grading"]["kind"] != "scored"]
    made["content"]["sections"] = [one for one in made["content"]["sections"] if one["questions"]]
    drafted = ok(house.commissioner().post("/v1/question-sets", json=made))
    ok(house.commissioner().post(f"/v1/question-sets/{drafted['id']}/publication"))
    return str(drafted["id"])


def _weighing(pattern: dict[str, Any], name: str, weight: int) -> dict[str, Any]:
    return pattern | {"id": name, "only_when": None, "grading": pattern["grading"] | {"weight": weight}}


@pytest.mark.parametrize(("light", "quality"), [(2, "59.99"), (3, "60.00")])
def test_a_threshold_missed_by_a_hair_refuses_and_hit_exactly_admits(
    house: House, session: Session, light: int, quality: str
) -> None:
    lot = house.open_lot(question_set_id=_many_questions(house, session))
    part = house.part(lot, applicant(session))
    report = house.evaluate(part, sheet(session, lot, score=3, light={"score": light, "comment": "Thin."}))
    assert report["content"]["quality_shown"] == quality
    if light == 3:
        assert report["content"]["quality"] == "60"
        assert ok(house.decide(part))["lot_application"]["status"] == "admitted"
        return
    assert report["content"]["quality"] == "2400040/40001"  # 59.9995 per cent
    assert refused(house.decide(part)) == ["criteria-failed"]
    reasons = [criterion_reason("total:quality")]
    assert ok(house.decide(part, "minded_to_refuse", criteria=reasons))["lot_application"]["status"] == (
        "minded_to_refuse"
    )


def test_a_proposed_refusal_is_answered_scored_again_and_turned_into_an_admission(
    house: House, session: Session, at: Time
) -> None:
    lot, who = house.open_lot(), applicant(session)
    part, reasons = house.minded(lot, who, score=2)
    assert refused(_refuse(house, part, reasons)) == ["window-open"]
    said = {"text": "Page 4 answers what was missed."}
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/representations", json=said))
    ok(house.manager().post(f"/v1/lot-applications/{part}/reconsideration", json={"reason": REASON}))
    assert refused(house.manager().post(f"/v1/lot-applications/{part}/refusal", json=_body(reasons))) == [
        "not-minded-to-refuse"
    ]
    house.settle_checks(part)
    for name in EVALUATORS:
        house.declare(part, name)
        house.score(part, name, sheet(session, lot, score=4))
    ok(house.report(part))
    ok(house.decide(part))
    assert house.membership(who)["status"] == "active"
    kinds = [one["kind"] for one in ok(house.provider(who).get(f"/v1/lot-applications/{part}/decisions"))["items"]]
    assert kinds == ["minded_to_refuse", "reconsider", "admit"]


def _refuse(house: House, part: str, reasons: list[dict[str, Any]]) -> Any:
    return house.manager().post(f"/v1/lot-applications/{part}/refusal", json=_body(reasons))


def _body(reasons: list[dict[str, Any]]) -> dict[str, Any]:
    return {"reason": REASON, "criteria": reasons}


@pytest.mark.parametrize(
    ("now", "rules"),
    [
        (datetime(2026, 2, 23, 12, tzinfo=UTC), []),
        (datetime(2026, 2, 24, 0, 30, tzinfo=UTC), ["validity-frozen"]),
    ],
)
def test_a_dps_of_the_2015_regulations_is_not_extended_after_23_february_2026(
    house: House, session: Session, at: Time, now: datetime, rules: list[str]
) -> None:
    at.now = now
    lot = house.open_lot(scheme={"regime": "pcr2015_reg34"})
    body = {"valid_until": "2028-12-31", "rationale": "extended_as_advertised", "reason": REASON}
    answer = house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=body)
    changes = f"/v1/schemes/{lot['scheme_id']}/changes"
    if not rules:
        assert ok(answer)["valid_until"] == "2028-12-31"
        [change] = ok(house.manager().get(changes))["items"]
        assert (change["before"], change["after"]) == ("2028-03-31", "2028-12-31")
        return
    assert refused(answer) == rules
    [bar] = answer.json()["bars"]
    assert "SI 2024/716" in bar["source"]
    assert ok(house.manager().get(changes))["items"] == []
    shorter = body | {"valid_until": "2027-12-31", "rationale": "shortened"}
    assert ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=shorter))


@pytest.mark.parametrize(
    ("case", "due"),
    [
        # Good Friday and Easter Monday do not count.
        (("pcr2015_reg34", MAUNDY_THURSDAY), "2026-04-20"),
        # Christmas, the substitute for Boxing Day and New Year's Day do not count.
        (("pcr2015_reg34", CHRISTMAS_EVE), "2027-01-12"),
        # A dynamic market counts the bank holidays of any part of the United Kingdom: 2 January is a Saturday then,
        # so Scotland has the Monday after it.
        (("pa2023_dynamic_market", CHRISTMAS_EVE), "2027-01-13"),
    ],
)
def test_what_comes_in_before_the_holidays_is_due_after_ten_working_days(
    house: House, session: Session, at: Time, case: tuple[str, datetime], due: str
) -> None:
    regime, at.now = case
    noticed = {"noticed_on": "2025-03-03", "valid_from": "2025-03-03", "award_on": None, "go_live_on": None}
    is_under_the_act = regime.startswith("pa2023")
    asking: dict[str, Any] = {"question_set_id": set_of_2023_act(session)} if is_under_the_act else {}
    lot = house.open_lot(scheme={"regime": regime, **(noticed if is_under_the_act else {})}, **asking)
    [part] = house.submit(lot, applicant(session))["lot_applications"]
    assert part["due_on"] == due


def test_tier_2_passes_while_tier_1_of_the_same_application_is_minded_to_be_refused(
    house: House, session: Session, at: Time
) -> None:
    scheme = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    lots = [
        ok(house.commissioner().post(f"/v1/schemes/{scheme['id']}/lots", json=lot_body(session, tier=tier)))
        for tier in ("tier_1", "tier_2")
    ]
    ok(house.manager().post(f"/v1/schemes/{scheme['id']}/opening"))
    for lot in lots:
        ok(house.commissioner().post(f"/v1/lots/{lot['id']}/opening"))
    who = applicant(session)
    drafted = house.draft(lots[0], who)
    choices = [
        {"lot_id": lot["id"], "zone": None, "price": None, "care_service_ids": [str(who.care_service_id)]}
        for lot in lots
    ]
    body = {"answers": drafted["answers"], "choices": choices}
    owner = house.provider(who)
    ok(owner.put(f"/v1/applications/{drafted['id']}/draft", json=body))
    submission = {"declared_by": "Olive Owner", "is_true_and_complete": True}
    submitted = ok(owner.post(f"/v1/applications/{drafted['id']}/submission", json=submission))
    first, second = (part["id"] for part in submitted["lot_applications"])

    house.evaluate(first, sheet(session, lots[0], safeguarding_policy=FAIL))
    ok(house.decide(first, "minded_to_refuse", criteria=[criterion_reason("safeguarding_policy")]))
    house.evaluate(second, sheet(session, lots[1]))
    ok(house.decide(second))

    assert house.membership(who)["lot_id"] == lots[1]["id"]
    assert house.membership(who)["status"] == "active"
    assert ok(owner.get(f"/v1/lot-applications/{first}"))["status"] == "minded_to_refuse"
    assert ok(owner.get(f"/v1/applications/{drafted['id']}"))["status"] == "submitted"

    at.now += timedelta(days=9)
    ok(_refuse(house, first, [criterion_reason("safeguarding_policy")]))
    assert ok(owner.get(f"/v1/applications/{drafted['id']}"))["status"] == "closed"
    assert house.membership(who)["status"] == "active"
