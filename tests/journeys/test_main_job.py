"""The main job end to end, as `make journey` runs it, and the register that it begins from."""

import httpx
import pytest
from running import Copy

from demonstration.facts import arrangements

pytestmark = pytest.mark.slow


def test_the_journey_passes_twice_in_a_row(running_system: Copy) -> None:
    for _ in range(2):
        done = running_system.command("journey", "--url", running_system.url)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "runs end to end" in done.stdout


def test_the_journey_fails_loudly_at_the_first_wrong_answer(running_system: Copy) -> None:
    done = running_system.command("journey", "--url", f"{running_system.url}/nowhere")
    assert done.returncode == 1
    assert "stopped at step" in done.stdout


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
