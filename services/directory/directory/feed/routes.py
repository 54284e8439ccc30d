"""HTTP for the one feed of events for the outside: by cursor, by type, and waiting for what comes next."""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import StringConstraints
from sqlmodel import Session

from assay_contracts.roles import Scope
from assay_kit.events import Envelope
from assay_kit.identity import Principal, allow
from assay_kit.problems import Unavailable, may_answer
from directory.dependencies import ShortSessionsDep
from directory.tables import FeedEntry

from .repository import Feed
from .schemas import FeedEntryRead, FeedRead

FeedReader = Annotated[Principal, allow(Scope.FEED_READ)]
EventType = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z_.-]+\.v[0-9]{1,3}$")]

_LOOK_AGAIN_SECONDS = 0.5

router = APIRouter(tags=["feed"])


@router.get("/feed", summary="Read the feed of events", responses=may_answer(Unavailable))
async def read_feed(
    request: Request,
    sessions: ShortSessionsDep,
    by: FeedReader,
    after: Annotated[int, Query(ge=0, le=2**62, description="The last number you have seen.")] = 0,
    types: Annotated[list[EventType], Query(max_length=20, description="Only these types; all without it.")] = [],  # noqa: B006 - FastAPI copies it
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    wait: Annotated[int, Query(ge=0, le=30, description="Wait so many seconds for the next event.")] = 0,
) -> FeedRead:
    """While it waits it holds no connection and no place among the admitted requests."""

    def read(session: Session) -> FeedRead:
        return _read(Feed(session), after, types, limit)

    until = time.monotonic() + wait
    while True:
        said = await sessions.run(read)
        if said.items or time.monotonic() >= until or await request.is_disconnected():
            return said
        await asyncio.sleep(min(_LOOK_AGAIN_SECONDS, max(0.0, until - time.monotonic())))


def _read(feed: Feed, after: int, types: Sequence[str], limit: int) -> FeedRead:
    # First the end, then the entries: one that commits in between is read, or left for next time, but never passed by.
    end = feed.last()
    found = [entry for entry in feed.after(after, types=types, limit=limit) if entry.number <= end]
    is_full = len(found) == limit
    last = found[-1].number if is_full else max(after, end)
    return FeedRead(items=[_entry(each) for each in found], last=last)


def _entry(entry: FeedEntry) -> FeedEntryRead:
    said = {"id": entry.event_id, "data": entry.data, "time": entry.time}
    about = {"type": entry.type, "source": entry.source, "subject": entry.subject}
    return FeedEntryRead(number=entry.number, event=Envelope.model_validate(said | about))
