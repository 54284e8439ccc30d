"""Errors a caller can act on, rendered as RFC 9457 problem documents.

Problem
├── InvalidRequest      422  the request does not fit its schema
├── NotSignedIn         401
├── NotAllowed          403
├── NotFound            404
├── Conflict            409  the state of the thing, or a rule, forbids it
│   ├── Barred         rules forbid it: `bars` names every one, for programs and for people
│   └── StepNotAllowed
├── StaleEdit           412  somebody saved in between
├── TooLarge            413
└── Unavailable         503  with Retry-After
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

MEDIA_TYPE = "application/problem+json"


class ProblemDocument(BaseModel):
    """The body of every error response."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class Problem(Exception):
    """Raise a subclass anywhere below a route; the kit turns it into a response."""

    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.headers = dict(headers or {})
        self.document = {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": detail,
            **more,
        }

    def response(self) -> JSONResponse:
        return JSONResponse(self.document, self.status, headers=self.headers, media_type=MEDIA_TYPE)


class InvalidRequest(Problem):
    slug, title, status = "invalid-request", "The request is not valid", 422


class NotSignedIn(Problem):
    slug, title, status = "not-signed-in", "Sign in first", 401

    def __init__(self, detail: str = "Send a valid bearer token.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class NotAllowed(Problem):
    slug, title, status = "not-allowed", "You may not do this", 403


class NotFound(Problem):
    slug, title, status = "not-found", "There is no such thing here", 404


class Conflict(Problem):
    slug, title, status = "conflict", "The present state does not allow this", 409


class Barred(Conflict):
    """Each bar has a name that a program can act on, and a sentence for people: its value, without the full stop."""

    slug, title = "barred", "A rule forbids this"

    def __init__(self, bars: Sequence[StrEnum]) -> None:
        said = [{"rule": bar.name.lower().replace("_", "-"), "says": f"{bar}."} for bar in bars]
        super().__init__(" ".join(each["says"] for each in said), bars=said)


class StepNotAllowed(Conflict):
    slug, title = "step-not-allowed", "It is not at that stage"

    def __init__(self, what: str, current: str, step: str) -> None:
        words = (word.replace("_", " ") for word in (what, current, step))
        super().__init__("The {} is at the stage '{}', where it cannot '{}'.".format(*words))


class Frozen(Conflict):
    slug, title = "frozen", "This has been frozen and can no longer change"


class StaleEdit(Problem):
    slug, title, status = "stale-edit", "Somebody saved a newer version", 412


class TooLarge(Problem):
    slug, title, status = "too-large", "That is too large", 413


class Unavailable(Problem):
    slug, title, status = "unavailable", "Not available at the moment", 503

    def __init__(self, detail: str, *, retry_after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


def may_answer(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Declare the problems a route may answer with, so that its OpenAPI page lists them."""
    titles: dict[int | str, list[str]] = {}
    for problem in problems:
        said = titles.setdefault(problem.status, [])
        if problem.title not in said:
            said.append(problem.title)
    reference = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {"description": "; ".join(said), "content": {MEDIA_TYPE: {"schema": reference}}}
        for status, said in titles.items()
    }


def invalid(error: RequestValidationError) -> InvalidRequest:
    """Name every field that is wrong, without repeating what was sent (it may be personal)."""
    errors = [
        {
            "field": ".".join(str(part) for part in each["loc"][1:]),
            "in": str(each["loc"][0]),
            "why": each["msg"],
        }
        for each in error.errors()
    ]
    said = "; ".join(f"{each['field'] or each['in']}: {each['why']}" for each in errors[:5])
    return InvalidRequest(said, errors=errors[:100])


def of_status(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem document for what the framework itself refuses (400, 404, 405, ...)."""
    title = HTTPStatus(status).phrase
    document = {
        "type": f"/problems/{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    return JSONResponse(document, status, headers=headers, media_type=MEDIA_TYPE)


def answer_with_problems(app: FastAPI) -> None:
    """Every error this application answers is a problem document from here on."""

    @app.exception_handler(Problem)
    async def answer(_: Request, problem: Problem) -> Response:
        return problem.response()

    @app.exception_handler(RequestValidationError)
    async def answer_invalid(_: Request, error: RequestValidationError) -> Response:
        return invalid(error).response()

    @app.exception_handler(HTTPException)
    async def answer_framework(_: Request, error: HTTPException) -> Response:
        return of_status(error.status_code, str(error.detail), error.headers)
