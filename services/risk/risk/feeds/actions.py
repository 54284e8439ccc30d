"""Keeps the signs of life of the feeds. Silence is not zero."""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.database import new_id
from assay_kit.identity import Principal
from risk.bands.nights import refresh_soon
from risk.bands.repository import Bands
from risk.feeds.errors import RowsMissing
from risk.feeds.repository import is_noted, rows_since_last_delivery
from risk.indicators.counts import is_heard
from risk.indicators.facts import Feed
from risk.scoring_models.policy import CountPolicy
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.tables import FeedHeartbeat


def heard(
    session: Session,
    feed: Feed,
    *,
    reference: str,
    by: Principal,
    now: datetime,
    up_to: date | None = None,
    row_count: int | None = None,
    is_officers_word: bool = False,
) -> bool:
    """Note that the feed is alive; False where the same reference was noted before.

    A feed that comes back from silence changes what is known of every service. What reaches `up_to` a day (none: to
    now) says nothing of the days after it: it is a sign of life of that day.
    """
    was_silent = not _is_alive(session, feed, now=now)
    statement = insert(FeedHeartbeat).values(
        id=new_id(),
        feed=feed,
        heard_at=now if up_to is None else min(now, end_of_london_day(up_to)),
        row_count=row_count,
        reference=f"{by.subject}: {reference}",
        given_by=by.subject,
        given_by_name=by.name,
        is_officers_word=is_officers_word,
    )
    noted = session.execute(statement.on_conflict_do_nothing().returning(col(FeedHeartbeat.id))).one_or_none()
    if noted is not None and was_silent:
        refresh_soon(session, f"feed {feed} heard again", now=now)
    return noted is not None


def deliver(session: Session, feed: Feed, *, reference: str, row_count: int, by: Principal, now: datetime) -> bool:
    """A delivery is a sign of life when its rows came. False where it was noted before."""
    if is_noted(session, feed, f"{by.subject}: {reference}"):
        return False
    if row_count and (came := rows_since_last_delivery(session, feed, by=by.subject)) < row_count:
        raise RowsMissing(row_count, came)
    return heard(session, feed, reference=reference, row_count=row_count, by=by, now=now)


def _is_alive(session: Session, feed: Feed, *, now: datetime) -> bool:
    policy: CountPolicy = getattr(policy_of(ScoringModels(session).published()), feed)
    return is_heard(london_day(now), Bands(session).last_heard(now).get(feed), policy)


def confirm_nothing_further(session: Session, feed: Feed, *, by: Principal, now: datetime) -> bool:
    """A named officer's word that there is nothing further to record, once a day and person at most."""
    day = london_day(now).isoformat()
    return heard(session, feed, reference=f"nothing further, {day}", by=by, now=now, is_officers_word=True)
