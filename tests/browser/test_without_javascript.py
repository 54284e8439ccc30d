"""The key flow without JavaScript: a newcomer registers, adds a service, begins an application and answers a page."""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page, expect

PASSWORD = "three unrelated words 47"


def _register(page: Page, name: str, email: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Register your organisation").click()
    page.get_by_label("Name of the organisation").fill(name)
    page.get_by_label("Sole trader").check()
    page.get_by_label("Your full name").fill("Olive Owner")
    page.get_by_label("Your email address").fill(email)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Your organisation has been registered")).to_be_visible()


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as")).to_be_visible()


def _add_service(page: Page, name: str) -> None:
    page.get_by_role("link", name="My services").first.click()
    page.get_by_role("button", name="Add a service").click()
    page.get_by_label("Name of the service").fill(name)
    page.get_by_label("Home care", exact=True).check()
    page.get_by_label("Older people").check()
    for question in ("Is it registered with the Care", "Must it have a registered", "Does it prepare food"):
        page.get_by_role("group", name=question).get_by_label("No").check()
    page.get_by_label("Number of people supported now").fill("1,364")
    for part, value in (("Day", "1"), ("Month", "4"), ("Year", "2020")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_role("button", name="Add service").click()
    expect(page.get_by_text("The service has been added.")).to_be_visible()


def test_a_newcomer_registers_and_begins_an_application_without_javascript(
    open_context: Callable[..., BrowserContext],
) -> None:
    page = open_context(javascript=False).new_page()
    mark = uuid4().hex[:8]
    email = f"owner-{mark}@newcomer.example"
    _register(page, f"Newcomer Care {mark} (invented)", email)
    _sign_in(page, email)
    _add_service(page, f"Newcomer Home Care {mark}")

    page.get_by_role("link", name="My applications").first.click()
    page.get_by_role("button", name="Start an application").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Choose lots, zones and services").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_label(f"Newcomer Home Care {mark}").check()
    page.get_by_role("button", name="Save").click()

    pages = page.locator(".govuk-task-list__link")
    assert pages.count() > 1
    pages.nth(1).click()
    box = page.locator("main textarea, main input[type=text]").first
    box.fill("An answer that stays")
    page.get_by_role("button", name="Save and go back").click()
    page.locator(".govuk-task-list__link").nth(1).click()
    expect(page.locator("main textarea, main input[type=text]").first).to_have_value("An answer that stays")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()


def test_the_dashboard_filters_without_javascript(signed_in_as: Callable[..., Page]) -> None:
    page = signed_in_as("officer@council.example", javascript=False)
    page.goto("/dashboard")
    page.get_by_label("Band").select_option(label="Red")
    page.get_by_role("button", name="Show").click()
    assert "band=red" in page.url
    bands = page.locator("table .app-band").all_text_contents()
    assert bands
    assert set(bands) == {"Red"}
