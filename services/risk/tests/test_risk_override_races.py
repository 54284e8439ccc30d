"""An override that is changed while its service is worked out again, on a database where commits are real."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import monotonic, sleep
from uuid import UUID

import pytest
from make_risk import green_service
from sqlalchemy import Engine, text
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.calendar import end_of_london_day
from assay_kit.database import new_id
from assay_kit.identity import Principal
from assay_kit.testing import NOON
from risk.bands.actions import refresh
from risk.bands.repository import Bands
from risk.bands.rules import Band
from risk.main import SERVICE
from risk.overrides import actions
from risk.overrides.rules import Status
from risk.tables import Override

MARY = Principal(subject="person:mary", name="Mary", roles=frozenset({Role.COMMISSIONING_MANAGER}))
LAST_DAY = NOON.date() + timedelta(days=5)
ENDED = NOON + timedelta(days=9)
Change = Callable[[Session, UUID], object]


def put(engine: Engine, stage: Status) -> tuple[UUID, UUID]:
    """An override to Red of a Green service, in force or proposed."""
    with Session(engine, info={"service": SERVICE}) as session, session.begin():
        service = green_service(session)
        override = Override(
            id=new_id(),
            care_service_id=service.id,
            provider_id=service.provider_id,
            status=stage,
            band=Band.RED,
            computed_band=Band.GREEN,
            levels={},
            reason="The council weighs it so.",
            last_day=LAST_DAY,
            ends_at=end_of_london_day(LAST_DAY),
            proposed_by="person:olga",
            proposed_by_name="Olga",
            proposed_at=NOON,
        )
        session.add(override)
        session.flush()
        refresh(session, [service.id], now=NOON)
        return service.id, override.id


def until_one_waits(session: Session) -> None:
    here = "JOIN pg_stat_activity USING (pid) WHERE datname = current_database()"  # a lock on a row names no database
    waiting = text(f"SELECT count(*) FROM pg_locks {here} AND NOT granted")
    deadline = monotonic() + 10
    while not session.execute(waiting).scalar_one():
        assert monotonic() < deadline, "nobody waits"
        sleep(0.01)


def ended(session: Session, override_id: UUID) -> object:
    return actions.end(session, override_id, "It is no longer needed.", by=MARY, now=NOON).status


def approved(session: Session, override_id: UUID) -> object:
    return actions.approve(session, override_id, by=MARY, now=NOON).status


def expired(session: Session, override_id: UUID) -> object:
    assert actions.expire(session, ENDED) == 1
    return session.get_one(Override, override_id).status


@pytest.mark.parametrize(
    ("stage", "change", "becomes", "at"),
    [
        (Status.IN_FORCE, ended, Status.ENDED, NOON),
        (Status.IN_FORCE, expired, Status.EXPIRED, ENDED),
        (Status.PROPOSED, approved, Status.IN_FORCE, NOON),
    ],
)
def test_an_override_is_changed_after_the_refresh_that_holds_its_service(
    own_database: Engine, stage: Status, change: Change, becomes: Status, at: datetime
) -> None:
    """A refresh locks the service, then the override. Whoever did it the other way round would wait for it for ever."""
    service_id, override_id = put(own_database, stage)

    def changed() -> object:
        with Session(own_database, info={"service": SERVICE}) as session, session.begin():
            return change(session, override_id)

    with ThreadPoolExecutor(1) as beside, Session(own_database, info={"service": SERVICE}) as session:
        with session.begin():
            Bands(session).lock([service_id])
            became = beside.submit(changed)
            until_one_waits(session)
            session.get_one(Override, override_id, with_for_update={"nowait": True})  # nobody else has it
            refresh(session, [service_id], now=at)
        assert became.result(timeout=10) == becomes
