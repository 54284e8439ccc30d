"""Keeps what a register said, fetched at night or read by an officer, and works out at once what it changes."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session

from assay_kit.calendar import at_london, london_day
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from risk.bands.actions import refresh
from risk.case_tasks.actions import complete, complete_alike, get_one, hold_open, open_task
from risk.case_tasks.errors import AnswerMissing, NothingToAnswer
from risk.indicators.facts import CqcReading
from risk.registers.cqc import day
from risk.registers.errors import NobodysKey, ReadAfterToday
from risk.registers.repository import Facts
from risk.registers.rules import (
    READINGS,
    Method,
    Register,
    asked_by,
    asks_for_a_successor,
    names_manager,
    subject_of,
)
from risk.registers.schemas import ReadingByHand
from risk.tables import CaseTask, ExternalFact, SuccessorAnswer
from risk.tables.base import columns_of

NOON = time(12)


def record_by_hand(session: Session, wanted: ReadingByHand, *, by: Principal, now: datetime) -> ExternalFact:
    """What an officer read in a register, on the day of reading."""
    if wanted.read_on > london_day(now):
        raise ReadAfterToday(f"{wanted.read_on.isoformat()} is after today.")
    facts = Facts(session)
    if not facts.services_with(wanted.source, wanted.key):
        raise NobodysKey(f"No service or provider is known under {wanted.key}.")
    reading = READINGS[wanted.source].model_validate(wanted.reading.model_dump(mode="json"))
    at = min(at_london(wanted.read_on, NOON), now)
    facts.one_at_a_time(wanted.source, wanted.key)
    if isinstance(reading, CqcReading) and reading.successors:
        facts.ask_again(wanted.key, reading.successors, at=at)
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
    facts.one_at_a_time(source, key)
    reading = _as_answered(facts, key, reading)
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
        _put_in_order(facts, fact, before)
    session.flush()
    services = facts.services_with(source, key)
    refresh(session, services, now=now)
    if isinstance(reading, CqcReading) and not reading.is_registered:
        _ask_what_succeeds_it(session, services, key, reading, now=now)
    return fact


def _put_in_order(facts: Facts, fact: ExternalFact, before: ExternalFact | None) -> None:
    """Add what differs from what stood `before`. Where more had been heard of already, it ends as if each answer had
    come in its turn: what stood then and was seen since stands again, and what is counted from the first sign on is
    counted again."""
    if before is not None and before.last_seen_at > fact.fetched_at:
        facts.add(ExternalFact(**columns_of(before, "id") | {"fetched_at": before.last_seen_at}))
        before.last_seen_at = fact.fetched_at
    facts.add(fact)
    previous = fact
    for later in facts.after(fact.source, fact.key, fact.fetched_at):
        on = london_day(later.fetched_at)
        later.names_no_manager_since = _no_manager_since(fact.source, later.reading, previous, on)
        previous = later


def _as_answered(facts: Facts, key: str, reading: BaseModel) -> BaseModel:
    """What no officer refused, and what of it one confirmed: where nothing succeeds a location that was deregistered,
    it is just that."""
    if not isinstance(reading, CqcReading) or not reading.successors:
        return reading
    answers = facts.answers(key)
    left = tuple(each for each in reading.successors if answers.get(each) is not False)
    confirmed = tuple(each for each in left if answers.get(each))
    return reading.model_copy(update={"successors": left, "confirmed": confirmed})


def _ask_what_succeeds_it(
    session: Session, care_service_ids: Sequence[UUID], key: str, reading: CqcReading, *, now: datetime
) -> None:
    """Of each location that nobody has answered of yet."""
    open_ones = [each for each in reading.successors if each not in reading.confirmed]
    wording = f"CQC deregistered location {key}; confirm whether {', '.join(open_ones)} succeeds it."
    for care_service_id in care_service_ids if open_ones else []:
        open_task(session, care_service_id, subject=subject_of(key, open_ones), wording=wording, now=now)


def complete_task(
    session: Session, task_id: UUID, outcome: str, *, is_successor: bool | None, by: Principal, now: datetime
) -> CaseTask:
    """Complete a task on a case file; one that asks whether a location succeeds another, with the answer."""
    task = get_one(session, task_id)
    asks = asks_for_a_successor(task.subject)
    if asks:
        Facts(session).one_at_a_time(Register.CQC, asked_by(task.subject)[0])
    hold_open(session, task, with_alike=asks)
    if asks is (is_successor is None):
        raise AnswerMissing if is_successor is None else NothingToAnswer
    complete(session, task, outcome, by=by, now=now)
    if is_successor is not None:
        _answer(session, task, is_successor, outcome, by=by, now=now)
    return task


def _answer(session: Session, task: CaseTask, is_successor: bool, reason: str, *, by: Principal, now: datetime) -> None:
    """Kept for the key, whoever asked: CQC goes on naming what an officer has answered of. Where all that it names is
    refused, each service there is deregistered from now on; what is confirmed waits for the directory."""
    facts = Facts(session)
    key, successors = asked_by(task.subject)
    about: dict[str, Any] = {"key": key, "is_successor": is_successor, "reason": reason, "answered_at": now}
    about |= {"answered_by": by.subject, "answered_by_name": by.name}
    facts.answer(*(SuccessorAnswer(successor=each, **about) for each in successors))
    complete_alike(session, task)
    standing = facts.standing(Register.CQC, key, now)
    if standing is None:
        return
    reading = CqcReading.model_validate(standing.reading)
    if not reading.is_registered and set(reading.successors) & set(successors):
        said = (reading, standing.record)
        keep(session, Register.CQC, key, *said, at=now, method=Method.MANUAL, by=by, now=now, note=reason)


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
