"""What callers send and receive about API clients. A secret is shown once, when it is made."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_contracts.roles import Scope
from assay_kit.text import WHOLE, Line, Model

from .rules import CLIENT_NAME

ClientName = Annotated[str, StringConstraints(pattern=CLIENT_NAME)]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=20)]


class ClientIn(Model):
    description: Line
    scopes: Scopes


class NewClientIn(ClientIn):
    name: ClientName
    secret_lasts_days: Annotated[int, Field(ge=1, le=366), WHOLE] = 90


class SecretIn(Model):
    lasts_days: Annotated[int, Field(ge=1, le=366), WHOLE] = 90


class SecretRead(BaseModel):
    id: UUID
    made_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None


class ClientRead(BaseModel):
    id: UUID
    version: int
    name: str
    description: str
    scopes: Annotated[list[str], Field(max_length=20)]
    made_at: AwareDatetime
    disabled_at: AwareDatetime | None
    secrets: Annotated[list[SecretRead], Field(max_length=200)]


class SecretShown(SecretRead):
    client_id: str
    secret: str


class NewClientRead(BaseModel):
    client: ClientRead
    secret: SecretShown
