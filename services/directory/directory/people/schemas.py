"""What callers send and receive about people."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_contracts.roles import Role
from assay_kit.text import Email, Model, Name, Reason

from .rules import PersonStatus

# The length is bounded because a hash costs time; what makes a good one is a rule and is told as a refusal.
Password = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Roles = Annotated[list[Role], Field(max_length=20)]


class InvitationIn(Model):
    name: Name
    email: Email
    roles: Roles
    provider_id: UUID | None = Field(default=None, description="Null for the council's own people.")


class PersonIn(Model):
    name: Name
    roles: Roles


class ReasonIn(Model):
    reason: Reason


class NewPasswordIn(Model):
    token: Annotated[str, StringConstraints(min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]
    password: Password


class PasswordChangeIn(Model):
    current: Password
    new: Password


class PasswordResetIn(Model):
    email: Email


class PersonRead(BaseModel):
    id: UUID
    version: int
    email: str
    name: str
    provider_id: UUID | None
    roles: Annotated[list[str], Field(max_length=20)]
    status: PersonStatus
    made_at: AwareDatetime
