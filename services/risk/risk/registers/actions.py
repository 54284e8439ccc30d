"""Keeps what a register said, fetched at night or read by an officer, and works out at once what it changes."""

from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session

from assay_kit.calendar import at_london, london_day
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from risk.bands.actions import refresh
from risk.case_tasks.actions import open_task
from risk.indicators.facts import CqcReading
from risk.registers.cqc import day
from risk.registers.errors import NobodysKey, ReadAfterToday
from risk.registers.repository import Facts
from risk.registers.rules import READINGS, Method, Register, names_manager
from risk.registers.schemas import ReadingByHand
from risk.tables import ExternalFact

NOON = time(12)


def record_by_hand(session: Session, wanted: ReadingByHand, *, by: Principal, now: datetime) -> ExternalFact:
    """What an officer read in a register, on the day of reading."""
    if wanted.read_on > london_day(now):
        raise ReadAfterToday(f"{wanted.read_on.isoformat()} is after today.")
    if not Facts(session).services_with(wanted.source, wanted.key):
        raise NobodysKey(f"No service or provider is known under {wanted.key}.")
    reading = READINGS[wanted.source].model_validate(wanted.reading.model_dump(mode="json"))
    at = min(at_london(wanted.read_on, NOON), now)
    return keep(
        session, wanted.source, wanted.key, reading, None, at=at, method=Method.MANUAL, by=by, now=now, note=wanted.note
    )


def keep(
    session: Session,
    source: Register,
    key: str,
    reading: BaseModel,
    record: dict[str, Any] | None,
    *,
    at: datetime,
    method: Method,
    by: Principal,
    now: datetime,
    note: str | None = None,
) -> ExternalFact:
    """Keep an answer of the instant `at`: a new row where it differs from what stood, else that was seen again."""
    facts = Facts(session)
    before = facts.standing(source, key, at)
    said = reading.model_dump(mode="json")
    digest = content_hash(said)
    if before is not None and before.content_hash == digest and before.method == method:
        before.last_seen_at = max(before.last_seen_at, at)
        fact = before
    else:
        fact = ExternalFact(
            source=source,
            key=key,
            reading=said,
            record=record,
            content_hash=digest,
            method=method,
            names_no_manager_since=_no_manager_since(source, said, before, london_day(at)),
            fetched_at=at,
            last_seen_at=at,
            recorded_by=by.subject,
            recorded_by_name=by.name,
            note=note,
        )
        facts.add(fact)
    session.flush()
    services = facts.services_with(source, key)
    refresh(session, services, now=now)
    if isinstance(reading, CqcReading) and not reading.is_registered and reading.successors:
        wording = f"CQC deregistered location {key}; confirm whether {', '.join(reading.successors)} succeeds it."
        for care_service_id in services:
            open_task(session, care_service_id, subject=f"successor of {key}", wording=wording, now=now)
    return fact


def _no_manager_since(source: Register, reading: dict[str, Any], before: ExternalFact | None, on: date) -> date | None:
    """Since when, as far as we have looked: the register gives no date for this sign. What says nothing of a manager,
    neither that there is one nor that there is none, carries on what was said before."""
    known = before.names_no_manager_since if before else None
    match names_manager(source, reading):
        case True:
            return None
        case False:
            return known or on
    return known or (day(before.reading.get("manager_absent_since")) if before else None)
