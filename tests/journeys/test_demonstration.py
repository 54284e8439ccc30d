"""The demonstration's stories, told of a few providers: every band, everything under way, and always the same."""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Copy

from assay_kit.settings import Settings
from demonstration.driver import Caller, House, through_the_gateway
from demonstration.facts import providers
from demonstration.passwords import password

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TOLD = Path(__file__).with_name("told.json")
"""What is always told. After a change of the stories run this file once with ASSAY_TELL_AGAIN=1."""

Told = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    root = Path(tempfile.mkdtemp(prefix="assay-told-"))
    root.chmod(0o755)
    try:
        yield told_in(Copy(root, ASSAY_MODE="demonstration", ASSAY_DEMONSTRATION="sample"))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def told_in(copy: Copy) -> Told:
    with copy.up():
        settings = Settings(home=copy.home.root, port=copy.port)
        house = House(through_the_gateway(copy.url), password=password(settings))
        try:
            return what_it_tells(house.person("officer@council.example"), house.person("manager@council.example"))
        finally:
            house.close()


def what_it_tells(officer: Caller, manager: Caller) -> Told:
    asked = {
        "bands": (officer, "risk", "/dashboard", ("care_service_name", "band", "embargo")),
        "assessments": (officer, "assessment", "/assessments", ("reference", "status", "rating")),
        "plans": (officer, "assessment", "/remedial-plans", ("status",)),
        "interventions": (officer, "risk", "/interventions", ("reference", "kind", "status")),
        "intelligence": (officer, "risk", "/intelligence", ("kind", "event_on", "restricted", "narrative")),
        "contracts": (officer, "directory", "/contracts", ("reference", "starts_on")),
    }
    told = {what: everything(*question) for what, question in asked.items()}
    return told | {"applications": applications(manager), "indicators": indicators(officer)}


def indicators(officer: Caller) -> list[tuple[Any, ...]]:
    """What each indicator says of any service: its state and its level."""
    services = everything(officer, "risk", "/dashboard", ("care_service_id",))
    results = [officer.get("risk", f"/care-services/{each}/band")["result"] for (each,) in services]
    said = {(each["indicator"], each["state"], each["level"]) for result in results for each in result["readings"]}
    return sorted(said, key=str)


def applications(manager: Caller) -> list[tuple[Any, ...]]:
    """Each with its state, and whether its evaluators' report is made."""
    found = everything(manager, "dps-admission", "/lot-applications", ("received_at", "status", "id"))
    reports = {at: manager.send("GET", "dps-admission", f"/lot-applications/{part}/report") for at, _, part in found}
    return [(at, status, reports[at].is_success) for at, status, _ in found]


def everything(caller: Caller, service: str, path: str, wanted: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Every item of a list, cut down to what has a name and no id; in an order of its own."""
    found: list[tuple[Any, ...]] = []
    cursor: dict[str, Any] = {}
    while True:
        page = caller.get(service, path, limit=200, **cursor)
        found += [tuple(item[name] for name in wanted) for item in page["items"]]
        if not page.get("next_cursor"):
            return sorted(found, key=str)
        cursor = {"cursor": page["next_cursor"]}


def states(told: Told, what: str) -> Counter[Any]:
    column = {"assessments": 1, "plans": 0, "interventions": 2, "bands": 1}[what]
    return Counter(row[column] for row in told[what])


def test_every_band_is_there_to_see(told: Told) -> None:
    assert set(states(told, "bands")) == {"green", "amber", "red", "not_enough_information"}
    bands = {name.removesuffix(" (invented)"): band for name, band, _ in told["bands"]}
    of_stories = {each.story: bands[each.name] for each in providers().sample if each.story}
    assert of_stories["unknown"] == "not_enough_information", "missing data is never Green"
    assert {of_stories[story] for story in ("failing", "insolvent", "troubled")} == {"red"}


def test_the_ten_indicators_are_all_live(told: Told) -> None:
    """Each is known of some service, and of some it says something."""
    said = told["indicators"]
    known = {indicator for indicator, state, _ in said if state == "known"}
    telling = {indicator for indicator, _, level in said if level not in {None, "none"}}
    assert (len(known), known - telling) == (10, set())


def test_something_of_everything_is_under_way(told: Told) -> None:
    assert {"scheduled", "submitted", "draft_issued", "published"} <= set(states(told, "assessments"))
    assert "submitted" in states(told, "plans")
    assert sorted(is_reported for _, status, is_reported in told["applications"] if status == "evaluating") == [
        False,
        True,
    ]
    assert {"proposed", "issued"} <= set(states(told, "interventions"))


def test_what_an_officer_learnt_is_there_and_some_of_it_restricted(told: Told) -> None:
    assert {("manager_vacancy", False), ("whistleblowing", True)} <= {(row[0], row[2]) for row in told["intelligence"]}


def test_who_is_under_no_arrangement_has_a_contract(told: Told) -> None:
    outside = [each for each in providers().sample if each.lot is None]
    assert outside
    assert len(told["contracts"]) == len(outside)


def test_the_same_is_told_every_time(told: Told) -> None:
    """On every machine, whatever day it is there."""
    if os.environ.get("ASSAY_TELL_AGAIN"):
        TOLD.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.skip("written anew")
    assert all(told.values())
    assert json.loads(json.dumps(told)) == json.loads(TOLD.read_text(encoding="utf-8"))
