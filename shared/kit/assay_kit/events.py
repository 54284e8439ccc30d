"""Facts that services tell each other: told in the caller's transaction, delivered at least once, applied once.

`tell` writes one row in the service's own log and one delivery job per subscriber, locked by subscriber and aggregate,
so that each subscriber hears of one thing in order and a subscriber that is down holds up nobody else. The envelope is
CloudEvents 1.0 in structured JSON.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, Column, Identity, Index, MetaData, String, Table, Uuid, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Session

from assay_kit.database import Instant, new_id
from assay_kit.jobs import DELIVER, defer_all
from assay_kit.text import Moment

if TYPE_CHECKING:
    from assay_kit.service import Service

_ARRIVED_AT = "event_arrived_at"  # where a session keeps business time while it applies an event
_metadata = MetaData()
_WRITING = 0x4556_4E54  # advisory lock: "EVNT", shared by who writes the log, exclusive for who reads it

event_log = Table(
    "event_log",
    _metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("aggregate", Uuid, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", JSONB, nullable=False),
    Index("ix_event_log_aggregate", "aggregate"),
    Index("ix_event_log_type", "type"),
)

received_event = Table(
    "received_event",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", String, nullable=False),
    Column("received_at", Instant, nullable=False, server_default=func.now()),
)


class Event(BaseModel):
    """A fact, in the past tense. `TYPE` is its name with a version; `KEY` the field that names what it is about."""

    model_config = ConfigDict(frozen=True)

    TYPE: ClassVar[str]
    KEY: ClassVar[str]

    at: AwareDatetime

    @property
    def aggregate(self) -> UUID:
        """The id of the thing the fact is about: facts about one thing arrive in order. `KEY` may be a dotted path."""
        found: Any = self
        for part in self.KEY.split("."):
            found = getattr(found, part)
        return UUID(str(found))


class Envelope(BaseModel):
    """An event on its way (CloudEvents 1.0, https://cloudevents.io)."""

    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(min_length=1, max_length=100, pattern=r"^/[a-z-]+$")
    type: str = Field(min_length=1, max_length=100, pattern=r"^[a-z_.-]+\.v[0-9]{1,3}$")
    subject: UUID
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]


class LoggedEvent(BaseModel):
    sequence: int
    event: Envelope


class Receipt(BaseModel):
    """What became of a delivery."""

    outcome: Literal["applied", "already_known", "not_of_interest"]


def tell(session: Session, event: Event) -> UUID:
    """Log `event` and ask for its delivery to each subscriber, in the caller's transaction. Returns the event's id."""
    [event_id] = tell_all(session, [event])
    return event_id


def tell_all(session: Session, events: Sequence[Event]) -> list[UUID]:
    """Tell many events, in their order, in a fixed number of statements."""
    service: Service = session.info["service"]
    if unknown := {event.TYPE for event in events} - set(service.tells):
        raise LookupError(f"{service.name} does not declare that it tells {', '.join(sorted(unknown))}.")
    if not events:
        return []
    told = [(new_id(), event) for event in events]
    session.execute(select(func.pg_advisory_xact_lock_shared(_WRITING)))
    session.execute(
        event_log.insert(),
        [
            {
                "id": event_id,
                "type": event.TYPE,
                "aggregate": event.aggregate,
                "at": event.at,
                "body": event.model_dump(mode="json"),
            }
            for event_id, event in told
        ],
    )
    deliveries: list[tuple[str | None, dict[str, Any]]] = [
        (f"{subscriber}:{event.aggregate}", {"event_id": str(event_id), "subscriber": subscriber})
        for event_id, event in told
        for subscriber in service.tells[event.TYPE]
    ]
    defer_all(session, DELIVER, deliveries)
    return [event_id for event_id, _ in told]


def envelope_of(session: Session, event_id: UUID, *, source: str) -> Envelope:
    row = session.execute(select(event_log).where(event_log.c.id == event_id)).one()
    return _envelope(row, source)


def receive(session: Session, envelope: Envelope, service: "Service", *, now: datetime) -> Receipt:
    """Apply an event, once: its id is recorded in the transaction that applies it.

    `now`: business time here as it arrives, for handlers that act (`acting_at`).
    """
    session.info[_ARRIVED_AT] = now
    try:
        return _receive(session, envelope, service)
    finally:
        session.info.pop(_ARRIVED_AT, None)


def acting_at(session: Session, event: Event) -> datetime:
    """The instant at which a handler acts on `event`: business time as it arrived, and never before it happened.

    A deadline that begins with the event's own time may be over before anybody can meet it, and a step that is
    written at that time may come before one that was taken while the event was on its way.
    """
    arrived: datetime = session.info[_ARRIVED_AT]
    return max(arrived, event.at)


def _receive(session: Session, envelope: Envelope, service: "Service") -> Receipt:
    recorded = session.execute(
        insert(received_event)
        .values(id=envelope.id, type=envelope.type)
        .on_conflict_do_nothing()
        .returning(received_event.c.id)
    ).one_or_none()
    if recorded is None:
        return Receipt(outcome="already_known")
    if service.receives_all is not None:
        service.receives_all(session, envelope)
    known = {event.TYPE: (event, apply) for event, apply in service.receives.items()}
    if envelope.type not in known:
        return Receipt(outcome="applied" if service.receives_all else "not_of_interest")
    event_class, apply = known[envelope.type]
    apply(session, event_class.model_validate(envelope.data))
    return Receipt(outcome="applied")


def log_after(session: Session, after: int, *, limit: int, source: str) -> Sequence[LoggedEvent]:
    """Events of this service's own log after a cursor. A reader that goes on from the last number misses nothing.

    A number is taken before its transaction commits, so the reader first waits (bounded) until nobody is writing. The
    feed for the outside is the directory's, which numbers events as it receives them.
    """
    session.execute(select(func.pg_advisory_xact_lock(_WRITING)))
    rows = session.execute(
        select(event_log).where(event_log.c.sequence > after).order_by(event_log.c.sequence).limit(limit)
    )
    return [LoggedEvent(sequence=row.sequence, event=_envelope(row, source)) for row in rows]


def _envelope(row: Any, source: str) -> Envelope:
    return Envelope(id=row.id, source=f"/{source}", type=row.type, subject=row.aggregate, time=row.at, data=row.body)
