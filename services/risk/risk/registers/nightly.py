"""Registers that are configured are read every night before the estate is worked out; a failure keeps what was said."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, select

from assay_kit.calendar import at_london, london_day
from assay_kit.identity import SYSTEM
from risk.registers.actions import keep
from risk.registers.clients import RegisterClient
from risk.registers.http import RegisterRefuses, RegisterUnavailable
from risk.registers.repository import Facts
from risk.registers.rules import Method, Register
from risk.registers.settings import RegisterSettings
from risk.tables import RegisterNight, ServiceBand

HOUR = time(0, 30)
BATCH = 20

log = structlog.get_logger(__name__)

ClientFor = Callable[[Register], RegisterClient]


def next_reading(session: Session) -> datetime | None:
    """When a register is next due. None where none is configured, or there is nothing to ask about yet."""
    due = [instant for register in RegisterSettings().asked if (instant := _next_of(session, register)) is not None]
    return min(due, default=None)


def read_due(session: Session, now: datetime) -> int:
    settings = RegisterSettings()
    return sum(read_register(session, register, settings.client, now=now) for register in settings.asked)


def read_register(session: Session, register: Register, client_for: ClientFor, *, now: datetime) -> int:
    """Read the next keys of a night that is due; 0 when the register is done for the night."""
    night = _night(session, register, now=now)
    if night is None:
        return 0
    keys = Facts(session).keys(register, after=night.reached, limit=BATCH)
    client = client_for(register)
    try:
        for key in keys:
            _read(session, client, register, key, now=now)
            night.reached = key
            night.read_count += 1
    except (RegisterUnavailable, RegisterRefuses) as failure:
        night.failure = str(failure)[:500]
        log.error("register not read to the end; what it last said stays", register=register, failure=str(failure))
    finally:
        client.close()
    if night.failure or len(keys) < BATCH:
        night.finished_at = now
    session.add(night)
    session.flush()
    return max(len(keys), 1)


def _read(session: Session, client: RegisterClient, register: Register, key: str, *, now: datetime) -> None:
    answer = client.read(key)
    if answer is None:
        log.warning("the register does not know the key", register=register, key=key)
        return
    keep(session, register, key, answer.reading, answer.record, at=now, method=Method.FETCHED, by=SYSTEM, now=now)


def _night(session: Session, register: Register, *, now: datetime) -> RegisterNight | None:
    running = select(RegisterNight).where(
        RegisterNight.source == register, RegisterNight.due_at <= now, col(RegisterNight.finished_at).is_(None)
    )
    if (found := session.exec(running.with_for_update()).first()) is not None:
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
    last = last or session.exec(select(func.max(ServiceBand.refreshed_at))).one()
    return None if last is None else _hour_after(last)


def _hour_after(instant: datetime) -> datetime:
    tonight = at_london(london_day(instant), HOUR)
    return tonight if tonight > instant else at_london(london_day(instant) + timedelta(days=1), HOUR)


def _last_hour(instant: datetime) -> datetime:
    today = at_london(london_day(instant), HOUR)
    return today if today <= instant else at_london(london_day(instant) - timedelta(days=1), HOUR)
