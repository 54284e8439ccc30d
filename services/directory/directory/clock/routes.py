"""HTTP for the demonstration clock: seen by everybody, moved forward by an administrator, absent in production."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Engine, text

from assay_contracts.names import SERVICES
from assay_kit.advancing import Hands
from assay_kit.callers import caller
from assay_kit.clock import business_now
from assay_kit.database import SessionDep
from assay_kit.problems import Unavailable, may_answer
from assay_kit.settings import MissingSecret
from directory.dependencies import Administrator, SettingsDep

from .actions import advance
from .errors import ClockIsMoving, ClockMovesForward, ClockTooFar, NoDemonstrationClock
from .schemas import DemonstrationClock, Move, Moved

_ONE_MOVER = 0x434C_434B  # advisory lock: "CLCK"
_LONGEST_ANSWER_SECONDS = 300.0

router = APIRouter(prefix="/demo", tags=["demonstration"])


def get_hands(settings: SettingsDep) -> Iterator[Hands]:
    """Asks the services as the directory, with the token of its own API client."""
    try:
        settings.secret("client-directory")
    except MissingSecret as error:
        raise Unavailable("The directory has not been set up as an API client.") from error
    with caller(settings, "directory", timeout=_LONGEST_ANSWER_SECONDS) as http:
        yield Hands(http, {name: settings.service_url(name) for name in SERVICES})


def in_demonstration(settings: SettingsDep) -> None:
    if not settings.is_demonstration:
        raise NoDemonstrationClock


HandsDep = Annotated[Hands, Depends(get_hands)]


@router.get(
    "/clock",
    summary="What time it is in the demonstration",
    dependencies=[Depends(in_demonstration)],
    responses=may_answer(NoDemonstrationClock),
)
def read_demonstration_clock(session: SessionDep, settings: SettingsDep) -> DemonstrationClock:
    return DemonstrationClock(now=business_now(session, settings))


@router.post(
    "/clock",
    summary="Move the demonstration clock forward",
    dependencies=[Depends(in_demonstration)],
    responses=may_answer(NoDemonstrationClock, ClockMovesForward, ClockTooFar, ClockIsMoving, Unavailable),
)
def move_demonstration_clock(asked: Move, request: Request, hands: HandsDep, by: Administrator) -> Moved:
    """Returns when all that fell due on the way has been done in every service, and its events delivered."""
    with _alone(request.app.state.engine):
        walked = advance(hands, asked.target)
    return Moved(began=walked.began, now=walked.now, instants=walked.instants, done=walked.done)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One advance at a time in all processes. The lock has a connection of its own: the pool is for those who work."""
    with engine.connect() as connection:
        connection.detach()
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ONE_MOVER}).scalar_one():
            raise ClockIsMoving
        connection.commit()
        try:
            yield
        finally:
            # Said, because the server notices a closed connection only a moment later.
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_MOVER})
            connection.commit()
