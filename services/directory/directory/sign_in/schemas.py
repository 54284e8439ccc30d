"""What callers send and receive when they sign in (RFC 6749, RFC 7009, RFC 7517)."""

from enum import StrEnum
from typing import Annotated, Literal

from fastapi import Form
from pydantic import BaseModel, Field, StringConstraints


class GrantType(StrEnum):
    PASSWORD = "password"  # noqa: S105 - the name of a grant type
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant type
    CLIENT_CREDENTIALS = "client_credentials"


_Parameter = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00]*$")]


class TokenForm(BaseModel):
    """`username` and `password`, or `refresh_token`, or `client_id` and `client_secret` (also by HTTP Basic)."""

    grant_type: GrantType
    username: _Parameter = ""
    password: _Parameter = ""
    refresh_token: _Parameter = ""
    client_id: _Parameter = ""
    client_secret: _Parameter = ""
    scope: _Parameter = ""


TokenBody = Annotated[TokenForm, Form()]
TokenParameter = Annotated[str, Form(min_length=1, max_length=8_192, pattern=r"^[^\x00]*$")]


class TokenRead(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind of a token
    expires_in: int
    refresh_token: str | None = None
    scope: str = ""


class PublicKeyRead(BaseModel):
    """One key of RFC 7517."""

    kid: str
    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class KeySetRead(BaseModel):
    keys: Annotated[list[PublicKeyRead], Field(max_length=10)]


class RevocationsRead(BaseModel):
    """Session ids whose access tokens no longer count, as long as one of them may still be unexpired."""

    revoked: Annotated[list[str], Field(max_length=100_000)]
