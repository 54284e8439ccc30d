"""Turns a template and what a page knows into an answer."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, PrefixLoader, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portal import words
from portal.banner import Banner
from portal.navigation import navigation_for
from portal.visitors import VISIT_COOKIE, Visitor

SERVICE_NAME = "Assay"


def make_environment() -> Environment:
    """Jinja with GOV.UK Frontend's macros, and the words and dates of our pages as filters."""
    loader = PrefixLoader(
        {"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"), "portal": PackageLoader("portal")}
    )
    environment = Environment(
        loader=loader,
        autoescape=select_autoescape(default=True, default_for_string=True),
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=words.day,
        moment=words.moment,
        words=words.words,
        indicator=words.indicator,
        criterion=words.criterion,
        number=words.number,
        month=words.month,
    )
    environment.globals.update(service_name=SERVICE_NAME, notices=words.NOTICES)
    return environment


def render(request: Request, template: str, *, status: int = 200, **knows: Any) -> Response:
    """A page for the visitor of this request."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    banner: Banner | None = request.app.state.clock.shown()
    text = request.app.state.pages.get_template(f"portal/{template}").render(
        visitor=visitor,
        person=visitor.person if visitor else None,
        navigation=navigation_for(visitor.person if visitor else None, request.url.path),
        banner=banner,
        here=request.url.path,
        query=request.query_params,
        notice=words.NOTICES.get(request.query_params.get("done", "")),
        request_id=request.state.request_id,
        **knows,
    )
    answer = HTMLResponse(text, status)
    if visitor and visitor.is_new:
        set_cookie(request, answer, VISIT_COOKIE, visitor.visit)
    return answer


def render_failure(request: Request, status: int, name: str, **knows: Any) -> Response:
    return render(request, "failure.html", status=status, failure=name, **knows)


def go(address: str, *, done: str = "") -> Response:
    """After a form: the next page, with what was done to say at its top."""
    path, _, anchor = address.partition("#")
    joint = "&" if "?" in path else "?"
    mark = f"{joint}{urlencode({'done': done})}" if done else ""
    return RedirectResponse(path + mark + (f"#{anchor}" if anchor else ""), 303)


def set_cookie(request: Request, answer: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Never readable by scripts, never sent by other sites' forms, and over https only where there is https."""
    answer.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=is_https(request))


def is_https(request: Request) -> bool:
    """Whether the browser speaks https, to us or to what stands before us."""
    return request.url.scheme == "https" or bool(request.app.state.settings.public_url.startswith("https:"))


def with_query(request: Request, changes: Mapping[str, str | None]) -> str:
    """The address of this page with some of its query changed."""
    merged = {**dict(request.query_params), **changes}
    merged.pop("done", None)
    return f"{request.url.path}?{urlencode({name: value for name, value in merged.items() if value})}"
