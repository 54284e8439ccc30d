"""HTTP for feeds: whether each is alive, and the two ways to keep it so."""

from typing import Annotated

from fastapi import APIRouter, status
from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.problems import may_answer
from assay_kit.text import WHOLE, Key, Model
from risk.bands.repository import Bands
from risk.dependencies import Caseworker, CouncilMember, IntelligenceSender
from risk.feeds import actions
from risk.feeds.errors import RowsMissing
from risk.feeds.repository import DELIVERY, last_heartbeats
from risk.indicators.counts import is_heard
from risk.indicators.facts import Feed
from risk.intelligence.sight import InFull
from risk.scoring_models.policy import CountPolicy
from risk.scoring_models.repository import ScoringModels, policy_of

router = APIRouter(prefix="/feeds", tags=["feeds"])


class FeedRead(BaseModel):
    """When it was last heard from, and from whom, is null to those who do not see what is restricted: each item that is
    sent is a sign of life, and its instant would tell that something was learnt."""

    feed: Feed
    is_alive: bool
    tolerance_days: int
    last_heard_at: AwareDatetime | None
    last_heard_from: str | None


class FeedList(BaseModel):
    items: list[FeedRead] = Field(max_length=10)


class Delivery(Model):
    """`row_count`: how many new rows were sent since the last delivery, one by one; of zero rows too: that is how zero
    is said. A row that was held already when it was sent is not a new one."""

    delivery_reference: Key
    row_count: Annotated[int, Field(ge=0, le=10_000_000), WHOLE]


class Heard(BaseModel):
    feed: Feed
    is_new: bool


@router.get("", summary="Whether each feed is alive", operation_id="list_feeds")
def list_feeds(session: SessionDep, in_full: InFull, by: CouncilMember, now: Now) -> FeedList:
    policy = policy_of(ScoringModels(session).published())
    heard, latest = Bands(session).last_heard(now), last_heartbeats(session, now)
    items = []
    for feed in Feed:
        rule: CountPolicy = getattr(policy, feed)
        last = latest.get(feed) if in_full else None
        items.append(
            FeedRead(
                feed=feed,
                is_alive=is_heard(london_day(now), heard.get(feed), rule),
                tolerance_days=rule.tolerance_days,
                last_heard_at=last.heard_at if last else None,
                last_heard_from=last.given_by_name if last else None,
            )
        )
    return FeedList(items=items)


@router.post(
    "/{feed}/deliveries",
    summary="Say that a delivery was made, of zero rows too",
    operation_id="record_feed_delivery",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(RowsMissing),
)
def record_feed_delivery(
    feed: Feed, delivery: Delivery, session: SessionDep, by: IntelligenceSender, now: Now
) -> Heard:
    reference = f"{DELIVERY}{delivery.delivery_reference}"
    noted = actions.deliver(session, feed, reference=reference, row_count=delivery.row_count, by=by, now=now)
    return Heard(feed=feed, is_new=noted)


@router.post(
    "/{feed}/confirmations",
    summary="Say, as a named officer, that there is nothing further to record",
    operation_id="confirm_nothing_further",
    status_code=status.HTTP_201_CREATED,
)
def confirm_nothing_further(feed: Feed, session: SessionDep, by: Caseworker, now: Now) -> Heard:
    return Heard(feed=feed, is_new=actions.confirm_nothing_further(session, feed, by=by, now=now))
