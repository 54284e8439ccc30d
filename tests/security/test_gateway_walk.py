"""Every operation behind the gateway, from outside: a stranger gets 401, somebody without the right 403.

That an owner succeeds where another provider gets 404 is walked in each service's own tests, on objects made for it.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from running import Copy

from assay_contracts.roles import Role
from assay_kit.settings import Settings
from demonstration.driver import House, through_the_gateway
from demonstration.facts import people, providers
from demonstration.passwords import password
from demonstration.sign_ins import provider_email

pytestmark = pytest.mark.slow

METHODS = ("get", "put", "post", "delete", "patch")
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def operations(running_system: Copy) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, address, operation) of the one document that the gateway publishes."""
    document = httpx.get(f"{running_system.url}/api/openapi.json", timeout=30).raise_for_status().json()
    found = [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert len(found) > 200, "the combined document is not complete"
    return found


@pytest.fixture(scope="module")
def tokens(running_system: Copy) -> dict[str, str]:
    """A token for somebody with each role, and with no other."""
    settings = Settings(home=running_system.home.root, port=running_system.port)
    house = House(through_the_gateway(running_system.url), password=password(settings))
    emails = {person.roles[0]: person.email for person in people().council}
    emails[Role.PROVIDER_ADMIN] = provider_email(providers().home_care[0].name)
    given = {role: house.person(email).token() for role, email in emails.items()}
    house.close()
    return given


def address(running_system: Copy, path: str) -> str:
    parts = (NOBODY if part.startswith("{") else part for part in path.split("/"))
    return running_system.url + "/".join(parts)


def guarded(operations: list[tuple[str, str, dict[str, Any]]]) -> Iterator[tuple[str, str, list[str]]]:
    for method, path, operation in operations:
        if operation.get("security"):
            yield method, path, operation["x-roles"]


def test_a_stranger_gets_401_from_every_operation_that_is_not_public(
    running_system: Copy, operations: list[tuple[str, str, dict[str, Any]]]
) -> None:
    wrong = []
    with httpx.Client(timeout=30) as client:
        for method, path, _ in guarded(operations):
            answer = client.request(method, address(running_system, path), content=b"{")
            if answer.status_code != 401 or answer.headers["content-type"] != "application/problem+json":
                wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_somebody_without_the_right_gets_403(
    running_system: Copy, operations: list[tuple[str, str, dict[str, Any]]], tokens: dict[str, str]
) -> None:
    wrong, asked = [], 0
    with httpx.Client(timeout=30) as client:
        for number, (method, path, rights) in enumerate(guarded(operations)):
            others = [role for role in tokens if role not in rights]
            if not rights or not others:
                continue  # being signed in is enough, or everybody may
            token = tokens[others[number % len(others)]]
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.request(method, address(running_system, path), headers=headers)
            asked += 1
            if answer.status_code != 403:
                wrong.append((method, path, answer.status_code))
    assert asked > 150
    assert wrong == []


@pytest.mark.parametrize("path", ["/api/risk/events", "/api/risk/internal/clock", "/api/directory/v1/revocations"])
def test_what_is_inside_stays_inside(running_system: Copy, tokens: dict[str, str], path: str) -> None:
    headers = {"Authorization": f"Bearer {tokens[Role.ADMINISTRATOR]}"}
    assert httpx.get(running_system.url + path, headers=headers, timeout=30).status_code == 404
