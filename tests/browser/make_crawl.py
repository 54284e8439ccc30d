"""Finds every page that a person can reach by its links: one page of each shape, forms and their failures included."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_NUMBERED = re.compile(r"/(answers|validation|questions|consensus|steps)/[^/]+$")
_NOT_PAGES = re.compile(r"/csv$|^/organisation/evidence/(?!new)|/files/|^/api/|^/static/")


def shape(address: str) -> str:
    """The address with ids taken out, so that pages of one kind are one."""
    path = urlsplit(address).path
    return _NUMBERED.sub(r"/\1/*", _ID.sub("*", path))


def crawl(page: Page, *starts: str, most: int = 80) -> Iterator[str]:
    """Opens one page of each shape reachable from `starts` and yields its shape while it is open."""
    host = urlsplit(page.url).netloc
    seen: set[str] = set()
    waiting = list(starts)
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if shape(address) in seen or _NOT_PAGES.search(urlsplit(address).path):
            continue
        seen.add(shape(address))
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address} answered {answer.status}: {page.title()}"
        yield shape(address)
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting += [link for link in links if urlsplit(link).netloc == host]


def watch_console(page: Page) -> Callable[[], list[str]]:
    """What the browser complained of, a blocked script or style among it, since the last time it was asked."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    def since() -> list[str]:
        heard, said[:] = list(said), []
        return heard

    return since
