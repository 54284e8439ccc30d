"""Early warning on the demonstration's estate, through the gateway, on the clock that can be moved."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from assay_kit.calendar import LONDON
from demonstration.main_job import Journey

pytestmark = pytest.mark.slow

BECAUSE = "The case meeting looked at it and decided so on Monday."


def standing(journey: Journey, care_service_id: str) -> Any:
    return journey.founders.officers[0].get("risk", f"/care-services/{care_service_id}/band")


def a_green_service(journey: Journey) -> str:
    member = journey.a_provider_registers()
    journey.the_service_is_assessed(member)
    journey.the_rating_gives_a_band(member)
    return str(member.care_service_id)


def test_a_dry_run_moves_services_and_an_override_expires_over_a_night_that_works_the_estate_out(
    journey: Journey,
) -> None:
    founders, care_service_id = journey.founders, a_green_service(journey)
    officer, manager, administrator = founders.officers[0], founders.manager, founders.administrator

    policy = officer.get("risk", "/scoring-models/1")["policy"]
    policy["quality_assessment"]["levels"]["good"] = "moderate"
    draft = {"title": "Good is not enough", "change_note": BECAUSE, "policy": policy}
    version = administrator.post("risk", "/scoring-models", draft)["version"]
    tried = manager.get("risk", f"/scoring-models/{version}/dry-run")
    moved = {each["care_service_id"]: (each["band_now"], each["band_then"]) for each in tried["changes"]}
    assert tried["change_count"] >= 1
    if tried["change_count"] <= len(moved):
        assert moved[care_service_id] == ("green", "amber")

    today = journey.today()
    wanted = {"care_service_id": care_service_id, "band": "amber", "reason": BECAUSE, "last_day": today.isoformat()}
    override = officer.post("risk", "/overrides", wanted)
    manager.post("risk", f"/overrides/{override['id']}/approval")
    stood = standing(journey, care_service_id)
    assert (stood["band"], stood["computed_band"]) == ("amber", "green")

    administrator.post("directory", "/demo/clock", {"days": 1})
    stood = standing(journey, care_service_id)
    assert (stood["band"], stood["override"]) == ("green", None)
    ended = officer.get("risk", "/overrides", care_service_id=care_service_id)["items"]
    assert [each["status"] for each in ended] == ["expired"]

    night = officer.get("risk", "/estate-refreshes")["items"][0]
    due = datetime.fromisoformat(night["due_at"]).astimezone(LONDON)
    assert (due.date(), due.hour, due.minute) == (today + timedelta(days=1), 2, 0)
    assert night["finished_at"] is not None
    assert night["refreshed_count"] == night["service_count"] >= 1
    assert night["alerted_at"] is None
