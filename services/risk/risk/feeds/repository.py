"""Reads the signs of life of the feeds."""

from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, func, select

from risk.indicators.facts import Feed
from risk.intelligence.rules import FEEDS
from risk.tables import FeedHeartbeat, IntakeItem, Intelligence

DELIVERY = "delivery "
"""How the reference of a delivery begins, beside those of single items and files."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def last_heartbeats(session: Session, now: datetime) -> dict[Feed, FeedHeartbeat]:
    wanted = (
        select(FeedHeartbeat)
        .where(FeedHeartbeat.heard_at <= now)
        .ext(distinct_on(col(FeedHeartbeat.feed)))
        .order_by(col(FeedHeartbeat.feed), col(FeedHeartbeat.heard_at).desc(), col(FeedHeartbeat.id).desc())
    )
    return {Feed(row.feed): row for row in session.exec(wanted)}


def is_noted(session: Session, feed: Feed, reference: str) -> bool:
    wanted = select(FeedHeartbeat.id).where(FeedHeartbeat.feed == feed, FeedHeartbeat.reference == reference)
    return session.exec(wanted).first() is not None


def rows_since_last_delivery(session: Session, feed: Feed, *, by: str) -> int:
    """How many new rows of a sender came since it last said that it had delivered: a row that waited to be placed
    counts when it came, not again when it is placed. A row that was held already, under its reference, does not count
    however often it is sent."""
    said = select(func.max(FeedHeartbeat.heard_at)).where(
        FeedHeartbeat.feed == feed,
        FeedHeartbeat.given_by == by,
        col(FeedHeartbeat.reference).startswith(f"{by}: {DELIVERY}", autoescape=True),
    )
    last = session.exec(said).one() or _LONG_AGO
    [kind] = [kind for kind, of in FEEDS.items() if of is feed]
    placed = select(IntakeItem.id).where(col(IntakeItem.intelligence_id) == Intelligence.id).correlate(Intelligence)
    recorded = select(func.count()).where(
        Intelligence.system == by, Intelligence.kind == kind, Intelligence.recorded_at > last, ~placed.exists()
    )
    queued = select(func.count()).where(IntakeItem.system == by, IntakeItem.kind == kind, IntakeItem.received_at > last)
    return session.exec(recorded).one() + session.exec(queued).one()
