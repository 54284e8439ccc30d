"""What the set-up command makes before anybody can sign in: the services' own API clients and the first people.

Repeatable: what is there already is brought to what is asked for, and kept.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.roles import HOUSE_SCOPES, Role, Scope
from assay_kit.clock import real_now
from assay_kit.identity import SYSTEM
from assay_kit.settings import Settings
from assay_kit.timeline import begin, take
from directory.api_clients.repository import ApiClients
from directory.people.repository import People
from directory.people.rules import PERSON_LIFE, PersonStep
from directory.sealing import SEALING_SECRET
from directory.sign_in.passwords import hash_of_password, hash_of_secret
from directory.sign_in.signing import SigningKeys
from directory.tables import ApiClient, ApiClientSecret, Person

__all__ = ["HOUSE_SCOPES", "ensure_clients", "ensure_person", "ensure_signing_key"]


def ensure_clients(session: Session, clients: Iterable[tuple[str, str, Sequence[str]]]) -> None:
    """Make each client `(name, secret, scopes)`, or give it this secret and these scopes.

    The secret does not expire: whoever runs Assay replaces it by running set-up with another.
    """
    found = ApiClients(session)
    at = real_now()
    for name, secret, scopes in clients:
        wanted = sorted({Scope(scope).value for scope in scopes})
        client = found.by_name(name)
        if client is None:
            client = ApiClient(name=name, description="One of Assay's own services", scopes=wanted, made_at=at)
            found.add(client)
        client.scopes = wanted
        _ensure_secret(client, hash_of_secret(secret), found, at=at)
    session.flush()


def ensure_person(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    roles: Sequence[str],
    provider_id: UUID | None = None,
    now: datetime,
    password_hash: str | None = None,
) -> Person:
    """The active person with this address. An account that is there keeps its password and roles.

    `password_hash` may be given where many people of a demonstration share a password: a hash costs time.
    """
    people = People(session)
    person = people.by_email(email)
    if person is not None:
        return person
    person = Person(
        email=email.lower(),
        name=name,
        provider_id=provider_id,
        roles=sorted({Role(role) for role in roles}),
        status=PERSON_LIFE.start,
        password_hash=password_hash or hash_of_password(password),
        made_at=now,
    )
    people.add(person)
    begin(session, person, PERSON_LIFE, by=SYSTEM, now=now, provider_id=provider_id)
    take(session, person, PersonStep.ACCEPT, PERSON_LIFE, by=SYSTEM, now=now, provider_id=provider_id)
    session.flush()
    return person


def ensure_signing_key(session: Session, settings: Settings) -> None:
    """The secret that seals signing keys, and the first key: made before several processes could make two."""
    settings.make_secret(SEALING_SECRET)
    SigningKeys(session, settings).current(at=real_now())


def _ensure_secret(client: ApiClient, secret_hash: str, found: ApiClients, *, at: datetime) -> None:
    """Exactly this secret opens the door from now on."""
    held = found.secrets(client.id)
    for secret in held:
        if secret.secret_hash != secret_hash and secret.revoked_at is None:
            secret.revoked_at = at
    if not any(secret.secret_hash == secret_hash and secret.revoked_at is None for secret in held):
        found.add_secret(ApiClientSecret(client_id=client.id, secret_hash=secret_hash, made_at=at))
