"""What a service is told is what it listens to: nothing is delivered for nobody, nothing waited for in vain."""

import pytest

from assay.members import SERVICES, load_service
from assay_contracts.wiring import TELLS


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_what_it_listens_to_and_nothing_else(name: str) -> None:
    service = load_service(name)
    told = {event for by in TELLS.values() for event, subscribers in by.items() if name in subscribers}
    everything = {event for by in TELLS.values() for event in by}
    listens_to = {event.TYPE for event in service.receives} | (everything if service.receives_all else set())
    assert listens_to

    assert told == listens_to
