"""What every page has: strict headers, forms that only our own pages can send, and failures in plain words."""

import logging
import re

import pytest
from fastapi import FastAPI
from make_portal import Browser, FakeServices, served
from starlette.routing import Route

from assay_kit.settings import Settings
from assay_kit.testing import given_keys
from portal.main import create_app


def _posting_paths(app: FastAPI) -> list[str]:
    """Every address that takes a form, with ids filled in."""
    found: list[str] = []

    def walk(routes: list[object]) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)
            elif isinstance(route, Route) and "POST" in (route.methods or ()):
                found.append(re.sub(r"{[^}]+}", "018f0000-0000-7000-8000-000000000009", route.path))

    walk(list(app.routes))
    return found


def test_no_form_is_accepted_without_our_mark(portal: tuple[FastAPI, str], browser: Browser) -> None:
    browser.sign_in("officer@council.test")
    paths = _posting_paths(portal[0])
    assert len(paths) > 3
    for path in paths:
        answer = browser.client.post(path, data={"csrf": "0" * 48}, follow_redirects=False)
        assert answer.status_code == 403, path
        assert "Your form could not be accepted" in answer.text


def test_a_mark_of_another_visitor_does_not_count(browser: Browser, portal: tuple[FastAPI, str]) -> None:
    other = Browser(portal[1])
    other.open("/sign-in")
    browser.open("/sign-in")
    answer = browser.client.post("/sign-in", data={"csrf": other.mark(), "username": "a", "password": "b"})
    other.client.close()
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/sign-in", "/no-such-page", "/static/mark.svg"])
def test_every_answer_keeps_the_browser_strict(browser: Browser, path: str) -> None:
    headers = browser.open(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-request-id"]


def test_no_page_has_inline_script_or_style(browser: Browser) -> None:
    for path in ("/", "/sign-in", "/accessibility", "/cookies", "/no-such-page"):
        text = browser.open(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path


def test_a_page_that_is_not_there_says_so_with_a_reference(browser: Browser) -> None:
    page = browser.open("/no-such-page")
    assert page.status_code == 404
    assert "Page not found" in page.text
    assert page.headers["x-request-id"] in page.text


def test_the_request_id_of_the_gateway_is_kept_and_a_strange_one_is_not(browser: Browser) -> None:
    kept = browser.client.get("/cookies", headers={"X-Request-ID": "abcdef-123456"})
    assert kept.headers["x-request-id"] == "abcdef-123456"
    strange = browser.client.get("/cookies", headers={"X-Request-ID": "<script>"})
    assert "<" not in strange.headers["x-request-id"]


def test_a_fault_of_our_own_is_a_page_without_anything_of_the_inside(
    portal: tuple[FastAPI, str], browser: Browser
) -> None:
    app = portal[0]
    kept = app.state.pages.loader.mapping["portal"]
    app.state.pages.cache.clear()
    template = app.state.pages.get_template("portal/information/cookies.html")
    root = template.root_render_func

    def break_it(*_: object) -> object:
        raise RuntimeError("secret detail")

    template.root_render_func = break_it
    try:
        page = browser.open("/cookies")
    finally:
        template.root_render_func = root
    assert kept is app.state.pages.loader.mapping["portal"]
    assert page.status_code == 500
    assert "there is a problem with the service" in page.text
    assert "secret detail" not in page.text
    assert page.headers["x-request-id"] in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_banner_says_the_business_day_and_that_nothing_is_real(browser: Browser) -> None:
    page = browser.open("/cookies")
    assert "2 March 2026" in page.text
    assert "invented" in page.text


def test_health_and_readiness_need_no_one_signed_in(browser: Browser, services: FakeServices) -> None:
    services.is_down = True
    assert browser.client.get("/health").status_code == 200
    assert browser.client.get("/ready").status_code == 200


def test_without_its_database_the_portal_says_so_and_public_pages_stand(
    settings: Settings, the_services: tuple[FakeServices, str], services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_URL_DIRECTORY", the_services[1])
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    handlers = logging.getLogger().handlers
    with served(create_app(settings, keys=given_keys(settings), session_url=nowhere)) as address:
        browser = Browser(address)
        assert browser.open("/sign-in").status_code == 200
        page = browser.client.get("/", headers={"Cookie": "assay_session=somebody"})
        assert page.status_code == 503
        assert "The part that keeps people signed in does not answer" in page.text
        assert browser.client.get("/ready").status_code == 503
        assert browser.client.get("/health").status_code == 200
        browser.client.close()
    logging.getLogger().handlers = handlers
