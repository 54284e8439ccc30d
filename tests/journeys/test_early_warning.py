"""Early warning on the demonstration's estate, through the gateway, on the clock that can be moved: one night."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from assay_kit.calendar import LONDON
from demonstration.driver import Caller
from demonstration.main_job import Journey

pytestmark = pytest.mark.slow

BECAUSE = "The case meeting looked at it and decided so on Monday."
PATIENCE_SECONDS = 60


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for what an event brings about."""
    end = monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert monotonic() < end, f"Waited {PATIENCE_SECONDS} seconds for {what}."
        sleep(0.1)


def standing(reader: Caller, care_service_id: str) -> Any:
    return reader.get("risk", f"/care-services/{care_service_id}/band")


def a_member(manager: Caller) -> tuple[str, str, str]:
    """An active membership, the service that delivers it alone, and its provider."""
    for each in manager.get("dps-admission", "/memberships", limit=200)["items"]:
        if each["status"] == "active" and len(each["care_service_ids"]) == 1:
            return each["id"], each["care_service_ids"][0], each["provider_id"]
    raise AssertionError("No member of the demonstration delivers its membership by one service.")


def a_model_that_takes_deaths_graver(administrator: Caller, officer: Caller) -> int:
    policy = officer.get("risk", "/scoring-models/1")["policy"]
    policy["unexpected_deaths"]["steps"] = [{"up_to": 0, "level": "none"}, {"up_to": None, "level": "critical"}]
    draft = {"title": "A death is critical", "change_note": BECAUSE, "policy": policy}
    return int(administrator.post("risk", "/scoring-models", draft)["version"])


def embargoed(officer: Caller, manager: Caller, care_service_id: str, provider_id: str, today: date) -> str:
    about = {"kind": "embargo", "extent": "whole", "provider_id": provider_id, "care_service_id": care_service_id}
    why = {"reason": BECAUSE, "skip_reason": BECAUSE, "review_on": (today + timedelta(days=28)).isoformat()}
    proposed = officer.post("risk", "/interventions", about | why)["id"]
    notice = {"notice_text": "No new placements from today, for the reasons given."}
    manager.post("risk", f"/interventions/{proposed}/authorisation", notice)
    return str(proposed)


def overridden(officer: Caller, manager: Caller, care_service_id: str, today: date) -> None:
    wanted = {"care_service_id": care_service_id, "band": "red", "reason": BECAUSE, "last_day": today.isoformat()}
    override = officer.post("risk", "/overrides", wanted)["id"]
    manager.post("risk", f"/overrides/{override}/approval")


def test_a_night_tries_a_model_ends_an_override_and_leaves_an_embargo_in_force(journey: Journey) -> None:
    founders, today = journey.founders, journey.today()
    officer, manager, administrator = founders.officers[0], founders.manager, founders.administrator
    membership, embargoed_id, provider_id = a_member(manager)
    services = officer.get("risk", "/dashboard", is_embargoed=False, sort="name", limit=50)["items"]
    troubled = next(each["care_service_id"] for each in services if each["provider_id"] != provider_id)

    died = {"source_reference": f"UD-{journey.mark}", "care_service_id": troubled, "died_on": today.isoformat()}
    journey.machine.post("risk", "/unexpected-deaths", died)
    assert standing(officer, troubled)["band"] == "amber"
    version = a_model_that_takes_deaths_graver(administrator, officer)
    run = manager.post("risk", "/dry-runs", {"version": version})
    overridden(officer, manager, troubled, today)
    stood = standing(officer, troubled)
    assert (stood["band"], stood["computed_band"]) == ("red", "amber")
    embargo = embargoed(officer, manager, embargoed_id, provider_id, today)
    until(lambda: membership_of(manager, membership) == "suspended", "the membership to be suspended")

    administrator.post("directory", "/demo/clock", {"days": 1})
    the_night_is_on_record(officer, today + timedelta(days=1))
    the_model_would_move_it(manager, run["id"], troubled)
    stood = standing(officer, troubled)
    assert (stood["band"], stood["override"]) == ("amber", None)
    [ended] = officer.get("risk", "/overrides", care_service_id=troubled)["items"]
    assert ended["status"] == "expired"
    assert (standing(officer, embargoed_id)["embargo"], membership_of(manager, membership)) == ("whole", "suspended")

    manager.post("risk", f"/interventions/{embargo}/lifting", {"reason": BECAUSE})
    until(lambda: membership_of(manager, membership) == "active", "the membership to be active again")
    assert standing(officer, embargoed_id)["embargo"] is None


def membership_of(manager: Caller, membership: str) -> str:
    return str(manager.get("dps-admission", f"/memberships/{membership}")["status"])


def the_night_is_on_record(officer: Caller, morning: date) -> None:
    night = next(each for each in officer.get("risk", "/estate-refreshes")["items"] if each["cause"] == "night")
    due = datetime.fromisoformat(night["due_at"]).astimezone(LONDON)
    assert (due.date(), due.hour, due.minute) == (morning, 2, 0)
    assert night["finished_at"] is not None
    assert night["refreshed_count"] == night["service_count"] >= 1
    assert (night["failed_count"], night["alerted_at"]) == (0, None)


def the_model_would_move_it(manager: Caller, run_id: str, care_service_id: str) -> None:
    tried = manager.get("risk", f"/dry-runs/{run_id}")
    assert (tried["failure"], tried["done_count"]) == (None, tried["service_count"])
    assert tried["change_count"] >= 1
    changes = manager.get("risk", f"/dry-runs/{run_id}/changes", limit=200)["items"]
    moved = {each["care_service_id"]: (each["band_now"], each["band_then"]) for each in changes}
    assert moved[care_service_id] == ("amber", "red")
