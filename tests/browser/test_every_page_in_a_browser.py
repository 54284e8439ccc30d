"""Every page that each role can reach: no accessibility violation, nothing blocked, nothing off the screen."""

from collections.abc import Callable, Collection

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it ships no types
from make_crawl import crawl, watch_console
from playwright.sync_api import BrowserContext, Page

AXE = Axe()
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

FOR_ALL = {"/register", "/register/*", "/accessibility", "/cookies"}
"""Pages that are the same for everybody: looked at once."""

# Who looks, and pages that they must have reached by links alone.
PEOPLE = {
    "officer@council.example": {"/dashboard", "/care-services/*", "/assessments", "/assessments/*", "/interventions/*"},
    "commissioner@council.example": {"/dashboard", "/lot-applications", "/register/*"},
    "manager@council.example": {"/lot-applications", "/interventions", "/care-services/*"},
    "administrator@council.example": {"/", "/outbox", "/clock"},
    "viewer@council.example": {"/", "/dashboard", "/care-services/*"},
    "auditor@council.example": {"/", "/lot-applications", "/assessments", "/interventions"},
}


def _violations(page: Page) -> list[str]:
    found = AXE.run(page, options=STANDARDS).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def _is_wider_than_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def _look_at_everything(page: Page, *starts: str, but: Collection[str] = ()) -> set[str]:
    """`but`: shapes that another test looks at."""
    heard = watch_console(page)
    reached: set[str] = set()
    for shape in crawl(page, *starts):
        reached.add(shape)
        if shape in but:
            continue
        assert not _violations(page), shape
        assert not heard(), shape
        assert page.title().endswith("Assay"), shape
        assert page.locator("h1").count() == 1, shape
        page.set_viewport_size({"width": 320, "height": 900})
        assert not _is_wider_than_its_window(page), f"{shape} does not fit into 320 pixels"
        page.set_viewport_size({"width": 1200, "height": 900})
    return reached


@pytest.mark.parametrize("email", sorted(PEOPLE))
def test_every_page_of_the_council_is_accessible(email: str, signed_in_as: Callable[..., Page]) -> None:
    reached = _look_at_everything(signed_in_as(email), "/", but=FOR_ALL)
    assert PEOPLE[email] <= reached


def test_every_page_of_a_provider_is_accessible(provider_email: str, signed_in_as: Callable[..., Page]) -> None:
    reached = _look_at_everything(signed_in_as(provider_email), "/", but=FOR_ALL)
    assert {"/organisation", "/applications/*", "/applications/*/lots", "/assessments/*/answers/*"} <= reached


def test_every_page_of_a_stranger_is_accessible(open_context: Callable[..., BrowserContext]) -> None:
    page = open_context().new_page()
    page.goto("/")
    reached = _look_at_everything(page, "/")
    assert {"/", "/sign-in", "/registration", *FOR_ALL} <= reached


def test_a_form_with_errors_is_accessible_and_puts_the_focus_on_them(
    open_context: Callable[..., BrowserContext],
) -> None:
    page = open_context().new_page()
    page.goto("/registration")
    page.get_by_label("Your full name").fill("Olive Owner")
    page.get_by_role("button", name="Register").click()
    page.get_by_text("There is a problem").wait_for()
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert page.get_by_label("Your full name").input_value() == "Olive Owner"
    assert not _violations(page)
    page.get_by_role("link", name="Enter name of the organisation").click()
    assert page.evaluate("document.activeElement.id") == "name"


def test_the_first_stop_of_the_keyboard_leads_to_the_content(open_context: Callable[..., BrowserContext]) -> None:
    page = open_context().new_page()
    page.goto("/register")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Enter")
    page.wait_for_url("**/register#main-content")  # the page tells its address a moment after the key
