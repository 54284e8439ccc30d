"""What happens to API clients: made, changed, given secrets that are shown once, closed. All of it in real time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from assay_contracts.roles import HOUSE_SCOPES, Scope
from assay_kit.etags import check_match
from directory.sign_in.passwords import hash_of_secret, new_secret
from directory.tables import ApiClient, ApiClientSecret

from .errors import ClientBarred
from .repository import ApiClients
from .rules import MOST_SECRETS, ClientBar, bars_to_scopes, secret_is_good


def create(
    name: str, description: str, scopes: Sequence[Scope], clients: ApiClients, *, lasts: timedelta, at: datetime
) -> tuple[ApiClient, ApiClientSecret, str]:
    """A client, its first secret, and that secret in the clear: the only time that it is seen."""
    _ensure_scopes(scopes)
    client = ApiClient(name=name, description=description, scopes=sorted(set(scopes)), made_at=at)
    clients.add(client)
    secret, clear = give_secret(client, clients, lasts=lasts, at=at)
    return client, secret, clear


def change(
    client: ApiClient,
    description: str,
    scopes: Sequence[Scope],
    clients: ApiClients,
    *,
    expected: int | None,
) -> None:
    """Scopes taken away are gone from the next token on; revoke the secrets to end those that are out."""
    check_match(expected, client.version)
    _ensure_outside(client)
    _ensure_scopes(scopes)
    client.description, client.scopes = description, sorted(set(scopes))
    client.version += 1


def give_secret(
    client: ApiClient, clients: ApiClients, *, lasts: timedelta, at: datetime
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
    return secret, clear


def revoke_secret(client: ApiClient, secret: ApiClientSecret, *, at: datetime) -> None:
    """The secret opens nothing more, and tokens that it opened no longer count."""
    _ensure_outside(client)
    if secret.revoked_at is None:
        secret.revoked_at = at


def disable(client: ApiClient, clients: ApiClients, *, at: datetime) -> None:
    _ensure_outside(client)
    if client.disabled_at is not None:
        return
    client.disabled_at = at
    client.version += 1
    for secret in clients.secrets(client.id):
        if secret.revoked_at is None:
            secret.revoked_at = at


def _ensure_scopes(scopes: Sequence[Scope]) -> None:
    if bars := bars_to_scopes(scopes):
        raise ClientBarred(bars)


def _ensure_outside(client: ApiClient) -> None:
    if set(client.scopes).intersection(HOUSE_SCOPES):
        raise ClientBarred([ClientBar.HOUSE_CLIENT])
