"""What a service is told is what it listens to: nothing is delivered for nobody, nothing waited for in vain."""

import re
from pathlib import Path

import pytest

from assay.members import SERVICES, load_service
from assay_contracts.wiring import TELLS

README = Path(__file__).parents[2] / "README.md"
_EVENTS_DRAWN = re.compile(r"^ *([\w-]+) -\. .+ \.-> (.+)$", re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_what_it_listens_to_and_nothing_else(name: str) -> None:
    service = load_service(name)
    told = {event for by in TELLS.values() for event, subscribers in by.items() if name in subscribers}
    everything = {event for by in TELLS.values() for event in by}
    listens_to = {event.TYPE for event in service.receives} | (everything if service.receives_all else set())
    assert listens_to

    assert told == listens_to


def test_the_readme_draws_who_hears_of_whom() -> None:
    """All but the directory, which hears everything and is drawn with no arrow."""
    drawn = {
        (teller, hearer.strip().replace("dps", "dps-admission"))
        for teller, hearers in _EVENTS_DRAWN.findall(README.read_text(encoding="utf-8"))
        for hearer in hearers.split("&")
    }
    wired = {
        (teller, hearer)
        for teller, events in TELLS.items()
        for subscribers in events.values()
        for hearer in subscribers
        if hearer != "directory"
    }
    assert wired

    assert drawn == wired
