"""Reads and writes what is known of evidence. The bytes are the store's. No rules here."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from assay_contracts.directory import RelyingObject
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from directory.tables import Evidence, EvidenceReliance

from .errors import EvidenceNotFound


class EvidenceShelf:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, evidence_id: UUID, *, lock: bool = False) -> Evidence:
        found = self.session.get(Evidence, evidence_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise EvidenceNotFound
        return found

    def seen_by(self, principal: Principal, evidence_id: UUID, *, lock: bool = False) -> Evidence:
        found = self.get(evidence_id, lock=lock)
        if not principal.sees(found.provider_id):
            raise EvidenceNotFound
        return found

    def page(
        self, principal: Principal, page: PageAsked, *, provider_id: UUID | None, kind: str | None
    ) -> Page[Evidence]:
        wanted = select(Evidence)
        asked = ((Evidence.provider_id, principal.org), (Evidence.provider_id, provider_id), (Evidence.kind, kind))
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(column == value)
        return paginate(self.session, wanted, page, col(Evidence.uploaded_at).desc(), col(Evidence.id).desc())

    def relied_on(self, evidence_ids: Sequence[UUID]) -> set[UUID]:
        """Those of `evidence_ids` that something relies on."""
        wanted = select(EvidenceReliance.evidence_id).where(col(EvidenceReliance.evidence_id).in_(evidence_ids))
        return set(self.session.exec(wanted.distinct()))

    def locked(self, provider_id: UUID, evidence_ids: Collection[UUID]) -> list[Evidence]:
        """Those of `evidence_ids` that are the provider's, by id, locked in that order."""
        wanted = select(Evidence).where(Evidence.provider_id == provider_id, col(Evidence.id).in_(evidence_ids))
        return list(self.session.exec(wanted.order_by(col(Evidence.id)).with_for_update()))

    def relied_on_by(self, service: str, by_object: RelyingObject) -> set[UUID]:
        """The evidence that one object of a service relies on already."""
        wanted = select(EvidenceReliance.evidence_id).where(
            EvidenceReliance.service == service,
            EvidenceReliance.kind == by_object.kind,
            EvidenceReliance.object_id == by_object.id,
        )
        return set(self.session.exec(wanted))

    def first_to_lapse(self) -> date | None:
        wanted = select(func.min(Evidence.expires_on)).where(col(Evidence.lapsed_at).is_(None))
        return self.session.exec(wanted).one()

    def lapsed(self, on: date, *, limit: int) -> Sequence[Evidence]:
        """Evidence that expired before the day `on` and of which nobody was told yet, locked."""
        wanted = select(Evidence).where(col(Evidence.lapsed_at).is_(None), col(Evidence.expires_on) < on)
        locked = wanted.order_by(col(Evidence.expires_on), col(Evidence.id)).limit(limit)
        return self.session.exec(locked.with_for_update(skip_locked=True)).all()

    def add(self, row: Evidence | EvidenceReliance) -> None:
        self.session.add(row)
        self.session.flush()

    def remove(self, evidence: Evidence) -> None:
        self.session.delete(evidence)
        self.session.flush()
