"""What callers send and receive about the demonstration clock."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import WHOLE, Model, Moment


class MoveTo(Model):
    to: Moment

    def target(self, _: datetime) -> datetime:
        return self.to


class MoveBy(Model):
    days: Annotated[int, Field(ge=1, le=3660), WHOLE]

    def target(self, now: datetime) -> datetime:
        return now + timedelta(days=self.days)


Move = MoveTo | MoveBy


class DemonstrationClock(BaseModel):
    now: AwareDatetime


class Moved(BaseModel):
    """Where the clock stands, how many instants it stopped at on the way, and how much was done there."""

    began: AwareDatetime
    now: AwareDatetime
    instants: int
    done: int
