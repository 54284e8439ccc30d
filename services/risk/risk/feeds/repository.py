"""Reads the signs of life of the feeds."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from risk.indicators.facts import Feed
from risk.tables import FeedHeartbeat


def last_heartbeats(session: Session, now: datetime) -> dict[Feed, FeedHeartbeat]:
    wanted = (
        select(FeedHeartbeat)
        .where(FeedHeartbeat.heard_at <= now)
        .ext(distinct_on(col(FeedHeartbeat.feed)))
        .order_by(col(FeedHeartbeat.feed), col(FeedHeartbeat.heard_at).desc(), col(FeedHeartbeat.id).desc())
    )
    return {Feed(row.feed): row for row in session.exec(wanted)}
