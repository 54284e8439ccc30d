"""What happens to API clients: made, changed, given secrets that are shown once, closed.

All of it in real time, but for the timeline.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from assay_contracts.roles import HOUSE_SCOPES, Scope
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.timeline import note
from directory.changes import changes
from directory.sign_in.passwords import hash_of_secret, new_secret
from directory.tables import ApiClient, ApiClientSecret

from .errors import ClientBarred
from .repository import ApiClients
from .rules import MOST_SECRETS, ClientBar, bars_to_scopes, secret_is_good


def create(
    name: str,
    description: str,
    scopes: Sequence[Scope],
    clients: ApiClients,
    *,
    lasts: timedelta,
    by: Principal,
    now: datetime,
    at: datetime,
) -> tuple[ApiClient, ApiClientSecret, str]:
    """A client, its first secret, and that secret in the clear: the only time that it is seen."""
    _ensure_scopes(scopes)
    client = ApiClient(name=name, description=description, scopes=sorted(set(scopes)), made_at=at)
    clients.add(client)
    _note(client, "create", clients, {"scopes": client.scopes}, by=by, now=now)
    secret, clear = give_secret(client, clients, lasts=lasts, by=by, now=now, at=at)
    return client, secret, clear


def change(
    client: ApiClient,
    description: str,
    scopes: Sequence[Scope],
    clients: ApiClients,
    *,
    expected: int | None,
    by: Principal,
    now: datetime,
) -> None:
    """Scopes taken away are gone from the next token on; revoke the secrets to end those that are out."""
    check_match(expected, client.version)
    _ensure_outside(client)
    _ensure_scopes(scopes)
    after = {"description": description, "scopes": sorted(set(scopes))}
    _note(client, "change", clients, changes(client, after), by=by, now=now)
    client.sqlmodel_update({**after, "version": client.version + 1})


def give_secret(
    client: ApiClient, clients: ApiClients, *, lasts: timedelta, by: Principal, now: datetime, at: datetime
) -> tuple[ApiClientSecret, str]:
    _ensure_outside(client)
    if client.disabled_at is not None:
        raise ClientBarred([ClientBar.DISABLED])
    good = [
        each
        for each in clients.secrets(client.id)
        if secret_is_good(expires_at=each.expires_at, revoked_at=each.revoked_at, at=at)
    ]
    if len(good) >= MOST_SECRETS:
        raise ClientBarred([ClientBar.TOO_MANY_SECRETS])
    clear = new_secret()
    secret = ApiClientSecret(client_id=client.id, secret_hash=hash_of_secret(clear), made_at=at, expires_at=at + lasts)
    clients.add_secret(secret)
    _note(client, "give_secret", clients, {"secret_id": str(secret.id)}, by=by, now=now)
    return secret, clear


def revoke_secret(
    client: ApiClient, secret: ApiClientSecret, clients: ApiClients, *, by: Principal, now: datetime, at: datetime
) -> None:
    """The secret opens nothing more, and tokens that it opened no longer count."""
    _ensure_outside(client)
    if secret.revoked_at is None:
        secret.revoked_at = at
        _note(client, "revoke_secret", clients, {"secret_id": str(secret.id)}, by=by, now=now)


def disable(client: ApiClient, clients: ApiClients, *, by: Principal, now: datetime, at: datetime) -> None:
    _ensure_outside(client)
    if client.disabled_at is not None:
        return
    client.disabled_at = at
    client.version += 1
    _note(client, "disable", clients, {}, by=by, now=now)
    for secret in clients.secrets(client.id):
        if secret.revoked_at is None:
            secret.revoked_at = at


def _note(
    client: ApiClient, step: str, clients: ApiClients, detail: dict[str, Any], *, by: Principal, now: datetime
) -> None:
    status = "open" if client.disabled_at is None else "closed"
    note(clients.session, "api client", client.id, step, by=by, now=now, status=status, detail=detail)


def _ensure_scopes(scopes: Sequence[Scope]) -> None:
    if bars := bars_to_scopes(scopes):
        raise ClientBarred(bars)


def _ensure_outside(client: ApiClient) -> None:
    if set(client.scopes).intersection(HOUSE_SCOPES):
        raise ClientBarred([ClientBar.HOUSE_CLIENT])
