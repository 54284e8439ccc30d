"""One set of services and one gateway for all tests of a file."""

from collections.abc import Iterator

import httpx
import pytest
from make_gateway import FakeService, Running, serving_fakes, serving_gateway


@pytest.fixture(scope="module")
def fakes() -> Iterator[dict[str, FakeService]]:
    with serving_fakes() as (services, environment), pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield services


@pytest.fixture(scope="module")
def running(fakes: dict[str, FakeService]) -> Iterator[Running]:
    with serving_gateway(fakes) as gateway:
        yield gateway


@pytest.fixture
def door(running: Running) -> Iterator[httpx.Client]:
    """A client at the door; the services have forgotten who came before."""
    for service in running.services.values():
        service.seen.clear()
        service.gave_up.clear()
        service.go_on.clear()
    with httpx.Client(base_url=running.url, timeout=10) as client:
        yield client
