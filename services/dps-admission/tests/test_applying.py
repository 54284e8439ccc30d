from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from make_dps import REASON, SUBMISSION, House, answers, applicant, ok, refused
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.testing import Time, do_due, told


def test_a_draft_is_saved_again_and_again_but_never_over_another_save(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    drafted = house.draft(lot, who)
    address = f"/v1/applications/{drafted['id']}/draft"
    choices = [{**choice} for choice in drafted["choices"]]
    for choice in choices:
        choice.pop("question_set_id")
    body = {"answers": {"size": "Micro (under 10 staff)"}, "choices": choices}
    owner = house.provider(who)

    saved = owner.put(address, json=body, headers={"If-Match": f'"{drafted["version"]}"'})
    assert saved.headers["ETag"] == f'"{drafted["version"] + 1}"'

    read_before = {"If-Match": f'"{drafted["version"]}"'}
    assert owner.put(address, json=body, headers=read_before).status_code == 412
    submission = f"/v1/applications/{drafted['id']}/submission"
    assert owner.post(submission, json=SUBMISSION, headers=read_before).status_code == 412
    assert owner.get(f"/v1/applications/{drafted['id']}/proof").status_code == 409


def test_submission_names_every_answer_that_is_missing(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    drafted = house.draft(lot, who, answers={"size": "", "parent_undertaking": True})

    answer = house.provider(who).post(f"/v1/applications/{drafted['id']}/submission", json=SUBMISSION)

    assert answer.status_code == 409
    assert {(one["question"], one["code"]) for one in answer.json()["errors"]} == {
        ("size", "missing"),
        ("parent_details", "missing"),
    }


def test_what_was_submitted_is_frozen_by_the_database_and_proved_by_its_hash(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    submitted = house.submit(lot, who)
    owner = house.provider(who)

    proof = ok(owner.get(f"/v1/applications/{submitted['id']}/proof"))
    assert proof["is_intact"] is True
    draft: dict[str, Any] = {"answers": {}, "choices": []}
    assert owner.put(f"/v1/applications/{submitted['id']}/draft", json=draft).status_code == 409
    change = text("UPDATE application SET answers = '{}' WHERE id = :id")
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.execute(change, {"id": submitted["id"]})


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2026, 4, 2, 12, tzinfo=UTC), "2026-04-20"),
        (datetime(2026, 12, 24, 12, tzinfo=UTC), "2027-01-12"),
        (datetime(2026, 6, 14, 23, 30, tzinfo=UTC), "2026-06-29"),  # in London it is the 15th already
    ],
)
def test_the_due_date_counts_working_days(
    house: House, session: Session, at: Time, received: datetime, due: str
) -> None:
    at.now = received
    [part] = house.submit(house.open_lot(), applicant(session))["lot_applications"]
    assert part["due_on"] == due


def test_several_zones_are_one_application_and_a_lot_application_each(house: House, session: Session) -> None:
    lot, who = house.open_lot(zones=["North", "South"], places=3), applicant(session)
    submitted = house.submit(lot, who, "North", "South")
    assert [part["zone"] for part in submitted["lot_applications"]] == ["North", "South"]


def test_there_is_one_open_lot_application_for_a_lot(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.submit(lot, who)
    again = house.draft(lot, who)
    answer = house.provider(who).post(f"/v1/applications/{again['id']}/submission", json=SUBMISSION)
    assert refused(answer) == ["already-applied"]


@pytest.mark.parametrize(("price", "outcome"), [("21.50", "passed"), ("22.01", "failed")])
def test_a_price_is_held_against_the_ceiling(house: House, session: Session, price: str, outcome: str) -> None:
    lot = house.open_lot(price_ceiling="22.00", price_unit="an hour")
    part = house.part(lot, applicant(session), price=price)
    checks = {one["kind"]: one for one in ok(house.commissioner().get(f"/v1/lot-applications/{part}/checks"))["items"]}
    assert (checks["price"]["outcome"], checks["price"]["inputs"]) == (outcome, {"price": price, "ceiling": "22.00"})


def test_checks_that_cannot_run_wait_for_a_person(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    checks = {one["kind"]: one for one in ok(house.commissioner().get(f"/v1/lot-applications/{part}/checks"))["items"]}
    assert checks["cqc_registration"]["outcome"] == "passed"
    assert checks["cqc_register"]["outcome"] == "cannot_run"
    assert checks["cqc_register"]["reason"] == "The CQC register is not connected."
    assert checks["insurance"]["inputs"]["level_needed"] == "5000000.00"


def test_clarification_stops_nothing_and_silence_ends_it(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    part = house.part(house.open_lot(), who)
    asked = {"question": "Which branch would deliver?"}
    first = ok(house.commissioner().post(f"/v1/lot-applications/{part}/clarifications", json=asked))
    second = ok(house.commissioner().post(f"/v1/lot-applications/{part}/clarifications", json=asked))
    seen = ok(house.provider(who).get(f"/v1/lot-applications/{part}"))
    assert (seen["status"], seen["due_on"]) == ("clarifying", "2026-03-16")

    ok(house.provider(who).post(f"/v1/clarifications/{first['id']}/answer", json={"answer": "North."}))
    assert ok(house.provider(who).get(f"/v1/lot-applications/{part}"))["status"] == "clarifying"
    at.now += timedelta(days=8)
    assert do_due(session, at.now) > 0
    assert ok(house.provider(who).get(f"/v1/lot-applications/{part}"))["status"] == "evaluating"
    late = house.provider(who).post(f"/v1/clarifications/{second['id']}/answer", json={"answer": "Late."})
    assert refused(late) == ["too-late"]


def test_a_case_is_prolonged_once_with_its_reason(house: House, session: Session) -> None:
    part = house.part(house.open_lot(), applicant(session))
    address = f"/v1/lot-applications/{part}/prolongation"
    assert ok(house.commissioner().post(address, json={"reason": REASON}))["due_on"] == "2026-03-23"
    again = refused(house.commissioner().post(address, json={"reason": REASON}))
    assert again == ["prolonged-once", "not-longer"]


def test_managers_are_told_once_at_four_fifths_and_once_at_the_end(house: House, session: Session, at: Time) -> None:
    house.part(house.open_lot(), applicant(session))
    for _ in range(16):
        do_due(session, at.now)
        at.now += timedelta(days=1)
    warnings = [one for one in told(session, MessageRequested) if one.to.role == Role.COMMISSIONING_MANAGER]
    assert [one.template for one in warnings] == ["evaluation_due_soon", "evaluation_overdue"]
    assert warnings[1].at == datetime(2026, 3, 16, 23, 59, 59, 999999, tzinfo=UTC)


def test_a_stale_draft_is_reminded_of_once_and_then_expires(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    drafted = house.draft(house.open_lot(), who)
    assert do_due(session, at.now + timedelta(days=75)) == 0
    assert do_due(session, at.now + timedelta(days=76)) == 1
    assert do_due(session, at.now + timedelta(days=89)) == 0
    [reminder] = [one for one in told(session, MessageRequested) if one.template == "draft_expiring"]
    assert reminder.personalisation == {"reference": drafted["reference"], "expires_on": "2026-05-31"}
    at.now += timedelta(days=90)
    assert do_due(session, at.now) == 1
    assert do_due(session, at.now) == 0
    assert ok(house.provider(who).get(f"/v1/applications/{drafted['id']}"))["status"] == "expired"


def test_withdrawing_an_application_withdraws_what_is_open_of_it(house: House, session: Session) -> None:
    lot, who = house.open_lot(zones=["North", "South"], places=3), applicant(session)
    submitted = house.submit(lot, who, "North", "South")
    north = submitted["lot_applications"][0]["id"]
    owner = house.provider(who)
    ok(owner.post(f"/v1/lot-applications/{north}/withdrawal", json={"reason": REASON}))
    withdrawn = ok(owner.post(f"/v1/applications/{submitted['id']}/withdrawal", json={"reason": REASON}))
    assert withdrawn["status"] == "withdrawn"
    assert {part["status"] for part in withdrawn["lot_applications"]} == {"withdrawn"}
    again = owner.post(f"/v1/applications/{submitted['id']}/withdrawal", json={"reason": REASON})
    assert again.status_code == 409


def test_the_council_sees_no_draft(house: House, session: Session) -> None:
    drafted = house.draft(house.open_lot(), applicant(session))
    assert house.manager().get(f"/v1/applications/{drafted['id']}").status_code == 404
    assert ok(house.manager().get("/v1/applications"))["items"] == []


def test_answers_are_copied_from_an_earlier_application(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    earlier = house.submit(lot, who)
    body = {"scheme_id": lot["scheme_id"], "copy_from": earlier["id"]}
    copied = ok(house.provider(who).post("/v1/applications", json=body))
    assert copied["answers"] == answers(session, lot)
    assert copied["previous_id"] == earlier["id"]
    stranger = applicant(session)
    assert house.provider(stranger).post("/v1/applications", json=body).status_code == 404
