"""A decision that is set aside: a new period, a case that can be closed again, and never in a DPS that is closed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from make_dps import EVALUATORS, REASON, House, applicant, criterion_reason, ok, refused, sheet
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.testing import Time, do_due, told
from dps_admission.tables import LotApplication

WHY = {"reason": REASON}
FAIL = {"finding": "fail", "comment": "No lead is named."}


def read(house: House, part: str) -> dict[str, Any]:
    return ok(house.manager().get(f"/v1/lot-applications/{part}"))


def prolonged_at(session: Session, part: str) -> datetime | None:
    return session.get_one(LotApplication, UUID(part), populate_existing=True).prolonged_at


def score_again(house: House, session: Session, part: str, lot: Any, **marks: Any) -> None:
    house.settle_checks(part)
    for name in EVALUATORS:
        house.declare(part, name)
        house.score(part, name, sheet(session, lot, **marks))
    ok(house.report(part))


def test_a_set_aside_decision_has_a_period_of_its_own(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/prolongation", json=WHY))
    house.evaluate(part, sheet(session, lot))
    ok(house.decide(part))
    before = read(house, part)

    at.now += timedelta(days=91)  # Monday 1 June 2026
    ok(house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json=WHY))
    after = read(house, part)
    assert (after["received_at"], after["due_on"]) == (before["received_at"], "2026-06-15")
    assert prolonged_at(session, part) is None
    do_due(session, at.now)
    assert [one for one in told(session, MessageRequested) if one.template == "evaluation_overdue"] == []
    [entry] = [
        one
        for one in ok(house.manager().get(f"/v1/lot-applications/{part}/timeline"))["items"]
        if one["step"] == "set_aside"
    ]
    assert entry["detail"]["after"].startswith("2026-06-15")

    score_again(house, session, part, lot, safeguarding_policy=FAIL)
    at.now += timedelta(days=10)
    ok(house.decide(part, "minded_to_refuse", criteria=[criterion_reason("safeguarding_policy")]))
    [window] = ok(house.manager().get(f"/v1/lot-applications/{part}/decisions"))["representations"]
    assert (window["closes_at"][:10], window["is_shortened"]) == ("2026-06-18", False)
    assert read(house, part)["due_on"] == "2026-06-22"


def test_a_case_that_is_overdue_keeps_its_window_and_is_prolonged_to_no_day_that_is_past(
    house: House, session: Session, at: Time
) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.evaluate(part, sheet(session, lot, safeguarding_policy=FAIL))
    at.now += timedelta(days=91)
    prolonging = house.commissioner().post(f"/v1/lot-applications/{part}/prolongation", json=WHY)
    assert refused(prolonging) == ["period-over"]
    ok(house.decide(part, "minded_to_refuse", criteria=[criterion_reason("safeguarding_policy")]))
    assert prolonged_at(session, part) is None
    [window] = ok(house.manager().get(f"/v1/lot-applications/{part}/decisions"))["representations"]
    assert (window["closes_at"][:10], window["is_shortened"]) == ("2026-06-08", False)


def test_what_was_withdrawn_beside_it_does_not_keep_a_set_aside_case_from_closing(
    house: House, session: Session
) -> None:
    lot, who = house.open_lot(zones=["North", "South"]), applicant(session)
    application = house.submit(lot, who, "North", "South")
    north = application["lot_applications"][0]["id"]
    house.evaluate(north, sheet(session, lot))
    ok(house.decide(north))
    owner, address = house.provider(who), f"/v1/applications/{application['id']}"
    assert ok(owner.post(f"{address}/withdrawal", json=WHY))["status"] == "withdrawn"

    ok(house.manager().post(f"/v1/lot-applications/{north}/setting-aside", json=WHY))
    assert ok(owner.get(address))["status"] == "submitted"
    score_again(house, session, north, lot)
    ok(house.decide(north))
    assert ok(owner.get(address))["status"] == "closed"
    assert house.membership(who)["status"] == "active"


def test_nothing_is_set_aside_in_a_dps_that_is_closed(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.evaluate(part, sheet(session, lot))
    ok(house.decide(part))
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json=WHY))
    answer = house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json=WHY)
    assert refused(answer) == ["scheme-not-open"]


def test_an_answer_after_its_time_counts_no_more_than_silence(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    part = house.part(house.open_lot(), who)
    question = {"question": "Which branch would deliver?"}
    asked = ok(house.commissioner().post(f"/v1/lot-applications/{part}/clarifications", json=question))
    at.now += timedelta(days=30)
    late = house.provider(who).post(f"/v1/clarifications/{asked['id']}/answer", json={"answer": "The second."})
    assert refused(late) == ["too-late"]


def test_no_validity_is_changed_to_a_day_beyond_all_days(house: House) -> None:
    lot = house.open_lot()
    body = {"valid_until": "9999-12-31", "rationale": "correction", "reason": REASON}
    answer = house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=body)
    assert "validity-too-long" in refused(answer)
