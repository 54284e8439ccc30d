"""A DPS that is open changes by recorded changes, and the due dates that hang on them move with their history."""

from datetime import date, timedelta
from typing import Any

import pytest
from make_dps import REASON, House, applicant, ok, refused
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.testing import Time, do_due, told


def profiles(house: House) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(house.manager().get("/v1/profiles"))["items"]
    return [one for one in found if one["regime"] == "pcr2015_light_touch"]


def revise(house: House, **periods: Any) -> dict[str, Any]:
    body = {"regime": "pcr2015_light_touch", "policy": profiles(house)[-1]["content"]["policy"], **periods}
    return ok(house.manager().post("/v1/profiles", json=body))


def go_over(house: House, lot: dict[str, Any], profile: dict[str, Any]) -> Any:
    body = {"profile_id": profile["id"], "rationale": "policy_revised", "reason": REASON}
    return house.manager().post(f"/v1/schemes/{lot['scheme_id']}/profile", json=body)


def steps(house: House, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(address_of(house, address))["items"]
    return [one for one in found if one["step"] == "reschedule"]


def address_of(house: House, address: str) -> Any:
    return house.manager().get(f"{address}/timeline")


def test_a_longer_period_moves_what_is_open_and_the_timeline_says_from_when_to_when(
    house: House, session: Session, at: Time
) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    decided = house.part(lot, applicant(session))
    ok(house.client_as("provider_admin", org=_provider(house, decided)).post(
        f"/v1/lot-applications/{decided}/withdrawal", json={"reason": REASON}))  # fmt: skip
    at.now += timedelta(days=1)
    ok(go_over(house, lot, revise(house, evaluation_days=12)))

    moved = ok(house.manager().get(f"/v1/lot-applications/{part}"))
    assert moved["due_on"] == "2026-03-18"
    assert ok(house.manager().get(f"/v1/lot-applications/{decided}"))["due_on"] == "2026-03-16"
    [step] = steps(house, f"/v1/lot-applications/{part}")
    [change] = ok(house.manager().get(f"/v1/schemes/{lot['scheme_id']}/changes"))["items"]
    assert (change["field"], change["rationale"]) == ("profile_id", "policy_revised")
    assert step["detail"] == {
        "scheme_change": change["id"],
        "before": "2026-03-16T23:59:59.999999+00:00",
        "after": "2026-03-18T23:59:59.999999+00:00",
    }
    assert steps(house, f"/v1/lot-applications/{decided}") == []


def _provider(house: House, part: str) -> Any:
    return ok(house.manager().get(f"/v1/lot-applications/{part}"))["provider_id"]


def test_nobody_is_late_by_a_shorter_period_alone(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    at.now += timedelta(days=7)
    ok(go_over(house, lot, revise(house, evaluation_days=3)))
    assert ok(house.manager().get(f"/v1/lot-applications/{part}"))["due_on"] == "2026-03-09"


def test_a_shortened_validity_moves_the_end_of_drafts_and_is_never_rewritten(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    draft = house.draft(lot, who)
    body = {"valid_until": "2026-04-30", "rationale": "shortened", "reason": REASON}
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=body))
    seen = ok(house.provider(who).get(f"/v1/applications/{draft['id']}"))
    assert seen["expires_at"].startswith("2026-04-30T22:59:59")
    timeline = ok(house.provider(who).get(f"/v1/applications/{draft['id']}/timeline"))["items"]
    assert timeline[0]["step"] == "reschedule"
    assert timeline[0]["detail"]["before"].startswith("2026-05-31")
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.execute(text("UPDATE scheme_change SET reason = 'another'"))


def test_who_was_told_is_told_again_in_the_new_period(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    at.now += timedelta(days=12)
    assert do_due(session, at.now) == 1
    ok(go_over(house, lot, revise(house, evaluation_days=20, prolonged_days=25)))
    assert do_due(session, at.now) == 0
    [task] = ok(house.manager().get("/v1/lot-applications"))["items"]
    assert (task["id"], task["urgency"]) == (part, "in_time")


def test_a_dps_goes_over_only_to_a_later_version_of_its_own_profile(house: House, session: Session) -> None:
    lot = house.open_lot()
    [first] = profiles(house)
    assert refused(go_over(house, lot, first)) == ["not-later"]
    others = ok(house.manager().get("/v1/profiles"))["items"]
    market = next(one for one in others if one["regime"] == "pa2023_dynamic_market")
    assert refused(go_over(house, lot, market)) == ["another-regime"]


def test_a_revised_profile_keeps_the_law(house: House, session: Session) -> None:
    house.open_lot(scheme={"regime": "pcr2015_reg34"})
    policy = profiles(house)[0]["content"]["policy"]
    body = {"regime": "pcr2015_reg34", "policy": policy, "evaluation_days": 20}
    answer = house.manager().post("/v1/profiles", json=body)
    assert refused(answer) == ["law-fixed"]
    assert "regulation 34" in answer.json()["bars"][0]["source"]


def policy(house: House, **changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = profiles(house)[-1]["content"]["policy"]
    return known | changes


def test_managers_are_told_by_the_percentage_of_the_new_profile(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    at.now += timedelta(days=10)
    assert do_due(session, at.now) == 0
    ok(go_over(house, lot, revise(house, policy=policy(house, alert_percent=60))))
    assert steps(house, f"/v1/lot-applications/{part}") == []
    assert do_due(session, at.now) == 1
    [task] = ok(house.manager().get("/v1/lot-applications"))["items"]
    assert (task["urgency"], task["due_on"]) == ("due_soon", "2026-03-16")
    assert do_due(session, at.now) == 0


def test_declarations_hold_as_long_as_the_new_profile_says(house: House, session: Session, at: Time) -> None:
    lot, usual, asked = house.open_lot(), applicant(session), applicant(session)
    members = [f"/v1/memberships/{house.admit(lot, who)['id']}" for who in (usual, asked)]
    at.now += timedelta(days=30)
    ok(house.commissioner().post(f"{members[1]}/affirmation-request", json={"reason": REASON}))
    ok(go_over(house, lot, revise(house, policy=policy(house, affirmation_months=6))))
    assert [house.membership(who)["affirm_by"] for who in (usual, asked)] == ["2026-09-02", "2026-04-10"]
    [step] = steps(house, members[0])
    assert (step["detail"]["before"], step["detail"]["after"]) == ("2027-03-02", "2026-09-02")
    assert steps(house, members[1]) == []

    at.now += timedelta(days=300)
    ok(house.provider(asked).get("/v1/memberships"))
    later = house.open_lot()
    member = f"/v1/memberships/{house.admit(later, late := applicant(session))['id']}"
    at.now += timedelta(days=170)
    ok(go_over(house, later, revise(house, policy=policy(house, affirmation_months=1))))
    moved = date.fromisoformat(house.membership(late)["affirm_by"])
    assert moved > at.now.date()
    assert len(steps(house, member)) == 1


def test_reminders_follow_the_new_profile(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.admit(lot, who)
    at.now += timedelta(days=300)
    do_due(session, at.now)
    reminded = policy(house, affirmation_reminder_calendar_days=[60])
    ok(go_over(house, lot, revise(house, policy=reminded)))
    at.now += timedelta(days=5)
    do_due(session, at.now)
    assert "affirmation_reminder" in [one.template for one in told(session, MessageRequested)]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"evaluation_days": 20, "prolonged_days": 15}, "prolonged-shorter"),
        ({"evaluation_days": 16}, "prolonged-shorter"),
        ({"policy": {"representations_days": 3, "representations_days_at_least": 4}}, "window-shorter"),
    ],
)
def test_a_profile_whose_times_do_not_hang_together_is_not_published(
    house: House, session: Session, changes: dict[str, Any], rule: str
) -> None:
    house.open_lot()
    body = {"regime": "pcr2015_light_touch", **changes, "policy": policy(house, **changes.get("policy", {}))}
    assert refused(house.manager().post("/v1/profiles", json=body)) == [rule]
