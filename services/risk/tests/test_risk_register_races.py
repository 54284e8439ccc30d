"""Readings that are kept while officers answer, on a database where commits are real."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from make_risk import green_service
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from assay_kit.identity import SYSTEM
from assay_kit.testing import NOON
from risk.case_tasks.actions import open_task
from risk.indicators.facts import CqcReading
from risk.main import SERVICE
from risk.registers.actions import complete_task, keep
from risk.registers.repository import Facts
from risk.registers.rules import Method, Register
from risk.tables import CaseTask, ExternalFact, ServiceBand

KEY = "1-700000001"
NIGHT = NOON + timedelta(hours=12)
NAMED = CqcReading(is_registered=False, successors=("1-800000002",))


def opened(engine: Engine) -> Session:
    return Session(engine, info={"service": SERVICE})


def read(session: Session, *, at: datetime = NOON) -> None:
    keep(session, Register.CQC, KEY, NAMED, {}, at=at, method=Method.FETCHED, by=SYSTEM, now=at)


def completed(engine: Engine, task_id: UUID, *, is_successor: bool | None) -> bool:
    """Whether it could be, with nothing to wait for."""
    try:
        with opened(engine) as session, session.begin():
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            complete_task(session, task_id, "Looked into.", is_successor=is_successor, by=SYSTEM, now=NIGHT)
    except OperationalError:
        return False
    return True


def test_an_answer_is_not_lost_to_a_reading_that_is_kept_meanwhile(
    own_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes as soon as the night has looked up what was refused, and waits until the night's word is kept."""
    with opened(own_database) as session, session.begin():
        green_service(session, is_regulated=True, cqc_location_id=KEY)
        read(session)
        task_id = session.exec(select(CaseTask.id)).one()
    standing, came = Facts.standing, list[bool]()

    def meanwhile(facts: Facts, *about: Any) -> ExternalFact | None:
        if not came:
            came.append(False)
            came[0] = completed(own_database, task_id, is_successor=False)
        return standing(facts, *about)

    with monkeypatch.context() as patched, opened(own_database) as night, night.begin():
        patched.setattr(Facts, "standing", meanwhile)
        read(night, at=NIGHT)
    assert came[0] or completed(own_database, task_id, is_successor=False)
    with opened(own_database) as session:
        assert session.exec(select(ServiceBand.band)).one() == "red"
        assert session.exec(select(CaseTask).where(col(CaseTask.done_at).is_(None))).all() == []


def test_a_task_that_asks_nothing_is_completed_beside_one_on_the_same_subject(own_database: Engine) -> None:
    with opened(own_database) as session, session.begin():
        for _ in range(2):
            open_task(session, green_service(session).id, subject="action", wording="Ask for the rota.", now=NOON)
        one, other = session.exec(select(CaseTask.id)).all()
    with opened(own_database) as session, session.begin():
        complete_task(session, one, "The rota came.", is_successor=None, by=SYSTEM, now=NOON)
        assert completed(own_database, other, is_successor=None)
