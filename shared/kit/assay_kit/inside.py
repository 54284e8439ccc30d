"""What every service answers besides its own routes: health, metrics, events and the demonstration clock.

None of it passes the gateway.
"""

import math
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.responses import PlainTextResponse

from assay_kit import jobs
from assay_kit.clock import Now, business_now, is_running, is_set, set_clock
from assay_kit.database import SessionDep
from assay_kit.due import do_what_is_due, next_due
from assay_kit.events import Envelope, LoggedEvent, Receipt, log_after, receive
from assay_kit.identity import Principal, allow
from assay_kit.problems import Conflict, InvalidRequest, NotFound, may_answer
from assay_kit.text import Flag, Model, Moment

Deliverer = Annotated[Principal, allow("events:deliver")]
EventReader = Annotated[Principal, allow("events:read")]
ClockMover = Annotated[Principal, allow("clock:advance")]

_FURTHEST = timedelta(days=400)
_LONGEST_WAIT = 1

router = APIRouter(tags=["inside"])


class Health(BaseModel):
    status: str


class ClockRead(BaseModel):
    """Business time now, and whether it runs."""

    now: AwareDatetime
    is_running: bool


class ClockSet(Model):
    to: Moment
    is_running: Flag


class DueAsked(Model):
    now: Moment


class DueDone(BaseModel):
    """How much was done."""

    done: int


class Pending(BaseModel):
    """Jobs that wait or run (zero means that everything told has been heard), and when something next falls due."""

    undelivered: int
    next: AwareDatetime | None


@router.get("/health", summary="Whether the process answers", operation_id="health")
async def health() -> Health:
    return Health(status="up")


@router.get("/ready", summary="Whether the database answers", operation_id="ready")
def ready(session: SessionDep) -> Health:
    session.execute(text("SELECT 1"))
    return Health(status="ready")


@router.get("/metrics", summary="Prometheus metrics", operation_id="metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    request.app.state.oldest_undelivered.set(_oldest_undelivered(request.app.state.engine))
    return PlainTextResponse(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)


def _oldest_undelivered(engine: Engine) -> float:
    """Not a number where the database does not answer: the other metrics are wanted then most of all."""
    try:
        with Session(engine) as session:
            return jobs.oldest_undelivered(session)
    except SQLAlchemyError:
        return math.nan


@router.post("/events", summary="Receive an event", operation_id="receive_event", responses=may_answer(InvalidRequest))
def receive_event(envelope: Envelope, session: SessionDep, request: Request, by: Deliverer, now: Now) -> Receipt:
    return receive(session, envelope, request.app.state.service, now=now)


@router.get("/events", summary="The service's own log of events", operation_id="read_event_log")
def read_event_log(
    session: SessionDep,
    request: Request,
    by: EventReader,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[LoggedEvent]:
    return list(log_after(session, after, limit=limit, source=request.app.state.service.name))


@router.get("/internal/clock", summary="Business time", operation_id="read_inner_clock")
def read_clock(session: SessionDep, request: Request, by: ClockMover) -> ClockRead:
    return ClockRead(now=business_now(session, request.app.state.settings), is_running=is_running(session))


@router.put(
    "/internal/clock",
    summary="Set the demonstration clock",
    operation_id="set_inner_clock",
    responses=may_answer(NotFound, Conflict),
)
def put_clock(wanted: ClockSet, session: SessionDep, request: Request, by: ClockMover) -> ClockRead:
    _only_in_demonstration(request)
    _move(session, request, wanted.to, is_running=wanted.is_running)
    return ClockRead(now=wanted.to, is_running=wanted.is_running)


@router.post(
    "/internal/due",
    summary="Put the demonstration clock at an instant and do what is due",
    operation_id="do_due",
    responses=may_answer(NotFound, Conflict),
)
def do_due(wanted: DueAsked, request: Request, by: ClockMover) -> DueDone:
    """Production runs its due work by real time only."""
    _only_in_demonstration(request)
    service, engine = request.app.state.service, request.app.state.engine
    with Session(engine) as session, session.begin():
        _move(session, request, wanted.now, is_running=False)
    return DueDone(done=do_what_is_due(engine, service, wanted.now))


@router.get("/internal/pending", summary="Jobs not done yet", operation_id="read_pending")
def read_pending(
    session: SessionDep,
    request: Request,
    by: ClockMover,
    seconds: Annotated[float, Query(ge=0, le=_LONGEST_WAIT)] = 0,
) -> Pending:
    """Asked with `seconds`, it answers as soon as there are none, and at the latest after so long."""
    undelivered = jobs.wait_until_delivered(session, seconds=seconds)
    return Pending(undelivered=undelivered, next=next_due(session, request.app.state.service.due))


def _only_in_demonstration(request: Request) -> None:
    if not request.app.state.settings.is_demonstration:
        raise NotFound("There is no demonstration clock here.")


def _move(session: Session, request: Request, to: datetime, *, is_running: bool) -> None:
    if is_set(session):
        _only_forward(business_now(session, request.app.state.settings), to)
    set_clock(session, to, is_running=is_running)


def _only_forward(now: datetime, to: datetime) -> None:
    if to < now:
        raise Conflict(f"The clock moves forward only; it is {now.isoformat()}.")
    if to > now + _FURTHEST:
        raise Conflict(f"The clock moves at most {_FURTHEST.days} days at a time; it is {now.isoformat()}.")
