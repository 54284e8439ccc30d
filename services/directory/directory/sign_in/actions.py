"""How people and machines get tokens. Refusals are answers, not exceptions: what they leave behind must be saved."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from assay_kit.settings import Settings
from assay_kit.tokens import TokenRefused, claims_for, key_set, sign, verify
from directory.api_clients.rules import secret_is_good
from directory.people.repository import People
from directory.people.rules import PersonStatus
from directory.tables import Person, SignInSession

from .passwords import hash_of_secret, is_password, new_secret
from .repository import SignIns
from .rules import REFRESH_LASTS, SESSION_LASTS, rest_after
from .signing import SigningKeys


class Refusal(StrEnum):
    """RFC 6749, section 5.2."""

    INVALID_GRANT = "invalid_grant"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    INVALID_REQUEST = "invalid_request"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


@dataclass(frozen=True, kw_only=True)
class Grant:
    access_token: str
    expires_in: int
    refresh_token: str | None = None
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class Door:
    """What signing in needs: who there is, their sessions, the keys, the settings."""

    people: People
    sign_ins: SignIns
    keys: SigningKeys
    settings: Settings


def sign_in(email: str, password: str, door: Door, *, at: datetime) -> Grant | Refusal:
    """A person's first token. The same answer, and the same time, for an unknown person and a wrong password."""
    person = door.people.by_email(email)
    matches = is_password(password, person.password_hash if person else None)
    if person is None:
        return Refusal.INVALID_GRANT
    # Only now locked: hashing is slow, and guesses at one account must not queue for its row.
    person = door.people.get(person.id, lock=True)
    if person.rests_until is not None and at < person.rests_until:
        return Refusal.INVALID_GRANT
    if not matches or not _may_enter(person, door):
        person.failures += 1
        person.rests_until = at + rest if (rest := rest_after(person.failures)) else None
        return Refusal.INVALID_GRANT
    person.failures, person.rests_until = 0, None
    return _person_grant(person, door.sign_ins.begin(person.id, at=at, lasts=SESSION_LASTS), door, at=at)


def refresh(token: str, door: Door, *, at: datetime) -> Grant | Refusal:
    """The next pair of tokens. A refresh token works once: whoever brings it again ends the whole session."""
    found = door.sign_ins.token(hash_of_secret(token))
    if found is None:
        return Refusal.INVALID_GRANT
    used, family = found
    if used.used_at is not None:
        door.sign_ins.end(family.id, because="a refresh token was used again", at=at)
        return Refusal.INVALID_GRANT
    if family.ended_at is not None or at >= min(used.expires_at, family.expires_at):
        return Refusal.INVALID_GRANT
    person = door.people.get(family.person_id)
    if not _may_enter(person, door):
        return Refusal.INVALID_GRANT
    used.used_at = at
    return _person_grant(person, family, door, at=at)


def sign_in_client(name: str, secret: str, scope: str, door: Door, *, at: datetime) -> Grant | Refusal:
    """A machine's token (client credentials). `scope` may ask for less than the client holds, never for more."""
    found = door.sign_ins.client(name)
    if found is None:
        return Refusal.INVALID_CLIENT
    client, held = found
    given = hash_of_secret(secret)
    good = [s for s in held if secret_is_good(expires_at=s.expires_at, revoked_at=s.revoked_at, at=at)]
    matching = next((s for s in good if hmac.compare_digest(s.secret_hash, given)), None)
    if matching is None or client.disabled_at is not None:
        return Refusal.INVALID_CLIENT
    wanted = set(scope.split()) or set(client.scopes)
    if not wanted.issubset(client.scopes):
        return Refusal.INVALID_SCOPE
    claims = claims_for(
        issuer=door.settings.issuer,
        audience=door.settings.audience,
        subject=str(client.id),
        name=client.name,
        minutes=door.settings.token_minutes,
        scopes=sorted(wanted),
        session=str(matching.id),
    )
    access = sign(claims, door.keys.current(at=at))
    return Grant(access_token=access, expires_in=door.settings.token_minutes * 60, scope=claims["scope"])


def revoke(token: str, door: Door, *, at: datetime) -> None:
    """End the session that a refresh or access token belongs to (RFC 7009: an unknown token is no error)."""
    found = door.sign_ins.token(hash_of_secret(token))
    if found is not None:
        door.sign_ins.end(found[1].id, because="signed out", at=at)
        return
    keys = key_set({"keys": door.keys.published(at=at)})
    try:
        claims = verify(token, keys, issuer=door.settings.issuer, audience=door.settings.audience)
    except TokenRefused:
        return
    if claims.sid and claims.roles:
        door.sign_ins.end(UUID(claims.sid), because="signed out", at=at)


def _may_enter(person: Person, door: Door) -> bool:
    return person.status == PersonStatus.ACTIVE and not door.people.provider_is_closed(person)


def _person_grant(person: Person, family: SignInSession, door: Door, *, at: datetime) -> Grant:
    claims = claims_for(
        issuer=door.settings.issuer,
        audience=door.settings.audience,
        subject=str(person.id),
        name=person.name,
        minutes=door.settings.token_minutes,
        org=str(person.provider_id) if person.provider_id else None,
        roles=person.roles,
        session=str(family.id),
    )
    following = new_secret()
    expires_at = min(at + REFRESH_LASTS, family.expires_at)
    door.sign_ins.add_token(family.id, hash_of_secret(following), expires_at=expires_at)
    access = sign(claims, door.keys.current(at=at))
    return Grant(access_token=access, expires_in=door.settings.token_minutes * 60, refresh_token=following)
