"""Registers that are configured are read every night before the estate is worked out; a failure keeps what was said.

A batch of keys is asked for while no transaction is open; then each answer is kept in a transaction of its own. What
one key answers never costs the others: its failure is noted on the night.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, select

from assay_kit.calendar import at_london, london_day
from assay_kit.identity import SYSTEM
from risk.registers.actions import keep
from risk.registers.clients import Answer, RegisterClient
from risk.registers.http import KeyRefused, RegisterRefuses, RegisterUnavailable
from risk.registers.repository import Facts
from risk.registers.rules import Method, Register
from risk.registers.settings import RegisterSettings
from risk.tables import RegisterNight, StandingResult

HOUR = time(0, 30)
BATCH = 20
PATIENCE = 3  # a register that fails for so many keys in a row is left for the night

_MOST_FAILURES_KEPT = 100

log = structlog.get_logger(__name__)

ClientFor = Callable[[Register], RegisterClient]


def next_reading(session: Session) -> datetime | None:
    """When a register is next due. None where none is configured, or there is nothing to ask about yet."""
    due = [instant for register in RegisterSettings().asked if (instant := _next_of(session, register)) is not None]
    return min(due, default=None)


def read_due(session: Session, now: datetime) -> int:
    settings = RegisterSettings()
    return sum(read_register(session, register, settings.client, now=now) for register in settings.asked)


@dataclass
class _Round:
    """What became of one batch of keys."""

    answers: dict[str, Answer] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ended_by: str | None = None


def read_register(session: Session, register: Register, client_for: ClientFor, *, now: datetime) -> int:
    """Read the next keys of a night that is due; 0 when the register is done for the night."""
    with _own(session) as reading:
        night = _night(reading, register, now=now)
        if night is None:
            return 0
        keys = Facts(reading).keys(register, after=night.reached, limit=BATCH)
    with closing(client_for(register)) as client:
        batch = _ask(client, register, keys)
    for key, answer in batch.answers.items():
        _keep(session, register, key, answer, batch, now=now)
    with _own(session) as writing, writing.begin():
        _note(writing.merge(night), batch, is_last=len(keys) < BATCH, now=now)
    return max(len(keys), 1)


def _own(session: Session) -> Session:
    """A session beside `session`, whose transaction is its own."""
    return Session(
        session.get_bind(), info=session.info, join_transaction_mode="create_savepoint", expire_on_commit=False
    )


def _ask(client: RegisterClient, register: Register, keys: Sequence[str]) -> _Round:
    batch, failed_in_a_row = _Round(), 0
    for key in keys:
        batch.asked.append(key)
        try:
            answer = client.read(key)
        except RegisterRefuses as refusal:
            batch.ended_by = str(refusal)
            return batch
        except RegisterUnavailable as failure:
            batch.failures[key] = str(failure)
            failed_in_a_row += 1
            if failed_in_a_row == PATIENCE:
                batch.ended_by = str(failure)
                return batch
            continue
        except KeyRefused as refusal:
            batch.failures[key] = str(refusal)
        except Exception as error:  # whatever is odd about one answer
            log.exception("a register's answer is not understood", register=register, key=key)
            batch.failures[key] = f"Its answer is not understood ({type(error).__name__})."
        else:
            _note_answer(batch, register, key, answer)
        failed_in_a_row = 0
    return batch


def _note_answer(batch: _Round, register: Register, key: str, answer: Answer | None) -> None:
    if answer is None:
        log.warning("the register does not know the key", register=register, key=key)
        return
    batch.answers[key] = answer


def _keep(session: Session, register: Register, key: str, answer: Answer, batch: _Round, *, now: datetime) -> None:
    try:
        with _own(session) as writing, writing.begin():
            said = (answer.reading, answer.record)
            keep(writing, register, key, *said, at=now, method=Method.FETCHED, by=SYSTEM, now=now)
    except Exception as error:  # whatever is odd about one answer
        log.exception("a register's answer could not be kept", register=register, key=key)
        batch.failures[key] = f"Its answer could not be kept ({type(error).__name__})."


def _note(night: RegisterNight, batch: _Round, *, is_last: bool, now: datetime) -> None:
    night.reached = batch.asked[-1] if batch.asked else night.reached
    night.read_count += len(batch.asked)
    night.failed_count += len(batch.failures)
    noted = [{"key": key, "why": why[:500]} for key, why in batch.failures.items()]
    night.failures = [*night.failures, *noted][:_MOST_FAILURES_KEPT]
    if batch.ended_by:
        night.failure = batch.ended_by[:500]
        log.error("register not read to the end; what it last said stays", register=night.source, failure=night.failure)
    if batch.ended_by or is_last:
        night.finished_at = now


def _night(session: Session, register: Register, *, now: datetime) -> RegisterNight | None:
    running = select(RegisterNight).where(
        RegisterNight.source == register, RegisterNight.due_at <= now, col(RegisterNight.finished_at).is_(None)
    )
    if (found := session.exec(running).first()) is not None:
        return found
    due = _next_of(session, register)
    return None if due is None or due > now else RegisterNight(source=register, due_at=_last_hour(now))


def _next_of(session: Session, register: Register) -> datetime | None:
    unfinished = select(func.min(RegisterNight.due_at)).where(
        RegisterNight.source == register, col(RegisterNight.finished_at).is_(None)
    )
    if (running := session.exec(unfinished).one()) is not None:
        return running
    last = session.exec(select(func.max(RegisterNight.due_at)).where(RegisterNight.source == register)).one()
    last = last or session.exec(select(func.max(StandingResult.refreshed_at))).one()
    return None if last is None else _hour_after(last)


def _hour_after(instant: datetime) -> datetime:
    tonight = at_london(london_day(instant), HOUR)
    return tonight if tonight > instant else at_london(london_day(instant) + timedelta(days=1), HOUR)


def _last_hour(instant: datetime) -> datetime:
    today = at_london(london_day(instant), HOUR)
    return today if today <= instant else at_london(london_day(instant) - timedelta(days=1), HOUR)
