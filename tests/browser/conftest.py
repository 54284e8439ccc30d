"""A real browser before the whole system. Skipped, and saying so, where there is no Chromium; a failure in CI."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from running import Copy

from assay_kit.settings import Settings
from demonstration.driver import House, through_the_gateway
from demonstration.facts import providers
from demonstration.passwords import password as demonstration_password
from demonstration.sign_ins import provider_email as email_of

CHROMIUM = Path(os.environ.get("ASSAY_CHROMIUM") or "/usr/bin/chromium")
# Headless and as root: nothing of a desktop, and no word to anybody outside.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SignIn = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists() and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason=f"there is no Chromium at {CHROMIUM}"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole run: while Playwright is there its event loop is the only one that this process may have.

    "package" would be the whole run: a folder without `__init__.py` is no package to pytest.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_context(chromium: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """A fresh browser profile; `javascript=False` and `width=` as wanted."""
    opened: list[BrowserContext] = []

    def make(*, javascript: bool = True, width: int = 1200) -> BrowserContext:
        context = chromium.new_context(
            base_url=address, java_script_enabled=javascript, viewport={"width": width, "height": 900}
        )
        context.set_default_timeout(20_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def signed_in_as(open_context: Callable[..., BrowserContext], password: str) -> SignIn:
    def sign_in(email: str, **how: bool | int) -> Page:
        page = open_context(**how).new_page()
        page.goto("/sign-in")
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    return sign_in


@pytest.fixture(scope="session")
def address(running_system: Copy, lived_in: None) -> str:
    return running_system.url


@pytest.fixture(scope="session")
def password(running_system: Copy) -> str:
    return demonstration_password(Settings(home=running_system.home.root))


@pytest.fixture(scope="session")
def provider_email() -> str:
    """The administrator of a provider of the demonstration."""
    return email_of(providers().home_care[0].name)


@pytest.fixture(scope="session")
def lived_in(running_system: Copy, password: str, provider_email: str) -> Iterator[None]:
    """A house in which things are under way: an embargo in force, a self-assessment and an application begun."""
    house = House(through_the_gateway(running_system.url), password=password)
    officer, manager = house.person("officer@council.example"), house.person("manager@council.example")
    owner = house.person(provider_email)
    [service, *_] = owner.get("directory", "/care-services")["items"]
    about = {"provider_id": service["provider_id"], "care_service_id": service["id"]}
    proposal = {
        "kind": "embargo",
        "extent": "whole",
        "reason": "So that the browser has an embargo to look at.",
        "review_on": "2036-03-02",
        "conditions": [{"wording": "Review every care plan"}],
    }
    proposed = officer.post("risk", "/interventions", about | proposal)
    notice = {"notice_text": "No new placements from today. You may answer."}
    manager.post("risk", f"/interventions/{proposed['id']}/authorisation", notice)
    if not owner.get("assessment", "/assessments", status="self_assessing")["items"]:
        wanted = {"care_service_id": service["id"], "cause": "responsive"}
        scheduled = officer.post("assessment", "/assessments", wanted)
        owner.post("assessment", f"/assessments/{scheduled['id']}/self-assessment")
    schemes = owner.get("dps-admission", "/schemes")["items"]
    scheme = next(each for each in schemes if each["status"] == "open")
    owner.post("dps-admission", "/applications", {"scheme_id": scheme["id"]})
    yield
    house.close()
