"""What a reader of the feed is sent."""

from typing import Annotated

from pydantic import BaseModel, Field

from assay_kit.events import Envelope


class FeedEntryRead(BaseModel):
    """An event and its number: the order in which it was heard, without a gap."""

    number: int
    event: Envelope


class FeedRead(BaseModel):
    items: Annotated[list[FeedEntryRead], Field(max_length=200)]
    last: int = Field(
        description="Send it as `after` to go on. It moves even where no event was of the types asked for."
    )
