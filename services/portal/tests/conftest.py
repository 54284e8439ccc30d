"""The portal on a real port, on a real PostgreSQL, before services that are a real HTTP server."""

import logging
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from make_portal import Browser, FakeServices, served

from assay_kit.database import DatabaseRole, database_url
from assay_kit.provisioning import create_database, migrate
from assay_kit.settings import Settings
from assay_kit.testing import given_keys
from portal.main import create_app

SERVICES = ("DIRECTORY", "DPS_ADMISSION", "ASSESSMENT", "RISK")


@pytest.fixture(scope="session")
def session_url(settings: Settings) -> str:
    create_database(settings, "portal")
    migrate("portal", database_url(settings, "portal", DatabaseRole.OWNER))
    return database_url(settings, "portal")


@pytest.fixture(scope="session")
def the_services(settings: Settings) -> Iterator[tuple[FakeServices, str]]:
    fake = FakeServices(settings)
    with served(fake) as address:
        yield fake, address


@pytest.fixture(scope="package")  # where the services are is said in the environment, and others have their own
def portal(
    settings: Settings, session_url: str, the_services: tuple[FakeServices, str]
) -> Iterator[tuple[FastAPI, str]]:
    with pytest.MonkeyPatch.context() as patch:
        for name in SERVICES:
            patch.setenv(f"ASSAY_URL_{name}", the_services[1])
        app = create_app(settings, keys=given_keys(settings), session_url=session_url)
        handlers = logging.getLogger().handlers
        with served(app) as address:
            yield app, address
        # The portal logs to the output of the test that was running when it started; nothing else should.
        logging.getLogger().handlers = handlers


@pytest.fixture
def services(the_services: tuple[FakeServices, str]) -> FakeServices:
    fake = the_services[0]
    fake.__init__(fake.settings)  # type: ignore[misc] # begin each test knowing nobody and having said nothing
    fake.says("GET", "/v1/demo/clock", {"now": "2026-03-02T12:00:00Z"})
    fake.person("officer@council.test", "compliance_officer", name="Olu Officer")
    nothing: dict[str, object] = {"items": [], "next_cursor": None, "notice": None}
    for path in (
        "/v1/interventions",
        "/v1/remedial-plans",
        "/v1/assessments",
        "/v1/applications",
        "/v1/lot-applications",
        "/v1/messages",
    ):
        fake.says("GET", path, nothing)
    for path in (
        "/v1/care-services",
        "/v1/providers",
        "/v1/memberships",
        "/v1/people",
        "/v1/evidence",
        "/v1/intelligence",
        "/v1/placement-offers",
        "/v1/procurements",
        "/v1/own-care-services",
    ):
        fake.says("GET", path, nothing)
    fake.says("GET", "/v1/dashboard", nothing)
    fake.says("GET", "/v1/dashboard-counts", {"red": 2, "amber": 3, "green": 5, "not_enough_information": 1})
    return fake


@pytest.fixture
def browser(portal: tuple[FastAPI, str], services: FakeServices) -> Iterator[Browser]:
    portal[0].state.clock.forget()  # what it was told, or not told, before this test
    browser = Browser(portal[1])
    yield browser
    browser.client.close()


@pytest.fixture
def signed_in_as(portal: tuple[FastAPI, str], services: FakeServices) -> Iterator[Callable[..., Browser]]:
    opened: list[Browser] = []

    def sign_in(*roles: str, org: str | None = None, name: str = "Sam Porter") -> Browser:
        email = f"{'-'.join(roles)}@people.test"
        services.person(email, *roles, org=org, name=name)
        browser = Browser(portal[1])
        opened.append(browser)
        assert browser.sign_in(email).status_code == 200
        return browser

    yield sign_in
    for each in opened:
        each.client.close()
