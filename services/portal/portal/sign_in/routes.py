"""Signing in and out, and passwords set by a link that works once."""

from typing import Any

import httpx
import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Filled, Kind, read
from portal.pages import go, set_cookie
from portal.sessions import LONGEST, real_now
from portal.tasks import METHODS, Task, perform, show
from portal.upstream import Refused
from portal.visitors import SESSION_COOKIE, AnyVisitor, exchanged, person_of, safe_next

router = APIRouter()
log = structlog.get_logger(__name__)

_SIGN_IN = (
    Field(name="username", label="Email address", kind=Kind.EMAIL, autocomplete="username"),
    Field(name="password", label="Password", kind=Kind.PASSWORD, missing="Enter your password"),
)
_NEW_PASSWORD = (
    Field(
        name="password",
        label="New password",
        kind=Kind.PASSWORD,
        autocomplete="new-password",
        hint="At least 12 characters. Three unrelated words make a good one.",
        missing="Enter a new password",
    ),
)
_RESET = (Field(name="email", label="Email address", kind=Kind.EMAIL, autocomplete="email"),)


@router.get("/sign-in")
async def sign_in_page(request: Request, visitor: AnyVisitor) -> Response:
    if visitor.person is not None:
        return go(safe_next(request.query_params.get("next", "")))
    return show(request, _task(), Filled(_SIGN_IN))


@router.post("/sign-in")
async def sign_in(request: Request, visitor: AnyVisitor) -> Response:
    filled = read(_SIGN_IN, await request.form())
    if filled.errors:
        return show(request, _task(), filled, status=422)
    state = request.app.state
    directory = state.settings.service_url("directory")
    try:
        tokens = await exchanged(state.client, directory, filled.values["username"], filled.values["password"])
    except Refused as refusal:
        if refusal.status == 429:
            raise
        filled.wrong("username", "The email address and password do not match an account that can sign in")
        return show(request, _task(), filled, status=422)
    if visitor.cookie:
        await state.sessions.end(visitor.cookie)
    person = person_of(await state.keys.verified(tokens.access))
    cookie = await state.sessions.begin(tokens, subject=person.subject, now=real_now())
    answer = go(safe_next(request.query_params.get("next", "")))
    set_cookie(request, answer, SESSION_COOKIE, cookie, seconds=int(LONGEST.total_seconds()))
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, visitor: AnyVisitor) -> Response:
    """The session ends here whether or not the directory can be told."""
    if visitor.cookie:
        refresh = await request.app.state.sessions.end(visitor.cookie)
        await _revoke(request, refresh)
    answer = go("/sign-in", done="signed-out")
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@router.api_route("/password", methods=METHODS)
async def set_password(request: Request, visitor: AnyVisitor) -> Response:
    """Reached from an invitation or a reset letter."""
    token = request.query_params.get("token", "")

    async def send(values: dict[str, Any]) -> None:
        await visitor.api.post("directory", "/v1/passwords", {"token": token, "password": values["password"]})

    task = Task(
        title="Set your password", fields=_NEW_PASSWORD, button="Set password", back="/sign-in", done="password-set"
    )
    return await perform(request, task, send=send, then="/sign-in")


@router.api_route("/password-reset", methods=METHODS)
async def ask_for_password_reset(request: Request, visitor: AnyVisitor) -> Response:
    async def send(values: dict[str, Any]) -> None:
        await visitor.api.post("directory", "/v1/password-resets", values)

    task = Task(
        title="Get a link to set a new password",
        fields=_RESET,
        button="Send the link",
        back="/sign-in",
        done="reset-asked",
        lead="If there is an account with this address, we send it a link that works once.",
    )
    return await perform(request, task, send=send, then="/sign-in")


def _task() -> Task:
    return Task(title="Sign in", fields=_SIGN_IN, button="Sign in", template="sign_in/sign_in.html")


async def _revoke(request: Request, refresh: str | None) -> None:
    if refresh is None:
        return
    state = request.app.state
    address = f"{state.settings.service_url('directory')}/v1/token/revocation"
    try:
        await state.client.post(address, data={"token": refresh})
    except httpx.TransportError:
        log.warning("the directory could not be told of a sign-out")
