"""What the public register answers."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field


class RegisterLine(BaseModel):
    """One member. Whether it is suspended is not public."""

    provider_id: UUID
    provider_name: str | None
    zone: str | None
    member_since: date


class RegisteredLot(BaseModel):
    """A lot whose register can be read."""

    scheme_id: UUID
    scheme_name: str
    lot_id: UUID
    lot_name: str


class RegisteredLots(BaseModel):
    items: list[RegisteredLot] = Field(max_length=1_000)


class RegisterOfLot(BaseModel):
    scheme_id: UUID
    scheme_name: str
    lot_id: UUID
    lot_name: str
    as_at: date
    members: list[RegisterLine] = Field(max_length=100_000)
