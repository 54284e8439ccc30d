"""Business time: an argument everywhere, and in demonstration mode a clock that can be moved forward.

Security time (tokens, sessions, rate limits, signatures) never comes from here.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from assay_kit.database import Instant, SessionDep
from assay_kit.settings import Settings

_metadata = MetaData()

business_clock = Table(
    "business_clock",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("anchor", Instant, nullable=False),  # business time at...
    Column("set_at", Instant, nullable=False),  # ...this instant of real time
    Column("is_running", Boolean, nullable=False),
)


def real_now() -> datetime:
    """The real instant, UTC."""
    return datetime.now(UTC)


def business_now(session: Session, settings: Settings) -> datetime:
    """Business time now. In production it is real time; in demonstration mode it runs on from where it was set."""
    if not settings.is_demonstration:
        return real_now()
    row = session.execute(select(business_clock).where(business_clock.c.id == 1)).one_or_none()
    if row is None:
        return real_now()
    anchor: datetime = row.anchor
    return anchor + (real_now() - row.set_at) if row.is_running else anchor


def is_set(session: Session) -> bool:
    """Whether the demonstration clock has ever been set; until then it may be set to any instant."""
    return session.execute(select(business_clock.c.id)).one_or_none() is not None


def is_running(session: Session) -> bool:
    """Whether business time runs on by itself; it stands still while somebody moves it."""
    row = session.execute(select(business_clock.c.is_running)).one_or_none()
    return row is None or bool(row.is_running)


def set_clock(session: Session, to: datetime, *, is_running: bool) -> None:
    """Put the demonstration clock at `to`. Whether that is forward is for the caller to have asked."""
    values = {"anchor": to, "set_at": real_now(), "is_running": is_running}
    statement = insert(business_clock).values(id=1, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def get_now(request: Request, session: SessionDep) -> datetime:
    return business_now(session, request.app.state.settings)


Now = Annotated[datetime, Depends(get_now)]
