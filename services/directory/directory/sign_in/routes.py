"""HTTP for signing in and out, and for those who verify what was signed."""

import base64
import binascii
from datetime import timedelta
from typing import Annotated, assert_never

from fastapi import APIRouter, Depends, Header, Response
from pydantic import ValidationError

from assay_kit.database import SessionDep
from assay_kit.problems import may_answer
from directory.dependencies import RealNow, SettingsDep
from directory.people.repository import People

from . import actions
from .actions import Door, Grant, Refusal
from .errors import ClientRefused, GrantRefused
from .repository import SignIns
from .schemas import (
    GrantType,
    KeySetRead,
    PublicKeyRead,
    RevocationsRead,
    TokenBody,
    TokenForm,
    TokenParameter,
    TokenRead,
)
from .signing import SigningKeys

router = APIRouter(tags=["sign-in"])


def get_door(session: SessionDep, settings: SettingsDep) -> Door:
    return Door(
        people=People(session), sign_ins=SignIns(session), keys=SigningKeys(session, settings), settings=settings
    )


DoorDep = Annotated[Door, Depends(get_door)]
Basic = Annotated[str, Header(alias="Authorization", max_length=4_000, include_in_schema=False)]


@router.post(
    "/token",
    summary="Get a token",
    response_model=TokenRead,
    responses=may_answer(GrantRefused, ClientRefused),
)
def grant_token(
    form: TokenBody, door: DoorDep, at: RealNow, response: Response, authorization: Basic = ""
) -> Response | TokenRead:
    whole = _with_basic(form, authorization)
    answer = Refusal.INVALID_CLIENT if whole is None else _answer(whole, door, at=at)
    if isinstance(answer, Refusal):
        # Answered, not raised: the count of wrong passwords and the end of a session are saved with it.
        refused = ClientRefused() if answer is Refusal.INVALID_CLIENT else GrantRefused(answer)
        return refused.response()
    response.headers["Cache-Control"] = "no-store"
    return TokenRead(
        access_token=answer.access_token,
        expires_in=answer.expires_in,
        refresh_token=answer.refresh_token,
        scope=answer.scope,
    )


@router.post("/token/revocation", summary="Sign out", status_code=204)
def revoke_token(token: TokenParameter, door: DoorDep, at: RealNow) -> None:
    actions.revoke(token, door, at=at)


@router.get("/jwks.json", summary="The keys that verify our tokens", response_model=KeySetRead)
def read_key_set(door: DoorDep, at: RealNow, response: Response) -> KeySetRead:
    response.headers["Cache-Control"] = "public, max-age=60"
    return KeySetRead(keys=[PublicKeyRead.model_validate(key) for key in door.keys.published(at=at)])


@router.get("/revocations", summary="Sessions that were ended lately", response_model=RevocationsRead)
def list_revocations(door: DoorDep, at: RealNow) -> RevocationsRead:
    since = at - timedelta(minutes=door.settings.token_minutes + 1)
    ended = [*door.sign_ins.ended_since(since), *door.sign_ins.secrets_revoked_since(since)]
    return RevocationsRead(revoked=sorted(map(str, ended)))


def _answer(form: TokenForm, door: Door, *, at: RealNow) -> Grant | Refusal:
    match form.grant_type:
        case GrantType.PASSWORD:
            if not form.username or not form.password:
                return Refusal.INVALID_REQUEST
            return actions.sign_in(form.username, form.password, door, at=at)
        case GrantType.REFRESH_TOKEN:
            return actions.refresh(form.refresh_token, door, at=at) if form.refresh_token else Refusal.INVALID_REQUEST
        case GrantType.CLIENT_CREDENTIALS:
            return actions.sign_in_client(form.client_id, form.client_secret, form.scope, door, at=at)
        case _:
            assert_never(form.grant_type)


def _with_basic(form: TokenForm, authorization: str) -> TokenForm | None:
    """The form, with the client's name and secret from HTTP Basic where they came that way. None: no client's name."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return form
    try:
        return TokenForm.model_validate({**form.model_dump(), "client_id": name, "client_secret": secret})
    except ValidationError:
        return None
