"""Pages for what went wrong: in plain words, with the request id to quote, and never with anything of the inside."""

from contextlib import suppress

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from portal.pages import render_failure
from portal.upstream import Down, Refused
from portal.visitors import SAFE_METHODS, FormNotOurs, SignInNeeded, get_visitor, sign_in_address

log = structlog.get_logger(__name__)


def answer_with_pages(app: FastAPI) -> None:
    """Every failure of this application is a page from here on."""

    @app.exception_handler(SignInNeeded)
    async def sign_in(request: Request, _: SignInNeeded) -> Response:
        return RedirectResponse(sign_in_address(request), 303)

    @app.exception_handler(FormNotOurs)
    async def not_ours(request: Request, _: FormNotOurs) -> Response:
        return render_failure(request, 403, "form-expired")

    @app.exception_handler(Down)
    async def down(request: Request, failure: Down) -> Response:
        log.warning("a service does not answer", service=failure.service, path=request.url.path)
        answer = render_failure(request, 503, "unavailable", what=failure.title, why=failure, entered=_entered(request))
        answer.headers["Retry-After"] = "30"
        return answer

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    async def no_sessions(request: Request, error: Exception) -> Response:
        log.warning("the session database does not answer", error=repr(error))
        return render_failure(request, 503, "unavailable", what="The part that keeps people signed in")

    @app.exception_handler(Refused)
    async def refused(request: Request, failure: Refused) -> Response:
        return _refused(request, failure)

    @app.exception_handler(RequestValidationError)
    async def no_such_address(request: Request, _: RequestValidationError) -> Response:
        return render_failure(request, 404, "not-found")

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        known = {404: "not-found", 405: "not-found", 413: "too-large"}
        name = known.get(error.status_code, "broken" if error.status_code >= 500 else "not-understood")
        await _recognise(request)
        return render_failure(request, error.status_code, name)


async def _recognise(request: Request) -> None:
    """No page was found, so nobody has looked who asks: the failure page shows their menu all the same."""
    if request.method in SAFE_METHODS and not hasattr(request.state, "visitor"):
        with suppress(Down, OperationalError, PoolTimeout):
            await get_visitor(request)


def _entered(request: Request) -> list[tuple[str, str]] | None:
    """What stood on the form that was sent, to be sent once more by a button: never a password. None: no form."""
    sent = getattr(request.state, "sent", None)
    if sent is None:
        return None
    kept = ((name, value) for name, value in sent.multi_items() if isinstance(value, str))
    return [(name, value) for name, value in kept if name != "csrf" and "password" not in name]


def broken(request: Request) -> Response:
    """The page for a fault of our own; the door shows it, so that it too has the door's headers."""
    return render_failure(request, 500, "broken")


def _refused(request: Request, failure: Refused) -> Response:
    match failure.status:
        case 401:
            return RedirectResponse(sign_in_address(request), 303)
        case 403:
            return render_failure(request, 403, "not-allowed", detail=failure.detail)
        case 404:
            return render_failure(request, 404, "not-found")
        case 429:
            return render_failure(request, 429, "too-many")
        case _:
            return render_failure(request, 409, "refused", detail=failure.detail)
