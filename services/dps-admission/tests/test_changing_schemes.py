"""A DPS that is open changes by recorded changes, and the due dates that hang on them move with their history."""

from datetime import timedelta
from typing import Any

import pytest
from make_dps import REASON, House, applicant, ok, refused
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_kit.testing import Time, do_due


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
    ok(go_over(house, lot, revise(house, evaluation_days=20)))
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
