"""Signing in, staying signed in, signing out."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
from make_portal import Browser, FakeServices
from sqlalchemy import make_url


def _rows(session_url: str) -> list[tuple[str, str, str]]:
    plain = make_url(session_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        return connection.execute("SELECT id, subject, sealed FROM browser_session").fetchall()


def test_a_person_who_signs_in_is_named_on_the_page_and_can_sign_out(browser: Browser) -> None:
    page = browser.sign_in("officer@council.test")
    assert page.status_code == 200
    assert "Olu Officer" in page.text
    assert "Contract compliance officer" in page.text
    page = browser.send("/sign-out")
    assert "You have signed out" in page.text
    assert browser.client.get("/dashboard").url.path == "/sign-in"


def test_a_wrong_password_keeps_the_address_and_says_what_is_wrong(browser: Browser) -> None:
    page = browser.sign_in("officer@council.test", "wrong")
    assert page.status_code == 422
    assert "<title>Error: Sign in" in page.text
    assert 'value="officer@council.test"' in page.text
    assert 'href="#username"' in page.text
    assert "wrong" not in page.text.replace("wrong password", "")


def test_nothing_typed_is_named_field_by_field(browser: Browser) -> None:
    page = browser.sign_in("", "")
    assert "Enter email address" in page.text
    assert "Enter your password" in page.text


def test_after_signing_in_the_page_that_was_wanted_opens(browser: Browser, services: FakeServices) -> None:
    asked = browser.open("/dashboard?band=red")
    assert asked.url.path == "/sign-in"
    address = f"/sign-in?{asked.url.query.decode()}"
    browser.send(address, username="officer@council.test", password="correct horse battery")
    assert browser.page is not None
    assert str(browser.page.url).endswith("/dashboard?band=red")


def test_signing_in_never_leads_to_another_site(browser: Browser) -> None:
    for elsewhere in ("//evil.test", "https://evil.test", "/\\evil.test"):
        browser.client.cookies.clear()
        browser.open("/sign-in")
        answer = browser.client.post(
            "/sign-in",
            params={"next": elsewhere},
            data={"csrf": browser.mark(), "username": "officer@council.test", "password": "correct horse battery"},
            follow_redirects=False,
        )
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"


def test_the_table_of_sessions_alone_signs_nobody_in(browser: Browser, session_url: str) -> None:
    browser.sign_in("officer@council.test")
    cookie = browser.client.cookies["assay_session"]
    rows = _rows(session_url)
    assert rows
    for key, _, sealed in rows:
        assert cookie not in key
        assert cookie not in sealed
        assert "eyJ" not in sealed[:8]


def test_the_cookies_are_closed_to_scripts_and_to_other_sites(browser: Browser) -> None:
    browser.open("/sign-in")
    answer = browser.client.post(
        "/sign-in",
        data={"csrf": browser.mark(), "username": "officer@council.test", "password": "correct horse battery"},
        follow_redirects=False,
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_two_tabs_that_renew_at_once_use_the_refresh_token_once(browser: Browser, services: FakeServices) -> None:
    services.token_seconds = 10
    browser.sign_in("officer@council.test")
    services.refreshed.clear()
    services.token_seconds = 900
    with ThreadPoolExecutor(4) as tabs:
        pages = list(tabs.map(lambda _: browser.client.get("/cookies"), range(4)))
    assert [page.status_code for page in pages] == [200] * 4
    assert len(services.refreshed) == 1
    assert all("Olu Officer" in page.text for page in pages)


def test_a_session_whose_renewal_is_refused_ends(browser: Browser, services: FakeServices) -> None:
    services.token_seconds = 10
    browser.sign_in("officer@council.test")
    services.refused_refresh = True
    assert browser.open("/dashboard").url.path == "/sign-in"


def test_signing_out_tells_the_directory(browser: Browser, services: FakeServices) -> None:
    services.says("POST", "/v1/token/revocation", None, 204)
    browser.sign_in("officer@council.test")
    browser.send("/sign-out")
    (body,) = services.bodies("POST", "/v1/token/revocation")
    assert "token=officer" in body


def test_a_password_is_set_by_the_link_of_a_letter(browser: Browser, services: FakeServices) -> None:
    services.says("POST", "/v1/passwords", None, 204)
    address = "/password?token=abcdefghijklmnopqrstuvwxyz"
    browser.open(address)
    page = browser.send(address, password="three unrelated words")
    assert "Your password has been set." in page.text
    (body,) = services.bodies("POST", "/v1/passwords")
    assert body == {"token": "abcdefghijklmnopqrstuvwxyz", "password": "three unrelated words"}
