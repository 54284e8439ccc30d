"""What happens to accounts: invite, register, change roles, close, and set a password by a link that works once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet

from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed
from assay_kit.timeline import begin, note, take
from directory.changes import changes
from directory.messages.actions import Link, write_link_to, write_to
from directory.messages.rules import INVITATION, PASSWORD_RESET
from directory.sign_in.passwords import hash_of_password, hash_of_secret, is_password, new_secret
from directory.sign_in.repository import SignIns
from directory.tables import OneTimeLink, Person

from .errors import EmailTaken, LastOne, LinkNotValid, NotYourself, PasswordRefused, RolesBarred
from .repository import People
from .rules import (
    LINK_LASTS,
    PERSON_LIFE,
    RESET_LASTS,
    PersonStatus,
    PersonStep,
    bars_to_roles,
    faults_of_password,
)

# Somebody must be able to let others in again.
_NEVER_NONE = (Role.ADMINISTRATOR, Role.PROVIDER_ADMIN)
_LINKS_APART = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Post:
    """What sending a link needs: where people open it, and what seals it in the letter."""

    address: str
    seal: Fernet


def invite(
    name: str,
    email: str,
    roles: Sequence[Role],
    people: People,
    *,
    provider_id: UUID | None,
    organisation: str,
    by: Principal,
    now: datetime,
    real_now: datetime,
    post: Post,
) -> Person:
    """An account without a password, and a message with the link that sets one."""
    _ensure_roles(roles, provider_id)
    person = _new(name, email, roles, people, provider_id=provider_id, by=by, now=now)
    words = {"organisation": organisation, "invited_by": by.name}
    _send_link(person, people, INVITATION, words, post, lasts=LINK_LASTS, now=now, real_now=real_now, by=by)
    return person


def invite_again(
    person: Person, people: People, *, organisation: str, by: Principal, now: datetime, real_now: datetime, post: Post
) -> None:
    if person.status != PersonStatus.INVITED:
        raise StepNotAllowed(PERSON_LIFE.name, person.status, "be invited again")
    words = {"organisation": organisation, "invited_by": by.name}
    _send_link(person, people, INVITATION, words, post, lasts=LINK_LASTS, now=now, real_now=real_now, by=by)


def register(
    name: str,
    email: str,
    password: str,
    roles: Sequence[Role],
    people: People,
    *,
    provider_id: UUID | None,
    now: datetime,
) -> Person:
    """An active account with a password of its owner's choice."""
    _ensure_roles(roles, provider_id)
    _ensure_password(password, email=email, name=name)
    person = _new(name, email, roles, people, provider_id=provider_id, by=None, now=now)
    person.password_hash = hash_of_password(password)
    _step(person, PersonStep.ACCEPT, people, by=_as_principal(person), now=now)
    return person


def register_claimant(name: str, email: str, password: str, people: People, *, now: datetime) -> Person | None:
    """An account that opens nothing until staff have confirmed the claim that it was made for.

    None where the address has an account: its owner is told by letter, once a day, and the claimant is not.
    """
    _ensure_password(password, email=email, name=name)
    held = people.by_email(email)
    if held is not None:
        hash_of_password(password)  # as much work as for a new account, so that the time says nothing either
        reference = f"account_exists:{held.id}:{london_day(now)}"
        write_to(held, "account_exists", {"name": held.name}, people.session, reference=reference, now=now)
        return None
    try:
        person = _new(name, email, [], people, provider_id=None, by=None, now=now)
    except EmailTaken:  # in this moment, by another request
        return None
    person.password_hash = hash_of_password(password)
    _step(person, PersonStep.CLAIM, people, by=_as_principal(person), now=now)
    return person


def change(
    person: Person,
    people: People,
    *,
    name: str,
    roles: Sequence[Role],
    expected: int | None,
    by: Principal,
    now: datetime,
    real_now: datetime,
) -> None:
    """Change name and roles. Other roles end the sessions: tokens carry the old ones."""
    check_match(expected, person.version)
    _ensure_roles(roles, person.provider_id)
    after = {"name": name, "roles": sorted(set(roles))}
    detail = changes(person, after, personal={"name"})
    if set(roles) != set(person.roles):
        _ensure_not_oneself(person, by)
        _ensure_not_last(person, set(person.roles) - set(roles), people)
        SignIns(people.session).end_of(person.id, because="roles changed", at=real_now)
    person.sqlmodel_update(after)
    person.version += 1
    about: dict[str, Any] = {"status": person.status, "provider_id": person.provider_id, "detail": detail}
    note(people.session, PERSON_LIFE.name, person.id, "change", by=by, now=now, **about)


def disable(person: Person, people: People, *, reason: str, by: Principal, now: datetime, real_now: datetime) -> None:
    """Close the account; its sessions end at once."""
    _ensure_not_oneself(person, by)
    _ensure_not_last(person, set(person.roles), people)
    _step(person, PersonStep.DISABLE, people, by=by, now=now, reason=reason)
    SignIns(people.session).end_of(person.id, because="account closed", at=real_now)


def enable(person: Person, people: People, *, reason: str, by: Principal, now: datetime) -> None:
    """Open the account again. One that was made for a claim and never confirmed has no role, and stays closed."""
    _ensure_roles([Role(role) for role in person.roles], person.provider_id)
    _step(person, PersonStep.ENABLE, people, by=by, now=now, reason=reason)


def confirm_claimant(person: Person, people: People, *, provider_id: UUID, by: Principal, now: datetime) -> None:
    """A claimant becomes an administrator of the provider that was claimed."""
    person.provider_id, person.roles = provider_id, [Role.PROVIDER_ADMIN]
    _step(person, PersonStep.CONFIRM_CLAIM, people, by=by, now=now)


def set_password_by_link(token: str, password: str, people: People, *, now: datetime, real_now: datetime) -> None:
    """Set a password with a link that has not been used; an invited person becomes active, and old sessions end."""
    link = people.link(hash_of_secret(token))
    if link is None or link.used_at is not None or real_now >= link.expires_at:
        raise LinkNotValid
    person = people.get(link.person_id, lock=True)
    if person.status not in {PersonStatus.INVITED, PersonStatus.ACTIVE}:
        raise LinkNotValid
    _set_password(person, password, people, real_now=real_now)
    for each in people.open_links(person.id):
        each.used_at = real_now
    if person.status == PersonStatus.INVITED:
        _step(person, PersonStep.ACCEPT, people, by=_as_principal(person), now=now)


def change_password(person: Person, current: str, new: str, people: People, *, real_now: datetime) -> bool:
    """Whether `current` was right; then the password is `new` and every session has ended."""
    if not is_password(current, person.password_hash):
        return False
    _set_password(person, new, people, real_now=real_now)
    return True


def ask_for_reset(email: str, people: People, *, now: datetime, real_now: datetime, post: Post) -> None:
    """Send a link to an active person. The caller is told nothing: an address is not confirmed to strangers."""
    person = people.by_email(email)
    if person is None or person.status != PersonStatus.ACTIVE:
        return
    person = people.get(person.id, lock=True)
    just_sent = real_now + RESET_LASTS - _LINKS_APART
    if any(link.expires_at > just_sent for link in people.open_links(person.id)):
        return
    _send_link(person, people, PASSWORD_RESET, {}, post, lasts=RESET_LASTS, now=now, real_now=real_now)


def _new(
    name: str,
    email: str,
    roles: Sequence[Role],
    people: People,
    *,
    provider_id: UUID | None,
    by: Principal | None,
    now: datetime,
) -> Person:
    person = Person(
        email=email.lower(),
        name=name,
        provider_id=provider_id,
        roles=sorted(set(roles)),
        status=PERSON_LIFE.start,
        made_at=now,
    )
    people.add(person)
    begin(people.session, person, PERSON_LIFE, by=by or _as_principal(person), now=now, provider_id=provider_id)
    return person


def _step(
    person: Person, step: PersonStep, people: People, *, by: Principal, now: datetime, reason: str | None = None
) -> None:
    take(people.session, person, step, PERSON_LIFE, by=by, now=now, reason=reason, provider_id=person.provider_id)
    person.version += 1


def _set_password(person: Person, password: str, people: People, *, real_now: datetime) -> None:
    _ensure_password(password, email=person.email, name=person.name)
    person.password_hash = hash_of_password(password)
    person.failures, person.rests_until = 0, None
    SignIns(people.session).end_of(person.id, because="password changed", at=real_now)


def _send_link(
    person: Person,
    people: People,
    template: str,
    words: Mapping[str, str],
    post: Post,
    *,
    lasts: timedelta,
    now: datetime,
    real_now: datetime,
    by: Principal | None = None,
) -> None:
    token = new_secret()
    kept = OneTimeLink(person_id=person.id, token_hash=hash_of_secret(token), expires_at=real_now + lasts)
    people.add_link(kept)
    link = Link(address=post.address, token=token, seal=post.seal, asked_by=by.subject if by else None)
    write_link_to(person, template, words, link, people.session, reference=f"{template}:{kept.id}", now=now)


def _ensure_roles(roles: Sequence[Role], provider_id: UUID | None) -> None:
    if bars := bars_to_roles(roles, org=provider_id):
        raise RolesBarred(bars)


def _ensure_password(password: str, *, email: str, name: str) -> None:
    if faults := faults_of_password(password, email=email, name=name):
        raise PasswordRefused(faults)


def _ensure_not_oneself(person: Person, by: Principal) -> None:
    if by.subject == str(person.id):
        raise NotYourself


def _ensure_not_last(person: Person, roles_lost: set[str], people: People) -> None:
    if person.status != PersonStatus.ACTIVE:
        return
    people.one_at_a_time(person.provider_id)
    for role in _NEVER_NONE:
        if role in roles_lost and not people.others_active_with(role, person):
            raise LastOne(role)


def _as_principal(person: Person) -> Principal:
    """Somebody who acts for themselves before they can sign in."""
    return Principal(subject=str(person.id), name=person.name, org=person.provider_id, roles=frozenset(person.roles))
