"""The automatic checks run again before a decision; what fails then goes to a person first."""

from datetime import date, timedelta
from typing import Any

from make_dps import House, applicant, criterion_reason, evidence, ok, refused, sheet
from sqlmodel import Session

from assay_kit.testing import Time


def checks(house: House, part: str) -> dict[str, dict[str, Any]]:
    found = ok(house.commissioner().get(f"/v1/lot-applications/{part}/checks"))["items"]
    return {one["kind"]: one for one in found}


def test_a_decision_keeps_the_run_that_it_was_taken_on(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.evaluate(part, sheet(session, lot))
    settled = checks(house, part)
    at.now += timedelta(days=2)
    ok(house.decide(part))
    now = checks(house, part)
    assert {one["run"] for one in settled.values()} == {1}
    assert {one["run"] for one in now.values()} == {2}
    assert now["insurance"]["inputs"]["today"] == "2026-03-04"
    assert now["cqc_register"]["finding_reason"] == settled["cqc_register"]["finding_reason"]


def test_insurance_that_has_expired_since_goes_to_a_person_before_anything_is_decided(
    house: House, session: Session, at: Time
) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session), answers={"insurance_expires": "2026-03-05"})
    house.evaluate(part, sheet(session, lot))
    at.now += timedelta(days=5)
    answer = house.decide(part)
    assert refused(answer) == ["check-changed"]
    assert "The insurance has expired." in answer.json()["detail"]

    ok(house.commissioner().post(f"/v1/lot-applications/{part}/checks"))
    assert refused(house.decide(part)) == ["check-changed"]
    house.settle_checks(part, finding="fail")
    assert refused(house.decide(part)) == ["criteria-failed"]
    reasons = [criterion_reason("check:insurance")]
    minded = ok(house.decide(part, "minded_to_refuse", criteria=reasons))
    assert minded["lot_application"]["status"] == "minded_to_refuse"


def test_a_person_may_find_that_what_fails_now_is_met_all_the_same(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    file = evidence(house.directory, who.provider_id, expires_on=date(2026, 3, 5))
    part = house.part(lot, who, answers={"insurance_certificate": str(file.id)})
    assert checks(house, part)["documents"]["outcome"] == "passed"
    house.evaluate(part, sheet(session, lot))
    at.now += timedelta(days=5)
    assert refused(house.decide(part)) == ["check-changed"]
    ran = ok(house.commissioner().post(f"/v1/lot-applications/{part}/checks"))["items"]
    [expired] = [one for one in ran if one["kind"] == "documents"]
    assert (expired["outcome"], expired["reason"]) == ("failed", "Expired: certificate.pdf.")
    house.settle_checks(part)
    ok(house.decide(part))


def test_a_check_of_an_earlier_run_is_settled_no_more(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    old = checks(house, part)["cqc_register"]
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/checks"))
    body = {"finding": "pass", "reason": "Looked up by hand on the register."}
    assert refused(house.commissioner().post(f"/v1/checks/{old['id']}/finding", json=body)) == ["not-open"]
    assert checks(house, part)["cqc_register"]["run"] == 2


def test_what_a_person_found_stands_while_the_check_says_the_same(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    house.settle_checks(part)
    ran = ok(house.commissioner().post(f"/v1/lot-applications/{part}/checks"))["items"]
    assert [one["finding"] for one in ran if one["outcome"] == "cannot_run"] == ["pass", "pass"]


def test_what_is_decided_is_checked_no_more(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.evaluate(part, sheet(session, lot))
    ok(house.decide(part))
    assert refused(house.commissioner().post(f"/v1/lot-applications/{part}/checks")) == ["not-open"]
