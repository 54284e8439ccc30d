"""Asking the directory to write to somebody: any service tells this, the directory makes the message."""

from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assay_contracts.roles import Role
from assay_kit.events import Event
from assay_kit.text import Subject


class Recipient(BaseModel):
    """Exactly one of: everybody of a provider, one person (by a token's subject), everybody with a council role."""

    model_config = ConfigDict(frozen=True)

    provider_id: UUID | None = None
    person: Subject | None = None
    role: Role | None = None

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        if [self.provider_id, self.person, self.role].count(None) != 2:
            raise ValueError("name exactly one of provider_id, person, role")
        return self


class MessageRequested(Event):
    """`reference` makes it idempotent: the same reference is written once. `about` is the thing it concerns."""

    TYPE: ClassVar[str] = "message.requested.v1"
    KEY: ClassVar[str] = "about"

    about: UUID
    reference: str = Field(min_length=1, max_length=200)
    template: str = Field(min_length=1, max_length=100, pattern=r"^[a-z_]+$")
    to: Recipient
    personalisation: dict[str, str] = Field(default_factory=dict)
