"""The main job end to end, as `make journey` runs it, and once more while everything is killed in turn."""

from collections import Counter
from collections.abc import Iterator
from itertools import cycle

import httpx
import main_job
import pytest
from running import Copy

from assay_kit.settings import Settings
from demonstration.driver import House, through_the_gateway
from demonstration.facts import arrangements
from demonstration.founding import Founders
from demonstration.passwords import password

pytestmark = pytest.mark.slow

# Everything that runs, the database too; the worker twice, because it is what delivers.
VICTIMS = ("worker", "directory", "dps-admission", "worker", "assessment", "postgres", "risk", "gateway", "portal")


@pytest.fixture
def journey(running_system: Copy) -> Iterator[main_job.Journey]:
    settings = Settings(home=running_system.home.root, port=running_system.port)
    house = House(through_the_gateway(running_system.url), password=password(settings))
    machine = house.machine("case-management", settings.secret("client-case-management"))
    yield main_job.Journey(house, Founders(house, settings), machine, say=print)
    house.close()


def test_the_journey_passes_twice_in_a_row(running_system: Copy) -> None:
    for _ in range(2):
        done = running_system.command("journey", "--url", running_system.url)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "runs end to end" in done.stdout


def test_the_journey_fails_loudly_at_the_first_wrong_answer(running_system: Copy) -> None:
    done = running_system.command("journey", "--url", f"{running_system.url}/nowhere")
    assert done.returncode == 1
    assert "stopped at step" in done.stdout


def test_killing_everything_in_turn_loses_nothing_and_doubles_nothing(
    running_system: Copy, journey: main_job.Journey
) -> None:
    """Between the steps of a journey one program after the other ends as in a power cut."""
    victims = cycle(VICTIMS)

    def kill_one(what: str) -> None:
        print(what)
        running_system.kill(next(victims))

    journey.say = kill_one
    timeline = journey.walk()

    assert journey.steps >= len(VICTIMS)
    steps = Counter(
        (entry["object_kind"], entry["object_id"], entry["step"], entry["from_status"]) for entry in timeline
    )
    assert steps
    assert set(steps.values()) == {1}
    ids = feed_of(journey)
    assert ids
    assert len(ids) == len(set(ids))


def feed_of(journey: main_job.Journey) -> list[str]:
    """The id of every event that the outside is told of, in order."""
    ids: list[str] = []
    after = 0
    while page := journey.machine.get("directory", "/feed", after=after, limit=200)["items"]:
        ids += [each["event"]["id"] for each in page]
        after = page[-1]["number"]
    return ids


def test_an_event_that_fell_due_while_its_subscriber_was_down_arrives_when_it_returns(
    running_system: Copy, journey: main_job.Journey
) -> None:
    member = journey.a_provider_registers()
    lot = journey.a_lot_is_open()
    membership = journey.the_provider_is_admitted(member, lot)

    with running_system.stopped("dps-admission"):
        answer = httpx.get(f"{running_system.url}/api/dps-admission/v1/schemes", headers=headers(journey), timeout=30)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        journey.an_embargo_is_imposed(member)

    journey.the_membership_is_suspended(membership, member)


def headers(journey: main_job.Journey) -> dict[str, str]:
    return {"Authorization": f"Bearer {journey.founders.commissioner.token()}"}


@pytest.mark.parametrize(("lot", "appointed"), arrangements().appointed_on_that_day.items())
def test_the_register_gives_the_numbers_of_the_papers(running_system: Copy, lot: str, appointed: int) -> None:
    """As at 25 January 2024, by what anybody may read without signing in."""
    name = next(each.name for scheme in arrangements().schemes for each in scheme.lots if each.key == lot)
    gateway = f"{running_system.url}/api/dps-admission/v1/register"
    lots = httpx.get(f"{gateway}/lots", timeout=30).raise_for_status().json()["items"]
    [found] = [each["lot_id"] for each in lots if each["lot_name"] == name]
    day = arrangements().register_on.isoformat()
    register = httpx.get(f"{gateway}/lots/{found}", params={"as_at": day}, timeout=30).raise_for_status().json()
    assert len(register["members"]) == appointed
