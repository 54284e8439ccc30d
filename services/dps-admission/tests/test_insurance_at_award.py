"""Where the law has insurance checked at award, nobody is asked for it before, and nobody is awarded without."""

from datetime import date, timedelta
from typing import Any

import pytest
from make_dps import REASON, House, applicant, evidence, lot_body, ok, refused, scheme_body, set_of_2023_act
from sqlmodel import Session
from test_procurements import TENDER, WHY, body, invitations, opening, own
from test_scheme_rules import FRAMEWORK, LIGHT_TOUCH, MARKET

from assay_kit.testing import Time, do_due
from dps_admission.memberships.upkeep_rules import bars_to_uninsured
from dps_admission.question_sets.content import ABOUT_INSURANCE
from dps_admission.schemes.profiles import Regime

ACT = (Regime.PA2023_DYNAMIC_MARKET, Regime.PA2023_LIGHT_TOUCH_FRAMEWORK)
NOTICE = {"noticed_on": "2025-03-03", "valid_from": "2025-03-10"}


@pytest.mark.parametrize("regime", ACT)
def test_no_lot_of_the_2023_act_requires_or_judges_insurance(house: House, session: Session, regime: Regime) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session, regime=regime)))
    address = f"/v1/schemes/{made['id']}/lots"
    asking = house.commissioner().post(address, json=lot_body(session))
    assert "insurance-before-award" in refused(asking)
    assert "2023" in asking.json()["bars"][0]["source"]
    ok(house.commissioner().post(address, json=lot_body(session, question_set_id=set_of_2023_act(session))))


def test_a_scheme_does_not_go_over_to_the_2023_act_with_a_lot_that_asks(house: House, session: Session) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot_body(session)))
    switched = house.commissioner().put(f"/v1/schemes/{made['id']}", json=scheme_body(session, regime=ACT[0]))
    assert "insurance-before-award" in refused(switched)


def test_a_lot_does_not_open_with_a_set_that_asks_since(house: House, session: Session) -> None:
    """The set was a draft without such a question when the lot chose it."""
    chosen = ok(house.commissioner().get(f"/v1/question-sets/{set_of_2023_act(session)}"))["content"]
    asking = ok(house.commissioner().get(f"/v1/question-sets/{lot_body(session)['question_set_id']}"))["content"]
    drafted = ok(house.commissioner().post("/v1/question-sets", json={"name": "Ours", "content": chosen}))
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session, regime=ACT[0], **NOTICE)))
    lots = [
        ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot_body(session, question_set_id=one)))
        for one in (set_of_2023_act(session), drafted["id"])
    ]
    ok(house.manager().post(f"/v1/schemes/{made['id']}/opening"))
    ok(house.commissioner().put(f"/v1/question-sets/{drafted['id']}", json={"content": asking}))
    ok(house.commissioner().post(f"/v1/question-sets/{drafted['id']}/publication"))
    assert "insurance-before-award" in refused(house.commissioner().post(f"/v1/lots/{lots[1]['id']}/opening"))
    ok(house.commissioner().post(f"/v1/lots/{lots[0]['id']}/opening"))


def test_an_award_waits_for_a_check_of_the_insurance(house: House, session: Session, at: Time) -> None:
    scheme = {"regime": ACT[0], **NOTICE}
    lot = house.open_lot(scheme=scheme, question_set_id=set_of_2023_act(session))
    content = ok(house.commissioner().get(f"/v1/question-sets/{lot['question_set_id']}"))["content"]
    asked = [question for section in content["sections"] for question in section["questions"]]
    assert asked
    assert [one["id"] for one in asked if one["purpose"] in set(ABOUT_INSURANCE)] == []
    who = applicant(session)
    membership = opening(house, lot, who)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    ok(house.provider(who).post(own(house, who, made), json=TENDER))
    at.now += timedelta(days=11)
    do_due(session, at.now)
    [tender] = invitations(house.manager(), made)
    award = WHY | {"outcome": "awarded", "invitation_id": tender["id"]}
    address = f"/v1/procurements/{made['id']}/outcome"
    assert refused(house.manager().post(address, json=award)) == ["insurance-not-checked"]

    file = evidence(house.directory, who.provider_id, expires_on=date(2026, 12, 31))
    check: dict[str, Any] = {"evidence_ids": [str(file.id)], "expires_on": "2026-03-12", "reason": REASON}
    gone = house.commissioner().post(f"{membership}/insurance-checks", json=check)
    assert refused(gone) == ["insurance-expired"]
    assert file.id not in {one for one, _ in house.directory.reliances}
    ok(house.commissioner().post(f"{membership}/insurance-checks", json=check | {"expires_on": "2027-06-30"}))
    [kept] = ok(house.provider(who).get(f"{membership}/upkeep"))["insurance_checks"]
    assert (kept["expires_on"], kept["evidence"][0]["id"]) == ("2026-12-31", str(file.id))
    assert ok(house.manager().post(address, json=award))["status"] == "awarded"


def test_a_check_covers_the_day_and_only_the_2023_act_asks() -> None:
    day = date(2026, 3, 12)
    for profile, until, bars in (
        (MARKET, None, ["insurance-not-checked"]),
        (FRAMEWORK, day - timedelta(days=1), ["insurance-not-checked"]),
        (FRAMEWORK, day, []),
        (LIGHT_TOUCH, None, []),
    ):
        assert [one.rule for one in bars_to_uninsured(profile.insurance, until=until, on=day)] == bars
