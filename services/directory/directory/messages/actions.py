"""Writes messages to people, on request of any service or room. Each is kept once per reference and person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cryptography.fernet import Fernet
from sqlmodel import Session

from assay_contracts.messages import Recipient
from directory.people.repository import People
from directory.people.rules import PersonStatus
from directory.settings.repository import CouncilSettings
from directory.tables import CareService, Message, Person, Provider

from .letters import CannotWrite, Letter, write
from .repository import Messages
from .rules import status_of

SOURCE = "directory"
_LINK_NOT_SHOWN = "(the link is shown to its recipient alone)"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be said (`template`, `words`) under a `reference` that makes it be said once."""

    reference: str
    source: str
    template: str
    words: Mapping[str, str]


def send(request: Request, to: Recipient, session: Session, *, now: datetime) -> None:
    """Write to everybody whom `to` names. What cannot be written or addressed is kept too, with the reason."""
    name, people = _resolved(to, session)
    request = replace(request, words={**_known_about(request.words, session), **request.words})
    for person in people:
        _keep(request, session, now=now, person=person, provider_id=to.provider_id or person.provider_id)
    if not people:
        _keep(request, session, now=now, recipient=name, provider_id=to.provider_id)


def write_to(
    person: Person, template: str, words: Mapping[str, str], session: Session, *, reference: str, now: datetime
) -> None:
    """A message of the directory's own to one person, whatever the state of the account."""
    request = Request(reference=reference, source=SOURCE, template=template, words=words)
    _keep(request, session, now=now, person=person, provider_id=person.provider_id)


@dataclass(frozen=True, kw_only=True)
class Link:
    """What lets its holder in. It is kept in the letter alone, under `seal`; `asked_by` is who had it sent."""

    address: str
    token: str
    seal: Fernet
    asked_by: str | None


def write_link_to(
    person: Person,
    template: str,
    words: Mapping[str, str],
    link: Link,
    session: Session,
    *,
    reference: str,
    now: datetime,
) -> None:
    """A letter of the directory's own with a link in it, to one person."""
    words = {"name": person.name, **words}
    way = {"link": f"{link.address}/password?token={link.token}"}
    whole = write(template, {**words, **way}, signed=CouncilSettings(session).signature(now=now))
    _keep(
        Request(reference=reference, source=SOURCE, template=template, words={**words, "link": _LINK_NOT_SHOWN}),
        session,
        now=now,
        person=person,
        provider_id=person.provider_id,
        sealed_body=link.seal.encrypt(whole.body.encode()).decode(),
        asked_by=link.asked_by,
    )


def write_to_contact(
    provider: Provider, template: str, words: Mapping[str, str], session: Session, *, reference: str, now: datetime
) -> None:
    """A message of the directory's own to the registered contact of a provider, who need not have an account."""
    request = Request(reference=reference, source=SOURCE, template=template, words=words)
    recipient, email = f"{provider.contact_name} ({provider.name})", provider.contact_email
    _keep(request, session, now=now, recipient=recipient, email=email, provider_id=provider.id)


def _resolved(to: Recipient, session: Session) -> tuple[str, Sequence[Person]]:
    """The recipient in words, and the people who answer to it."""
    people = People(session)
    if to.person is not None:
        person = _person(to.person, session)
        is_there = person is not None and person.status != PersonStatus.DISABLED
        return f"person {to.person}", [person] if person is not None and is_there else []
    if to.provider_id is not None:
        provider = session.get(Provider, to.provider_id)
        name = provider.name if provider else f"provider {to.provider_id}"
        return name, people.active_of_provider(to.provider_id)
    role = str(to.role)
    return role.replace("_", " "), people.active_with_role(role)


def _person(subject: str, session: Session) -> Person | None:
    """The person a token's subject names."""
    try:
        return session.get(Person, UUID(subject))
    except ValueError:
        return None


def _keep(
    request: Request,
    session: Session,
    *,
    now: datetime,
    person: Person | None = None,
    recipient: str = "",
    email: str | None = None,
    provider_id: UUID | None = None,
    sealed_body: str | None = None,
    asked_by: str | None = None,
) -> None:
    name = person.name if person else recipient
    letter, why = _written(request, name=name, signed=CouncilSettings(session).signature(now=now))
    address = person.email if person else email
    Messages(session).add(
        Message(
            reference=request.reference,
            source=request.source,
            template=request.template,
            provider_id=provider_id,
            person_id=person.id if person else None,
            recipient=name,
            email=address,
            subject=letter.subject if letter else request.template,
            body=letter.body if letter else "",
            sealed_body=sealed_body,
            asked_by=asked_by,
            status=status_of(is_written=letter is not None, has_address=address is not None),
            why=why or (None if address else "Nobody with an open account answers to this recipient."),
            made_at=now,
        )
    )


def _known_about(words: Mapping[str, str], session: Session) -> dict[str, str]:
    """Names that the directory knows and whoever asked may not."""
    try:
        service = session.get(CareService, UUID(words["care_service_id"]))
    except (KeyError, ValueError):
        return {}
    return {"care_service": service.name} if service else {}


def _written(request: Request, *, name: str, signed: str) -> tuple[Letter | None, str | None]:
    try:
        return write(request.template, {"name": name, **request.words}, signed=signed), None
    except CannotWrite as error:
        return None, str(error)
