"""What callers send and receive about activity."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, WithJsonSchema

from assay_contracts.directory import Commissioner
from assay_kit.money import Money
from assay_kit.text import Count, Model

# Hours have the shape of money: at most 12 digits and two decimal places, as a string.
_HOURS = r"^[0-9]{1,7}(\.[0-9]{1,2})?$"
Hours = Annotated[
    Money, Field(ge=0, lt=10_000_000), WithJsonSchema({"type": "string", "pattern": _HOURS, "examples": ["812.50"]})
]


class ActivityIn(Model):
    people: Count
    hours: Hours


class ActivityRead(BaseModel):
    care_service_id: UUID
    month: date
    commissioner: Commissioner
    people: int
    hours: Hours
    recorded_at: AwareDatetime
