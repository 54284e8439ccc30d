"""Reads and writes what is known of evidence. The bytes are the store's. No rules here."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, func, select

from assay_contracts.directory import RelyingObject
from assay_contracts.roles import Scope
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from directory.tables import Evidence, EvidenceOpening, EvidenceReliance

from .errors import EvidenceNotFound

MOST_EDITIONS = 200
MOST_USES = 1_000

_later = aliased(Evidence)
_IS_NEWEST = ~exists(select(_later.id).where(_later.series_id == Evidence.series_id, _later.edition > Evidence.edition))
_IS_RELIED_ON = exists(select(EvidenceReliance.evidence_id).where(EvidenceReliance.evidence_id == Evidence.id))
# Nobody is reminded of what was renewed; it lapses unnoticed, unless something relies on that very edition.
_UNTOLD = (col(Evidence.reminded_at).is_(None), col(Evidence.lapsed_at).is_(None), _IS_NEWEST)
_CAN_LAPSE = (col(Evidence.lapsed_at).is_(None), or_(_IS_NEWEST, _IS_RELIED_ON))

_RELIANCE = (EvidenceReliance.evidence_id, EvidenceReliance.service, EvidenceReliance.kind, EvidenceReliance.object_id)
_OPENED = (EvidenceOpening.evidence_id, EvidenceOpening.service, EvidenceOpening.kind, EvidenceOpening.object_id)
_WAS_OPENED = exists(
    select(EvidenceOpening.evidence_id).where(*(one == other for one, other in zip(_OPENED, _RELIANCE, strict=True)))
)
_IS_OPEN = or_(col(EvidenceReliance.is_sealed).is_(False), _WAS_OPENED)


class EvidenceShelf:
    """A provider sees its own; the council what something relies on, for a shelf is not yet anybody's answer.

    What is relied on only under a seal is not seen by the council before it is opened.
    """

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
        if _sees_what_is_used(principal) and not self._relied_on([evidence_id], _IS_OPEN):
            raise EvidenceNotFound
        return found

    def _is_used(self) -> ColumnElement[bool]:
        mine = EvidenceReliance.evidence_id == Evidence.id
        return exists(select(EvidenceReliance.evidence_id).where(mine, _IS_OPEN))

    def page(
        self,
        principal: Principal,
        page: PageAsked,
        *,
        provider_id: UUID | None,
        kind: str | None,
        only_newest: bool,
    ) -> Page[Evidence]:
        wanted = select(Evidence)
        if _sees_what_is_used(principal):
            wanted = wanted.where(self._is_used())
        if only_newest:
            wanted = wanted.where(_IS_NEWEST)
        asked = ((Evidence.provider_id, principal.org), (Evidence.provider_id, provider_id), (Evidence.kind, kind))
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(column == value)
        return paginate(self.session, wanted, page, col(Evidence.uploaded_at).desc(), col(Evidence.id).desc())

    def editions(self, principal: Principal, evidence: Evidence) -> Sequence[Evidence]:
        """Every edition of the same document that `principal` sees, the newest first."""
        wanted = select(Evidence).where(Evidence.series_id == evidence.series_id)
        if _sees_what_is_used(principal):
            wanted = wanted.where(self._is_used())
        return self.session.exec(wanted.order_by(col(Evidence.edition).desc()).limit(MOST_EDITIONS)).all()

    def newest(self, series_ids: Sequence[UUID]) -> dict[UUID, int]:
        """The highest edition of each series."""
        wanted = select(Evidence.series_id, func.max(Evidence.edition)).where(col(Evidence.series_id).in_(series_ids))
        return dict(self.session.exec(wanted.group_by(col(Evidence.series_id))).all())

    def newest_ids(self, series_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """The newest edition of each series."""
        wanted = select(Evidence.series_id, Evidence.id).where(col(Evidence.series_id).in_(series_ids), _IS_NEWEST)
        return dict(self.session.exec(wanted).all())

    def lock_series(self, series_id: UUID) -> None:
        """Two who renew the same document at once go one after the other."""
        self.session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(str(series_id), 0)))).one()

    def uses(
        self, principal: Principal, evidence_id: UUID, services: Collection[str] | None
    ) -> Sequence[EvidenceReliance]:
        """What relies on it, as far as `principal` sees that, the latest first; of some services where named."""
        wanted = select(EvidenceReliance).where(EvidenceReliance.evidence_id == evidence_id)
        if _sees_what_is_used(principal):
            wanted = wanted.where(_IS_OPEN)
        if services is not None:
            wanted = wanted.where(col(EvidenceReliance.service).in_(services))
        latest = wanted.order_by(col(EvidenceReliance.relied_on_at).desc(), col(EvidenceReliance.object_id))
        return self.session.exec(latest.limit(MOST_USES)).all()

    def relied_on(self, evidence_ids: Sequence[UUID]) -> set[UUID]:
        """Those of `evidence_ids` that something relies on, under a seal or not."""
        return self._relied_on(evidence_ids)

    def _relied_on(self, evidence_ids: Sequence[UUID], *conditions: ColumnElement[bool]) -> set[UUID]:
        mine = col(EvidenceReliance.evidence_id).in_(evidence_ids)
        return set(self.session.exec(select(EvidenceReliance.evidence_id).where(mine, *conditions).distinct()))

    def of_provider(self, provider_id: UUID, evidence_ids: Collection[UUID]) -> Sequence[Evidence]:
        """Those of `evidence_ids` that are the provider's, by id."""
        wanted = select(Evidence).where(Evidence.provider_id == provider_id, col(Evidence.id).in_(evidence_ids))
        return self.session.exec(wanted.order_by(col(Evidence.id))).all()

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

    def open(self, service: str, by_object: RelyingObject, evidence_ids: Collection[UUID], *, at: datetime) -> None:
        """Open those of `evidence_ids` that one object of a service relies on under a seal, unless they are open."""
        sealed = select(EvidenceReliance.evidence_id).where(
            EvidenceReliance.service == service,
            EvidenceReliance.kind == by_object.kind,
            EvidenceReliance.object_id == by_object.id,
            col(EvidenceReliance.is_sealed),
            col(EvidenceReliance.evidence_id).in_(evidence_ids),
        )
        about = {"service": service, "kind": by_object.kind, "object_id": by_object.id, "opened_at": at}
        if opened := [about | {"evidence_id": one} for one in self.session.exec(sealed)]:
            self.session.exec(insert(EvidenceOpening).values(opened).on_conflict_do_nothing())

    def first_to_lapse(self) -> date | None:
        return self.session.exec(select(func.min(Evidence.expires_on)).where(*_CAN_LAPSE)).one()

    def first_to_remind_of(self) -> date | None:
        return self.session.exec(select(func.min(Evidence.expires_on)).where(*_UNTOLD)).one()

    def expiring(self, first: date, last: date, *, limit: int) -> Sequence[Evidence]:
        """Evidence that expires in those days and of which nobody was reminded yet, locked."""
        wanted = select(Evidence).where(*_UNTOLD, col(Evidence.expires_on) >= first, col(Evidence.expires_on) <= last)
        locked = wanted.order_by(col(Evidence.expires_on), col(Evidence.id)).limit(limit)
        return self.session.exec(locked.with_for_update(skip_locked=True)).all()

    def lapsed(self, on: date, *, limit: int) -> Sequence[Evidence]:
        """Evidence that expired before the day `on` and of which nobody was told yet, locked."""
        wanted = select(Evidence).where(*_CAN_LAPSE, col(Evidence.expires_on) < on)
        locked = wanted.order_by(col(Evidence.expires_on), col(Evidence.id)).limit(limit)
        return self.session.exec(locked.with_for_update(skip_locked=True)).all()

    def add(self, row: Evidence | EvidenceReliance) -> None:
        self.session.add(row)
        self.session.flush()

    def remove(self, evidence: Evidence) -> None:
        self.session.delete(evidence)
        self.session.flush()


def _sees_what_is_used(principal: Principal) -> bool:
    """Neither a provider, which sees all of its own, nor a service that relies on evidence."""
    return not principal.is_provider and not principal.has(Scope.EVIDENCE_RELY)
