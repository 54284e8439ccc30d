"""Reads and writes overrides. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from assay_kit.pagination import Page, PageAsked, paginate
from risk.bands.repository import Bands
from risk.overrides.errors import OverrideNotFound
from risk.overrides.rules import Status
from risk.tables import Override


class Overrides:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, override_id: UUID) -> Override:
        found = self._session.get(Override, override_id)
        if found is None:
            raise OverrideNotFound(override_id)
        return found

    def get_to_change(self, override_id: UUID) -> Override:
        """Locked, its service before it: in the order in which a refresh locks them."""
        Bands(self._session).lock([self.get(override_id).care_service_id])
        return self._session.get_one(Override, override_id, populate_existing=True, with_for_update=True)

    def in_force(self, care_service_id: UUID) -> Override | None:
        wanted = select(Override).where(Override.care_service_id == care_service_id, Override.status == Status.IN_FORCE)
        return self._session.exec(wanted).one_or_none()

    def page(self, page: PageAsked, *, stage: Status | None, care_service_id: UUID | None) -> Page[Override]:
        wanted = select(Override)
        if stage is not None:
            wanted = wanted.where(Override.status == stage)
        if care_service_id is not None:
            wanted = wanted.where(Override.care_service_id == care_service_id)
        return paginate(self._session, wanted, page, col(Override.proposed_at).desc(), col(Override.id).desc())

    def next_end(self) -> datetime | None:
        earliest = select(func.min(Override.ends_at)).where(Override.status == Status.IN_FORCE)
        return self._session.exec(earliest).one()

    def over(self, now: datetime, *, limit: int) -> Sequence[Override]:
        """Locked, their services before them."""
        is_over = (Override.status == Status.IN_FORCE, Override.ends_at <= now)
        first = select(Override.care_service_id).where(*is_over).order_by(col(Override.ends_at)).limit(limit)
        services = Bands(self._session).lock(self._session.exec(first))
        wanted = select(Override).where(*is_over, col(Override.care_service_id).in_(services))
        locked = wanted.order_by(col(Override.ends_at)).with_for_update()
        return self._session.exec(locked, execution_options={"populate_existing": True}).all()

    def add(self, override: Override) -> None:
        self._session.add(override)
        self._session.flush()
