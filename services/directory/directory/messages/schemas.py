"""What callers send and receive about messages."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.text import Key, Model, Subject

from .rules import MessageStatus

TemplateName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[a-z_]+$")]
Word = Annotated[str, StringConstraints(max_length=4_000, pattern=r"^[^\x00]*$")]
WordName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,50}$")]


class ToProvider(Model):
    """Everybody of a provider."""

    provider_id: UUID


class ToPerson(Model):
    """One person, by the subject of their token."""

    person: Subject


class ToRole(Model):
    """Everybody of the council with a role."""

    role: Role


class MessageIn(Model):
    reference: Key
    template: TemplateName
    to: ToProvider | ToPerson | ToRole
    personalisation: dict[WordName, Word] = Field(
        default_factory=dict, max_length=50, json_schema_extra={"additionalProperties": False}
    )

    def recipient(self) -> Recipient:
        return Recipient.model_validate(self.to.model_dump())


class MessageAccepted(BaseModel):
    reference: str


class MessageRead(BaseModel):
    """A message as its recipient reads it."""

    id: UUID
    template: str
    recipient: str
    subject: str
    body: str
    made_at: AwareDatetime


class OutboxRead(MessageRead):
    """A message as administrators see it."""

    reference: str
    source: str
    provider_id: UUID | None
    person_id: UUID | None
    email: str | None
    status: MessageStatus
    why: str | None
