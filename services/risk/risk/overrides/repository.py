"""Reads and writes overrides. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from assay_kit.pagination import Page, PageAsked, paginate
from risk.overrides.errors import OverrideNotFound
from risk.overrides.rules import Status
from risk.tables import Override


class Overrides:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, override_id: UUID, *, lock: bool = False) -> Override:
        found = self._session.get(Override, override_id, with_for_update=lock)
        if found is None:
            raise OverrideNotFound(override_id)
        return found

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
        wanted = select(Override).where(Override.status == Status.IN_FORCE, Override.ends_at <= now)
        return self._session.exec(wanted.order_by(col(Override.ends_at)).limit(limit).with_for_update()).all()

    def add(self, override: Override) -> None:
        self._session.add(override)
        self._session.flush()
