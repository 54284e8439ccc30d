"""Reads and writes intelligence. No rules here."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, and_, literal_column, or_
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_kit.pagination import Page, PageAsked, paginate
from risk.intelligence.errors import GrantNotFound, IntakeItemNotFound, IntelligenceNotFound
from risk.intelligence.rules import IntakeStatus, Kind
from risk.tables import IntakeItem, Intelligence, RestrictedGrant, RestrictedReading


class Entries:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, entry_id: UUID, *, in_full: bool, lock: bool = False) -> Intelligence:
        """The entry, if the reader may know that it exists."""
        found = self._session.get(Intelligence, entry_id, with_for_update=lock)
        if found is None or not (in_full or self.open_among([entry_id])):
            raise IntelligenceNotFound(entry_id)
        return found

    def open_among(self, ids: Iterable[UUID]) -> set[UUID]:
        """Those that anybody who reads intelligence may read."""
        wanted = select(Intelligence.id).where(col(Intelligence.id).in_(list(ids)), is_open())
        return set(self._session.exec(wanted))

    def page(
        self,
        page: PageAsked,
        *,
        in_full: bool,
        is_standing: bool | None = None,
        care_service_id: UUID | None = None,
        **about: Any,
    ) -> Page[Intelligence]:
        """Entries as `about` says, the newest first. Restricted ones cannot be found by asking for them either."""
        wanted = select(Intelligence)
        if care_service_id is not None:
            wanted = wanted.where(_is_about(care_service_id))
        if not in_full:
            wanted = wanted.where(is_open())
        if is_standing is not None:
            wanted = wanted.where(_is_standing() if is_standing else ~_is_standing())
        for column, value in about.items():
            if value is not None:
                wanted = wanted.where(getattr(Intelligence, column) == value)
        return paginate(self._session, wanted, page, col(Intelligence.event_on).desc(), col(Intelligence.id).desc())

    def has_restricted(self, *, provider_id: UUID | None, care_service_id: UUID | None) -> bool:
        """Whether anything restricted is held, whatever else was asked for."""
        wanted = select(Intelligence.id).where(~is_open())
        if care_service_id is not None:
            wanted = wanted.where(_is_about(care_service_id))
        if provider_id is not None:
            wanted = wanted.where(Intelligence.provider_id == provider_id)
        return self._session.exec(wanted.limit(1)).first() is not None

    def corrections_of(self, ids: list[UUID], *, in_full: bool) -> dict[UUID, UUID]:
        """Which entry corrects which; one that the reader may not see is not named."""
        wanted = select(Intelligence.corrects_id, Intelligence.id).where(col(Intelligence.corrects_id).in_(ids))
        if not in_full:
            wanted = wanted.where(is_open())
        return {corrected: entry for corrected, entry in self._session.exec(wanted) if corrected is not None}

    def unseen_among(self, rows: Iterable[Intelligence], *, in_full: bool) -> set[UUID]:
        """The entries that some of `rows` correct and that the reader may not know of."""
        corrected = {row.corrects_id for row in rows if row.corrects_id is not None}
        return set() if in_full or not corrected else corrected - self.open_among(corrected)

    def under(self, system: str, kind: Kind, reference: str) -> Intelligence | None:
        wanted = select(Intelligence).where(
            Intelligence.system == system, Intelligence.kind == kind, Intelligence.source_reference == reference
        )
        return self._session.exec(wanted).one_or_none()

    def since(self, entry: Intelligence) -> list[Intelligence]:
        """The entry, and what followed it, one after the other: the last stands."""
        found = [entry]
        wanted = select(Intelligence).where(col(Intelligence.corrects_id).is_not(None))
        while following := self._session.exec(wanted.where(Intelligence.corrects_id == found[-1].id)).one_or_none():
            found.append(following)
        return found

    def is_corrected(self, entry_id: UUID) -> bool:
        wanted = select(Intelligence.id).where(Intelligence.corrects_id == entry_id)
        return self._session.exec(wanted).first() is not None

    def add(self, row: Intelligence | IntakeItem | RestrictedGrant) -> None:
        self._session.add(row)
        self._session.flush()

    # ---------------------------------------------------------------- what waits to be placed

    def item(self, item_id: UUID) -> IntakeItem:
        found = self._session.get(IntakeItem, item_id, with_for_update=True)
        if found is None:
            raise IntakeItemNotFound(item_id)
        return found

    def item_under(self, system: str, kind: Kind, reference: str) -> IntakeItem | None:
        wanted = select(IntakeItem).where(
            IntakeItem.system == system, IntakeItem.kind == kind, IntakeItem.source_reference == reference
        )
        return self._session.exec(wanted).one_or_none()

    def items(self, page: PageAsked, stage: IntakeStatus | None) -> Page[IntakeItem]:
        wanted = select(IntakeItem)
        if stage is not None:
            wanted = wanted.where(IntakeItem.status == stage)
        return paginate(self._session, wanted, page, col(IntakeItem.received_at).desc(), col(IntakeItem.id).desc())

    def services_at(self, locations: Iterable[str]) -> dict[str, list[UUID]]:
        """The services at some CQC locations, by present or previous ids, by name. One statement."""
        asked = {each for each in locations if each}
        wanted = columns(service.c.id, service.c.cqc_location_ids).where(
            service.c.cqc_location_ids.overlap(list(asked))
        )
        found: dict[str, list[UUID]] = {each: [] for each in asked}
        for care_service_id, its in self._session.execute(wanted.order_by(service.c.name, service.c.id)):
            for location in asked.intersection(its):
                found[location].append(care_service_id)
        return found

    # ---------------------------------------------------------------- grants

    def grant(self, grant_id: UUID, *, seen_by: str | None) -> RestrictedGrant:
        """The grant; `seen_by` None sees every grant, an auditor its own."""
        found = self._session.get(RestrictedGrant, grant_id)
        if found is None or seen_by not in {None, found.subject}:
            raise GrantNotFound(grant_id)
        return found

    def grants(self, page: PageAsked, *, subject: str | None) -> Page[RestrictedGrant]:
        wanted = select(RestrictedGrant)
        if subject is not None:
            wanted = wanted.where(RestrictedGrant.subject == subject)
        return paginate(
            self._session, wanted, page, col(RestrictedGrant.granted_at).desc(), col(RestrictedGrant.id).desc()
        )

    def readings(self, grant_id: UUID, page: PageAsked) -> Page[RestrictedReading]:
        wanted = select(RestrictedReading).where(RestrictedReading.grant_id == grant_id)
        return paginate(
            self._session, wanted, page, col(RestrictedReading.read_at).desc(), col(RestrictedReading.id).desc()
        )


def _is_about(care_service_id: UUID) -> ColumnElement[bool]:
    """About the service, or about its provider as a whole: both count in its band."""
    provider_id = select(service.c.provider_id).where(service.c.id == care_service_id).scalar_subquery()
    wide = and_(col(Intelligence.care_service_id).is_(None), col(Intelligence.provider_id) == provider_id)
    return or_(col(Intelligence.care_service_id) == care_service_id, wide)


def _is_standing() -> ColumnElement[bool]:
    correction = aliased(Intelligence)
    is_corrected = select(correction.id).where(correction.corrects_id == Intelligence.id).correlate(Intelligence)
    return and_(col(Intelligence.is_withdrawal).is_(False), ~is_corrected.exists())


# From each entry in hand to those that correct it, one after the other: never through all that was ever corrected.
_RESTRICTED_SINCE = """EXISTS (
    WITH RECURSIVE later AS (
        SELECT next.id, next.restricted FROM intelligence AS next WHERE next.corrects_id = intelligence.id
        UNION ALL
        SELECT next.id, next.restricted
        FROM later
        JOIN intelligence AS next ON next.corrects_id = later.id
        WHERE NOT later.restricted
    )
    SELECT FROM later WHERE later.restricted
)"""


def is_open() -> ColumnElement[bool]:
    """Neither restricted, nor corrected (at whatever remove) by an entry that is: what it said is restricted since."""
    restricted_since: ColumnElement[bool] = literal_column(_RESTRICTED_SINCE, Boolean)
    return and_(col(Intelligence.restricted).is_(False), ~restricted_since)
