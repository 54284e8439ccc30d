"""Puts a service together: its routers behind its own door, problems, health, metrics, events, clock and due work."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from assay_kit import clock, events, references, timeline
from assay_kit.calendar import CalendarEnds
from assay_kit.database import database_url, make_engine
from assay_kit.doors import METHODS, Door, rights_of
from assay_kit.due import DueWork
from assay_kit.events import Envelope, Event
from assay_kit.freeze import FROZEN
from assay_kit.garbage import settle
from assay_kit.inside import router as inside
from assay_kit.keys import Keys, RemoteKeys
from assay_kit.logging import configure_logging
from assay_kit.problems import (
    MEDIA_TYPE,
    Conflict,
    Frozen,
    InvalidRequest,
    Problem,
    ProblemDocument,
    Unavailable,
    answer_with_problems,
)
from assay_kit.settings import Settings
from assay_kit.slots import Slots

_UNIQUE_OR_EXCLUDED = ("23505", "23P01")
_NOT_STORABLE = ("22P05", "22021")
_BUSY = ("55P03", "40001", "40P01", "57014")


@dataclass(frozen=True, kw_only=True)
class Service:
    """What makes a service itself. `receives_all` is for the keeper of the feed: it is given every envelope."""

    name: str
    package: str
    title: str
    metadata: MetaData
    routers: Sequence[APIRouter]
    receives: Mapping[type[Event], Callable[[Session, Any], None]] = field(default_factory=dict)
    receives_all: Callable[[Session, Envelope], None] | None = None
    tells: Mapping[str, Sequence[str]] = field(default_factory=dict)
    due: Sequence[DueWork] = ()
    jobs: Mapping[str, Callable[..., None]] = field(default_factory=dict)


def add_kit_tables(metadata: MetaData) -> None:
    """Give a service's metadata the tables that the kit works with."""
    for table in (
        events.event_log,
        events.received_event,
        timeline.timeline_entry,
        clock.business_clock,
        references.reference_counter,
    ):
        table.to_metadata(metadata)


def create_service(
    service: Service, settings: Settings | None = None, *, keys: Keys | None = None, engine: Engine | None = None
) -> FastAPI:
    """The service as an ASGI application. Tests give `keys` and `engine`; the directory gives its own keys."""
    settings = settings or Settings()
    keys = keys or RemoteKeys(settings.service_url("directory"), issuer=settings.issuer, audience=settings.audience)
    registry = CollectorRegistry()

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(service.name, settings.log_level)
        await keys.start()
        if engine is None:
            settle()
        yield
        await keys.stop()
        if engine is None:
            app.state.engine.dispose()

    app = FastAPI(
        title=service.title,
        version="1",
        lifespan=living,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Callers and tests name an operation as the code does.
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.service = service
    app.state.settings = settings
    app.state.keys = keys
    app.state.metrics = registry
    app.state.oldest_undelivered = Gauge(
        "assay_oldest_undelivered_seconds", "For how long the oldest job or delivery has waited", registry=registry
    )
    app.state.engine = engine or make_engine(
        database_url(settings, service.name), pool_size=settings.pool_size, wait_seconds=settings.pool_wait_seconds
    )
    app.state.slots = Slots(settings.pool_size)
    for router in service.routers:
        app.include_router(router, prefix="/v1")
    app.include_router(inside)
    _describe(app)
    answer_with_problems(app)
    _answer_for_the_database(app)
    app.add_middleware(Door, owner=app, keys=keys, registry=registry)
    return app


def _answer_for_the_database(app: FastAPI) -> None:
    """What the database refuses is a problem too: a conflict where a constraint says no, 503 where it cannot answer."""

    @app.exception_handler(IntegrityError)
    @app.exception_handler(DBAPIError)
    async def refused(_: Request, error: DBAPIError) -> Response:
        return _problem_of(error).response()

    @app.exception_handler(CalendarEnds)
    async def beyond(_: Request, error: CalendarEnds) -> Response:
        return Conflict(str(error)).response()

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    async def unavailable(_: Request, error: Exception) -> Response:
        return _problem_of(error).response()


def _problem_of(error: Exception) -> Problem:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state == FROZEN:
        return Frozen("This was frozen when it was submitted or published, and can no longer change.")
    if state in _UNIQUE_OR_EXCLUDED:
        return Conflict("Something that may exist only once is there already, or somebody made it in the same moment.")
    if state in _NOT_STORABLE:
        return InvalidRequest("Text holds a character that cannot be stored, such as NUL.", errors=[])
    if isinstance(error, PoolTimeout | OperationalError) or state in _BUSY:
        return Unavailable("The database is busy or not reachable; try again in a moment.")
    raise error


def _describe(app: FastAPI) -> None:
    """The OpenAPI document with every error a problem document, and with the rights of each operation as `x-roles`."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            for item in document["paths"].values():
                for method, operation in item.items():
                    if method in METHODS:
                        _describe_operation(operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the way to extend the document


def _describe_operation(operation: dict[str, Any]) -> None:
    responses: dict[str, Any] = operation.setdefault("responses", {})
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    if "422" in responses:
        responses["422"] = {"description": "The request is not valid", "content": content}
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        responses.setdefault("400", {"description": "The body cannot be read", "content": content})
    rights = rights_of(operation)
    if rights is None:
        return
    operation["x-roles"] = list(rights)
    responses.setdefault("401", {"description": "Sign in first", "content": content})
    responses.setdefault("403", {"description": "You may not do this", "content": content})
