"""HTTP for API clients: the machines that may call, their scopes and their secrets. For administrators only."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StaleEdit, may_answer
from directory.dependencies import Administrator, RealNow
from directory.tables import ApiClient, ApiClientSecret

from . import actions
from .errors import ClientBarred, ClientNotFound, NameTaken, SecretNotFound
from .repository import ApiClients
from .schemas import ClientIn, ClientRead, NewClientIn, NewClientRead, SecretIn, SecretRead, SecretShown

router = APIRouter(prefix="/api-clients", tags=["API clients"])


async def get_clients(session: SessionDep) -> ApiClients:
    return ApiClients(session)


ClientsDep = Annotated[ApiClients, Depends(get_clients)]


@router.post(
    "",
    summary="Make an API client; its secret is shown once",
    status_code=201,
    response_model=NewClientRead,
    responses=may_answer(NameTaken, ClientBarred),
)
def create_api_client(
    asked: NewClientIn, clients: ClientsDep, by: Administrator, now: Now, at: RealNow, response: Response
) -> NewClientRead:
    lasts = timedelta(days=asked.secret_lasts_days)
    client, secret, clear = actions.create(
        asked.name, asked.description, asked.scopes, clients, lasts=lasts, by=by, now=now, at=at
    )
    _answer_once(response)
    return NewClientRead(client=_read(client, clients), secret=_shown(client, secret, clear))


@router.get("", summary="List API clients", response_model=Page[ClientRead])
def list_api_clients(clients: ClientsDep, by: Administrator, page: PageQuery) -> Page[ClientRead]:
    return clients.page(page).map(lambda client: _read(client, clients))


@router.get(
    "/{client_id}", summary="Read an API client", response_model=ClientRead, responses=may_answer(ClientNotFound)
)
def read_api_client(client_id: UUID, clients: ClientsDep, by: Administrator, response: Response) -> ClientRead:
    client = clients.get(client_id)
    set_etag(response, client.version)
    return _read(client, clients)


@router.put(
    "/{client_id}",
    summary="Change what an API client may do",
    response_model=ClientRead,
    responses=may_answer(ClientNotFound, ClientBarred, StaleEdit),
)
def change_api_client(
    client_id: UUID,
    wanted: ClientIn,
    clients: ClientsDep,
    by: Administrator,
    read: IfMatch,
    now: Now,
    response: Response,
) -> ClientRead:
    client = clients.get(client_id, lock=True)
    actions.change(client, wanted.description, wanted.scopes, clients, expected=read, by=by, now=now)
    set_etag(response, client.version)
    return _read(client, clients)


@router.post(
    "/{client_id}/secrets",
    summary="Give an API client another secret; it is shown once",
    status_code=201,
    response_model=SecretShown,
    responses=may_answer(ClientNotFound, ClientBarred),
)
def give_secret(
    client_id: UUID,
    asked: SecretIn,
    clients: ClientsDep,
    by: Administrator,
    now: Now,
    at: RealNow,
    response: Response,
) -> SecretShown:
    client = clients.get(client_id, lock=True)
    secret, clear = actions.give_secret(client, clients, lasts=timedelta(days=asked.lasts_days), by=by, now=now, at=at)
    _answer_once(response)
    return _shown(client, secret, clear)


@router.delete(
    "/{client_id}/secrets/{secret_id}",
    summary="Revoke a secret",
    status_code=204,
    responses=may_answer(ClientNotFound, SecretNotFound, ClientBarred),
)
def revoke_secret(
    client_id: UUID, secret_id: UUID, clients: ClientsDep, by: Administrator, now: Now, at: RealNow
) -> None:
    client = clients.get(client_id, lock=True)
    actions.revoke_secret(client, clients.secret(client_id, secret_id), clients, by=by, now=now, at=at)


@router.post(
    "/{client_id}/disablement",
    summary="Close an API client",
    response_model=ClientRead,
    responses=may_answer(ClientNotFound, ClientBarred),
)
def disable_api_client(client_id: UUID, clients: ClientsDep, by: Administrator, now: Now, at: RealNow) -> ClientRead:
    client = clients.get(client_id, lock=True)
    actions.disable(client, clients, by=by, now=now, at=at)
    return _read(client, clients)


def _read(client: ApiClient, clients: ApiClients) -> ClientRead:
    secrets = [SecretRead.model_validate(each, from_attributes=True) for each in clients.secrets(client.id)]
    return ClientRead(**client.model_dump(), secrets=secrets)


def _shown(client: ApiClient, secret: ApiClientSecret, clear: str) -> SecretShown:
    said = secret.model_dump(include=set(SecretRead.model_fields))
    return SecretShown(**said, client_id=client.name, secret=clear)


def _answer_once(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"
