"""HTTP for the demonstration clock: seen by everybody, moved forward by an administrator, absent in production."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Engine, NullPool, create_engine, text

from assay_kit.callers import caller
from assay_kit.clock import business_now
from assay_kit.database import SessionDep
from assay_kit.problems import InvalidRequest, may_answer
from directory.dependencies import Administrator, SettingsDep

from .actions import Patience, advance
from .errors import ClockIsMoving, ClockMovesForward, ClockStuck, ClockTooFar, NoDemonstrationClock
from .house import House, HouseByHttp
from .schemas import DemonstrationClock, Move, Moved

_ONE_MOVER = 0x434C_434B  # advisory lock: "CLCK"

router = APIRouter(prefix="/demo", tags=["demonstration"], responses=may_answer(InvalidRequest))


def get_house(settings: SettingsDep) -> Iterator[House]:
    with caller(settings, "directory", timeout=300.0) as http:
        yield HouseByHttp(http, settings)


def in_demonstration(settings: SettingsDep) -> None:
    if not settings.is_demonstration:
        raise NoDemonstrationClock


HouseDep = Annotated[House, Depends(get_house)]


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
    responses=may_answer(NoDemonstrationClock, ClockMovesForward, ClockTooFar, ClockIsMoving, ClockStuck),
)
def move_demonstration_clock(asked: Move, request: Request, house: HouseDep, by: Administrator) -> Moved:
    """Returns when all that fell due on the way has been done in every service, and its events delivered."""
    with _alone(request.app.state.engine):
        walked = advance(house, asked.target, patience=Patience())
    return Moved(began=walked.began, now=walked.ended, instants=walked.instants, done=dict(walked.done))


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One advance at a time in all processes. The lock has a connection of its own: the pool is for those who work."""
    own = create_engine(engine.url, poolclass=NullPool)
    with own.connect() as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ONE_MOVER}).scalar_one():
            raise ClockIsMoving
        connection.commit()
        yield
