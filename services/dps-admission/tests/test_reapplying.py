"""Applying again after a refusal: what is taken over, and what evaluators see of the difference."""

from datetime import date, timedelta
from typing import Any

from make_dps import REASON, SUBMISSION, Applicant, House, answers, applicant, evidence, ok
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.testing import Time, do_due, told

FAIL = {"finding": "fail", "comment": "No lead is named."}


def refuse(house: House, at: Time, part: str, reasons: list[dict[str, Any]]) -> None:
    at.now += timedelta(days=10)
    body = {"reason": REASON, "criteria": reasons}
    ok(house.manager().post(f"/v1/lot-applications/{part}/refusal", json=body))


def begin_again(house: House, lot: dict[str, Any], who: Applicant, earlier: str) -> dict[str, Any]:
    body = {"scheme_id": lot["scheme_id"], "copy_from": earlier}
    return ok(house.provider(who).post("/v1/applications", json=body))


def application_of(house: House, who: Applicant, part: str) -> str:
    return str(ok(house.provider(who).get(f"/v1/lot-applications/{part}"))["application_id"])


def save(house: House, who: Applicant, draft: dict[str, Any], **changed: Any) -> dict[str, Any]:
    choices = [{key: one[key] for key in one if key != "question_set_id"} for one in draft["choices"]]
    body = {"answers": draft["answers"] | changed, "choices": choices}
    return ok(house.provider(who).put(f"/v1/applications/{draft['id']}/draft", json=body))


def test_a_second_application_begins_from_the_first_and_shows_what_changed(
    house: House, session: Session, at: Time
) -> None:
    lot, who = house.open_lot(), applicant(session)
    part, reasons = house.minded(lot, who, safeguarding_policy=FAIL)
    refuse(house, at, part, reasons)

    earlier = application_of(house, who, part)
    draft = begin_again(house, lot, who, earlier)
    assert draft["answers"] == answers(session, lot)
    assert [one["lot_id"] for one in draft["choices"]] == [lot["id"]]
    assert draft["choices"][0]["care_service_ids"] == [str(who.care_service_id)]

    save(house, who, draft, quality_local="We know every street, and this is how.")
    ok(house.provider(who).post(f"/v1/applications/{draft['id']}/submission", json=SUBMISSION))
    seen = ok(house.commissioner().get(f"/v1/applications/{draft['id']}/difference"))
    assert seen["previous_id"] == earlier
    [changed] = seen["items"]
    assert (changed["field"], changed["kind"], changed["difference"]) == ("quality_local", "answer", "changed")
    assert changed["before"] == answers(session, lot)["quality_local"]
    assert changed["after"] == "We know every street, and this is how."


def test_evidence_already_held_is_relied_on_again_and_a_new_file_is_a_difference(
    house: House, session: Session, at: Time
) -> None:
    lot, who = house.open_lot(), applicant(session)
    first = evidence(house.directory, who.provider_id, expires_on=date(2027, 3, 31))
    application = house.submit(lot, who, answers={"insurance_certificate": str(first.id)})
    owner = house.provider(who)
    ok(owner.post(f"/v1/applications/{application['id']}/withdrawal", json={"reason": REASON}))

    draft = begin_again(house, lot, who, application["id"])
    again = ok(owner.post(f"/v1/applications/{draft['id']}/submission", json=SUBMISSION))
    assert [one["id"] for one in again["evidence"]] == [str(first.id)]
    assert again["evidence"][0]["expires_on"] == "2027-03-31"
    assert ok(owner.get(f"/v1/applications/{draft['id']}/difference"))["items"] == []
    ok(owner.post(f"/v1/applications/{draft['id']}/withdrawal", json={"reason": REASON}))

    second = evidence(house.directory, who.provider_id, expires_on=date(2027, 3, 31))
    third = begin_again(house, lot, who, draft["id"])
    save(house, who, third, insurance_certificate=str(second.id))
    ok(owner.post(f"/v1/applications/{third['id']}/submission", json=SUBMISSION))
    assert ok(owner.get(f"/v1/applications/{third['id']}/difference"))["items"] == []  # the same bytes
    assert house.directory.reliances


def test_an_application_that_was_not_copied_is_compared_with_the_last_one(house: House, session: Session) -> None:
    lot, who = house.open_lot(zones=["North", "South"]), applicant(session)
    first = house.submit(lot, who, "North")
    second = house.submit(lot, who, "South")
    seen = ok(house.commissioner().get(f"/v1/applications/{second['id']}/difference"))
    assert seen["previous_reference"] == first["reference"]
    assert [(one["kind"], one["difference"], one["label"]) for one in seen["items"]] == [
        ("choice", "removed", f"{lot['name']}, North"),
        ("choice", "added", f"{lot['name']}, South"),
    ]
    assert ok(house.commissioner().get(f"/v1/applications/{first['id']}/difference"))["previous_id"] is None
    stranger = house.provider(applicant(session))
    assert stranger.get(f"/v1/applications/{second['id']}/difference").status_code == 404


def test_where_one_is_a_member_or_has_applied_nothing_is_chosen_again(house: House, session: Session) -> None:
    lot, who = house.open_lot(zones=["North", "South"]), applicant(session)
    first = house.submit(lot, who, "North", "South")
    [north, _] = (one["id"] for one in first["lot_applications"])
    ok(house.provider(who).post(f"/v1/lot-applications/{north}/withdrawal", json={"reason": REASON}))
    draft = begin_again(house, lot, who, first["id"])
    assert [one["zone"] for one in draft["choices"]] == ["North"]


def test_who_saves_a_draft_again_is_given_time_again_but_never_beyond_the_dps(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session)
    lot = house.open_lot(scheme={"valid_until": "2026-06-10"})
    draft = house.draft(lot, who)
    at.now += timedelta(days=77)
    do_due(session, at.now)
    saved = save(house, who, draft)
    assert saved["expires_at"].startswith("2026-06-10T22:59:59")
    at.now += timedelta(days=10)
    do_due(session, at.now)
    reminders = [one.personalisation["expires_on"] for one in told(session, MessageRequested)]
    assert reminders == ["2026-05-31", "2026-06-10"]
