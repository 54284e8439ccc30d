"""Reads and writes people and the links that let them set a password. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from assay_contracts.directory import ProviderStatus
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from directory.saving import refusing_doubles
from directory.tables import OneTimeLink, Person, Provider

from .errors import EmailTaken, PersonNotFound
from .rules import PersonStatus


class People:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, person_id: UUID, *, lock: bool = False) -> Person:
        found = self.session.get(Person, person_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise PersonNotFound
        return found

    def seen_by(self, principal: Principal, person_id: UUID, *, lock: bool = False) -> Person:
        """The person, if `principal` may know of them: a provider knows its own people only."""
        found = self.get(person_id, lock=lock)
        if principal.is_provider and found.provider_id != principal.org:
            raise PersonNotFound
        return found

    def by_email(self, email: str) -> Person | None:
        return self.session.exec(select(Person).where(Person.email == email.lower())).one_or_none()

    def provider_is_closed(self, person: Person) -> bool:
        """Whether the person's provider has been closed. It stays so until this transaction ends."""
        if person.provider_id is None:
            return False
        wanted = select(Provider.status).where(Provider.id == person.provider_id).with_for_update(read=True)
        return self.session.exec(wanted).one() == ProviderStatus.CLOSED

    def page(
        self, principal: Principal, page: PageAsked, *, provider_id: UUID | None, role: str | None
    ) -> Page[Person]:
        wanted = select(Person)
        if principal.is_provider:
            wanted = wanted.where(Person.provider_id == principal.org)
        if provider_id is not None:
            wanted = wanted.where(Person.provider_id == provider_id)
        if role is not None:
            wanted = wanted.where(col(Person.roles).contains([role]))
        return paginate(self.session, wanted, page, Person.name, Person.id)

    def active_of_provider(self, provider_id: UUID) -> Sequence[Person]:
        return self._active(col(Person.provider_id) == provider_id)

    def active_with_role(self, role: str) -> Sequence[Person]:
        return self._active(col(Person.roles).contains([role]))

    def one_at_a_time(self, provider_id: UUID | None) -> None:
        """Until this transaction ends nobody else takes roles from people of the same organisation.

        Not a lock on their rows: two who take each other's role have locked each other's row already.
        """
        organisation = f"roles of {provider_id or 'the council'}"
        self.session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(organisation, 0))))

    def others_active_with(self, role: str, person: Person) -> int:
        """How many other active people of the same organisation hold `role`."""
        same = (
            col(Person.provider_id).is_(None)
            if person.provider_id is None
            else Person.provider_id == person.provider_id
        )
        wanted = select(func.count()).where(
            same, Person.id != person.id, Person.status == PersonStatus.ACTIVE, col(Person.roles).contains([role])
        )
        return self.session.exec(wanted).one()

    def add(self, person: Person) -> None:
        with refusing_doubles(self.session, EmailTaken()):
            self.session.add(person)

    def add_link(self, link: OneTimeLink) -> None:
        self.session.add(link)
        self.session.flush()

    def link(self, token_hash: str) -> OneTimeLink | None:
        wanted = select(OneTimeLink).where(OneTimeLink.token_hash == token_hash).with_for_update()
        return self.session.exec(wanted).one_or_none()

    def open_links(self, person_id: UUID) -> Sequence[OneTimeLink]:
        wanted = select(OneTimeLink).where(OneTimeLink.person_id == person_id, col(OneTimeLink.used_at).is_(None))
        return self.session.exec(wanted).all()

    def _active(self, which: ColumnElement[bool]) -> Sequence[Person]:
        wanted = select(Person).where(which, Person.status == PersonStatus.ACTIVE)
        return self.session.exec(wanted.order_by(Person.name, col(Person.id)).limit(500)).all()
