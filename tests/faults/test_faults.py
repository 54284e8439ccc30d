"""Programs end as in a power cut while the main job is walked: nothing is lost and nothing is done twice."""

import os
import signal
from collections import Counter
from itertools import cycle
from typing import Any

import httpx
import pytest
from running import Copy, until

from assay.members import SERVICES
from assay.supervision import Supervisor
from assay_contracts.messages import MessageRequested
from assay_kit.callers import caller
from assay_kit.settings import Settings
from demonstration.main_job import Journey

pytestmark = pytest.mark.slow

SERVER = "the database server"
# Everything that runs, the database's holder and the server itself; the worker twice, because it is what delivers.
VICTIMS = (
    "worker", "directory", SERVER, "dps-admission", "worker", "assessment", "postgres", "risk", "gateway", "portal",
)  # fmt: skip


def kill(running_system: Copy, victim: str) -> None:
    if victim == SERVER:
        running_system.kill_the_database_server()
    else:
        running_system.kill(victim)


def test_killing_everything_in_turn_loses_nothing_and_doubles_nothing(running_system: Copy, journey: Journey) -> None:
    """Between the steps of a journey one program after the other ends as in a power cut."""
    victims = cycle(VICTIMS)

    def kill_one(what: str) -> None:
        print(what)
        kill(running_system, next(victims))

    journey.say = kill_one
    timeline = journey.walk()

    assert journey.steps >= len(VICTIMS)
    steps = Counter(
        (entry["object_kind"], entry["object_id"], entry["step"], entry["from_status"]) for entry in timeline
    )
    assert steps
    assert set(steps.values()) == {1}
    assert_told_once(running_system, journey)


def test_what_an_embargo_tells_arrives_when_teller_and_hearer_die_at_that_moment(
    running_system: Copy, journey: Journey
) -> None:
    member = journey.a_provider_registers()
    membership = journey.the_provider_is_admitted(member, journey.a_lot_is_open())
    states = Supervisor(running_system.home).states()
    victims = ("worker", "dps-admission", "directory")

    journey.an_embargo_is_imposed(member)
    for victim in victims:
        os.kill(states[victim].pid, signal.SIGKILL)

    until(lambda: all(running_system.is_back(victim, states[victim].pid) for victim in victims), "all three to be back")
    until(running_system.is_ready, "everything to be ready again")
    journey.the_membership_is_suspended(membership, member)
    assert_told_once(running_system, journey)


def test_an_event_that_fell_due_while_its_subscriber_was_down_arrives_when_it_returns(
    running_system: Copy, journey: Journey
) -> None:
    member = journey.a_provider_registers()
    lot = journey.a_lot_is_open()
    membership = journey.the_provider_is_admitted(member, lot)

    with running_system.stopped("dps-admission"):
        headers = {"Authorization": f"Bearer {journey.founders.commissioner.token()}"}
        answer = httpx.get(f"{running_system.url}/api/dps-admission/v1/schemes", headers=headers, timeout=30)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        journey.an_embargo_is_imposed(member)

    journey.the_membership_is_suspended(membership, member)


def assert_told_once(running_system: Copy, journey: Journey) -> None:
    """Outside, everything that any service told; to each recipient, one letter under a reference."""
    settings = Settings(home=running_system.home.root, port=running_system.port)
    with caller(settings, "directory", timeout=30.0) as inside:
        told = {service: log_of(inside, settings, service) for service in SERVICES}
    wanted = Counter(event["id"] for log in told.values() for event in log if event["type"] != MessageRequested.TYPE)
    assert all(told.values())
    until(lambda: Counter(feed_of(journey)) == wanted, "the feed to say what the services told, once", seconds=60)
    letters = letters_of(journey)
    assert letters
    assert set(letters.values()) == {1}
    requests = [event for log in told.values() for event in log if event["type"] == MessageRequested.TYPE]
    asked = {event["data"]["reference"] for event in requests}
    assert asked
    until(lambda: asked <= {reference for reference, _ in letters_of(journey)}, "every letter", seconds=60)


def log_of(inside: httpx.Client, settings: Settings, service: str) -> list[dict[str, Any]]:
    """Every event that a service has told, by its own log."""
    events: list[dict[str, Any]] = []
    after = 0
    address = f"{settings.service_url(service)}/events"
    while page := inside.get(address, params={"after": after, "limit": 200}).raise_for_status().json():
        events += [each["event"] for each in page]
        after = page[-1]["sequence"]
    return events


def feed_of(journey: Journey) -> list[str]:
    """The id of every event that the outside is told of, in order."""
    ids: list[str] = []
    after = 0
    while page := journey.machine.get("directory", "/feed", after=after, limit=200)["items"]:
        ids += [each["event"]["id"] for each in page]
        after = page[-1]["number"]
    return ids


def letters_of(journey: Journey) -> Counter[tuple[str, str | None]]:
    """How often each recipient was written to under each reference."""
    found: Counter[tuple[str, str | None]] = Counter()
    cursor: dict[str, str] = {}
    while True:
        page = journey.founders.administrator.get("directory", "/messages", limit=200, **cursor)
        found.update((each["reference"], each["email"]) for each in page["items"])
        if not page["next_cursor"]:
            return found
        cursor = {"cursor": page["next_cursor"]}
