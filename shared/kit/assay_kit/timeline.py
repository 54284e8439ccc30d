"""One row per step of anything that has a life: from, to, step, by, at, why. It is the audit trail and the timeline.

Rows are only ever added; the database refuses to change or remove them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Identity,
    Index,
    MetaData,
    Select,
    String,
    Table,
    Text,
    Uuid,
    and_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from assay_kit.database import Instant
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from assay_kit.problems import StepNotAllowed
from assay_kit.steps import Life

_metadata = MetaData()

timeline_entry = Table(
    "timeline_entry",
    _metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("object_kind", String, nullable=False),
    Column("object_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=True),
    Column("care_service_id", Uuid, nullable=True),
    Column("from_status", String, nullable=True),
    Column("to_status", String, nullable=False),
    Column("step", String, nullable=False),
    Column("by_subject", String, nullable=False),
    Column("by_name", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=True),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    Index("ix_timeline_entry_object", "object_kind", "object_id", "sequence"),
    Index("ix_timeline_entry_care_service_id", "care_service_id", "at"),
    Index("ix_timeline_entry_provider_id", "provider_id", "at"),
)

_NEWEST_FIRST = (timeline_entry.c.at.desc(), timeline_entry.c.sequence.desc())

R = TypeVar("R", bound="Alive")
S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


class Alive(Protocol):
    """A record that has a life."""

    id: UUID
    status: Any


class TimelineEntryRead(BaseModel):
    """One step: who took it, when (business time), from which state to which, and why."""

    sequence: int
    object_kind: str
    object_id: UUID
    provider_id: UUID | None
    care_service_id: UUID | None
    from_status: str | None
    to_status: str
    step: str
    by_name: str
    at: AwareDatetime
    reason: str | None
    detail: dict[str, Any]


def begin(
    session: Session,
    record: Alive,
    life: Life[S, T],
    *,
    by: Principal,
    now: datetime,
    step: str = "begin",
    reason: str | None = None,
    provider_id: UUID | None = None,
    care_service_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write the first row of a record that was just made in its start state."""
    record.status = life.start
    about = {"provider_id": provider_id, "care_service_id": care_service_id, "detail": detail or {}}
    _write(session, life.name, record, None, step, by=by, now=now, reason=reason, **about)


def take(
    session: Session,
    record: Alive,
    step: T,
    life: Life[S, T],
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
    provider_id: UUID | None = None,
    care_service_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Take a step: ask the life whether it may be taken (409 otherwise), set the status, write the row.

    Lock the record's row first where two people can press the button.
    """
    current = _step(record, step, life)
    about = {"provider_id": provider_id, "care_service_id": care_service_id, "detail": detail or {}}
    _write(session, life.name, record, current, step, by=by, now=now, reason=reason, **about)


def _step(record: Alive, step: T, life: Life[S, T]) -> S:
    """Bring the record to where the step leads; where it was."""
    current: S = type(life.start)(record.status)
    following = life.after(current, step)
    if following is None:
        raise StepNotAllowed(life.name, current, step)
    record.status = following
    return current


@dataclass
class _Still:
    """A record that stays where it is, or that has no life at all."""

    id: UUID
    status: str


def note(
    session: Session,
    kind: str,
    object_id: UUID,
    step: str,
    *,
    by: Principal,
    now: datetime,
    status: str = "recorded",
    reason: str | None = None,
    provider_id: UUID | None = None,
    care_service_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write a row for a change that leaves its record at the stage where it is."""
    about = {"provider_id": provider_id, "care_service_id": care_service_id, "detail": detail or {}}
    _write(session, kind, _Still(object_id, status), status, step, by=by, now=now, reason=reason, **about)


@dataclass(frozen=True, kw_only=True)
class Taken(Generic[S, T]):
    """A step of one record among many: from `before` by `step`; `step` None: it was just made."""

    object_id: UUID
    before: S
    step: T | None = None
    reason: str | None = None
    provider_id: UUID | None = None
    care_service_id: UUID | None = None
    detail: dict[str, Any] | None = None


def write_all(
    session: Session, life: Life[S, T], steps: Sequence[Taken[S, T]], *, by: Principal, now: datetime
) -> None:
    """As `begin` and `take`, for many records in one statement. Their states are the caller's to keep."""
    if not steps:
        return
    session.flush()
    session.execute(timeline_entry.insert(), [_row(life, each, by=by, now=now) for each in steps])


def take_all(
    session: Session,
    records: Iterable[R],
    step: T,
    life: Life[S, T],
    *,
    by: Principal,
    now: datetime,
    about: Callable[[R], Mapping[str, Any]],
) -> None:
    """As `take`, of many locked records, in one statement. `about`: the reason, provider and detail of each."""
    taken = [Taken(object_id=each.id, before=_step(each, step, life), step=step, **about(each)) for each in records]
    write_all(session, life, taken, by=by, now=now)


def _row(life: Life[S, T], taken: Taken[S, T], *, by: Principal, now: datetime) -> dict[str, Any]:
    following = taken.before if taken.step is None else life.after(taken.before, taken.step)
    if following is None:
        raise StepNotAllowed(life.name, taken.before, str(taken.step))
    return {
        "object_kind": life.name,
        "object_id": taken.object_id,
        "provider_id": taken.provider_id,
        "care_service_id": taken.care_service_id,
        "from_status": None if taken.step is None else str(taken.before),
        "to_status": str(following),
        "step": "begin" if taken.step is None else str(taken.step),
        "by_subject": by.subject,
        "by_name": by.name,
        "at": now,
        "reason": taken.reason,
        "detail": taken.detail or {},
    }


def timeline_of(
    session: Session,
    *,
    kind: str | None = None,
    object_id: UUID | None = None,
    care_service_id: UUID | None = None,
    provider_id: UUID | None = None,
    or_provider_wide: UUID | None = None,
    only: Sequence[ColumnElement[bool]] = (),
    before: int | None = None,
    limit: int = 200,
) -> Sequence[TimelineEntryRead]:
    """The newest steps first, of an object, a care service or a provider; `only` those that a reader may know of, so
    that what is left out takes no room.

    `or_provider_wide` adds to a care service's those about this provider as a whole, which name no care service.
    """
    wanted = {"object_kind": kind, "object_id": object_id, "provider_id": provider_id}
    statement = select(timeline_entry).order_by(*_NEWEST_FIRST)
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(timeline_entry.c[column] == value)
    if care_service_id is not None:
        statement = statement.where(_reaches(care_service_id, or_provider_wide))
    if before is not None:
        statement = statement.where(timeline_entry.c.sequence < before)
    return _read(session, statement.where(*only).limit(min(limit, 200)))


def timeline_page(
    session: Session,
    page: PageAsked,
    *,
    care_service_id: UUID,
    or_provider_wide: UUID | None = None,
    only: Sequence[ColumnElement[bool]] = (),
) -> Page[TimelineEntryRead]:
    """As `timeline_of`, and all of it: a page at a time, back to the first step."""
    steps: Any = select(timeline_entry.c.sequence).where(_reaches(care_service_id, or_provider_wide), *only)
    found = paginate(session, steps, page, *_NEWEST_FIRST)
    shown = select(timeline_entry).where(timeline_entry.c.sequence.in_(found.items)).order_by(*_NEWEST_FIRST)
    return Page[TimelineEntryRead](items=_read(session, shown), next_cursor=found.next_cursor)


def _read(session: Session, statement: Select[Any]) -> list[TimelineEntryRead]:
    return [TimelineEntryRead.model_validate(dict(row._mapping)) for row in session.execute(statement)]


def _reaches(care_service_id: UUID, provider_id: UUID | None) -> ColumnElement[bool]:
    own = timeline_entry.c.care_service_id == care_service_id
    if provider_id is None:
        return own
    return or_(own, and_(timeline_entry.c.care_service_id.is_(None), timeline_entry.c.provider_id == provider_id))


def _write(
    session: Session,
    kind: str,
    record: Alive,
    before: str | None,
    step: str,
    *,
    by: Principal,
    now: datetime,
    **rest: Any,
) -> None:
    session.flush()
    session.execute(
        timeline_entry.insert().values(
            object_kind=kind,
            object_id=record.id,
            from_status=before,
            to_status=str(record.status),
            step=str(step),
            by_subject=by.subject,
            by_name=by.name,
            at=now,
            **rest,
        )
    )
