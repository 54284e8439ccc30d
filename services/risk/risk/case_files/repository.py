"""Reads and writes case files, and finds the Red services that have none. No rules here."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_contracts.directory.copies import provider_copy as provider
from assay_kit.calendar import london_day
from assay_kit.pagination import Page, PageAsked, paginate
from risk.bands.repository import is_running
from risk.bands.rules import Band
from risk.case_files.errors import CaseFileNotFound
from risk.case_files.rules import Status
from risk.interventions.rules import Outcome
from risk.interventions.rules import Status as InterventionStatus
from risk.tables import CaseFile, CaseTask, Condition, Intervention, ServiceBand, Visit

UNDER_WAY = (InterventionStatus.PROPOSED, InterventionStatus.AUTHORISED, InterventionStatus.ISSUED)
MOST_SHOWN = 200


class CaseFiles:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, case_file_id: UUID, *, lock: bool = False) -> CaseFile:
        found = self._session.get(CaseFile, case_file_id, with_for_update=lock)
        if found is None:
            raise CaseFileNotFound(case_file_id)
        return found

    def open_of(self, care_service_id: UUID) -> CaseFile | None:
        wanted = select(CaseFile).where(CaseFile.care_service_id == care_service_id, CaseFile.status == Status.OPEN)
        return self._session.exec(wanted).one_or_none()

    def page(self, page: PageAsked, *, overdue_on: date | None = None, **about: Any) -> Page[CaseFile]:
        """As `about` says, the next review first; `overdue_on`: only those whose review was due before that day."""
        wanted = select(CaseFile)
        if overdue_on is not None:
            wanted = wanted.where(CaseFile.status == Status.OPEN, CaseFile.review_on < overdue_on)
        for column, value in about.items():
            if value is not None:
                wanted = wanted.where(getattr(CaseFile, column) == value)
        return paginate(self._session, wanted, page, col(CaseFile.review_on), col(CaseFile.id))

    def unattended(self, page: PageAsked, *, now: datetime) -> Page[ServiceBand]:
        """Services that are Red, or would be but for an override, and that nobody answers for: the longest first."""
        attended = select(CaseFile.care_service_id).where(CaseFile.status == Status.OPEN)
        wanted = (
            select(ServiceBand)
            .where(
                or_(col(ServiceBand.band) == Band.RED, col(ServiceBand.computed_band) == Band.RED),
                col(ServiceBand.care_service_id).not_in(attended),
                is_running(london_day(now)),
            )
            .execution_options(populate_existing=True)  # refreshes write past the objects of a session
        )
        return paginate(self._session, wanted, page, col(ServiceBand.since), col(ServiceBand.care_service_id))

    def is_red(self, care_service_id: UUID) -> bool:
        wanted = select(ServiceBand.band, ServiceBand.computed_band).where(
            ServiceBand.care_service_id == care_service_id
        )
        found = self._session.exec(wanted).one_or_none()
        return found is not None and Band.RED in found

    def names(self, care_service_ids: Collection[UUID]) -> dict[UUID, tuple[str, str | None]]:
        """The names of services, each with its provider's."""
        wanted = (
            select(service.c.id, service.c.name, provider.c.name)
            .select_from(service.outerjoin(provider, provider.c.id == service.c.provider_id))
            .where(service.c.id.in_(care_service_ids))
        )
        return {found: (name, of) for found, name, of in self._session.execute(wanted)}

    def open_tasks(self, care_service_id: UUID) -> Sequence[CaseTask]:
        wanted = select(CaseTask).where(CaseTask.care_service_id == care_service_id, col(CaseTask.done_at).is_(None))
        earliest = wanted.order_by(col(CaseTask.due_on).asc().nulls_last(), col(CaseTask.opened_at))
        return self._session.exec(earliest.limit(MOST_SHOWN)).all()

    def count_open_tasks(self, care_service_id: UUID) -> int:
        wanted = select(func.count()).where(
            CaseTask.care_service_id == care_service_id, col(CaseTask.done_at).is_(None)
        )
        return self._session.exec(wanted).one()

    def count_under_way(self, care_service_id: UUID, provider_id: UUID) -> int:
        wanted = select(func.count()).where(
            _reaches(care_service_id, provider_id), col(Intervention.status).in_(UNDER_WAY)
        )
        return self._session.exec(wanted).one()

    def under_way(self, care_service_id: UUID, provider_id: UUID) -> Sequence[Intervention]:
        wanted = select(Intervention).where(
            _reaches(care_service_id, provider_id), col(Intervention.status).in_(UNDER_WAY)
        )
        return self._session.exec(wanted.order_by(col(Intervention.proposed_at).desc()).limit(MOST_SHOWN)).all()

    def open_conditions(self, intervention_ids: Collection[UUID]) -> Sequence[Condition]:
        wanted = select(Condition).where(
            col(Condition.intervention_id).in_(intervention_ids), Condition.outcome == Outcome.OPEN
        )
        earliest = wanted.order_by(col(Condition.due_on).asc().nulls_last(), col(Condition.position))
        return self._session.exec(earliest.limit(MOST_SHOWN)).all()

    def visits(self, care_service_id: UUID) -> Sequence[Visit]:
        wanted = select(Visit).where(Visit.care_service_id == care_service_id)
        newest = wanted.order_by(col(Visit.visited_on).desc(), col(Visit.id).desc())
        return self._session.exec(newest.limit(MOST_SHOWN)).all()

    def next_alert(self) -> datetime | None:
        earliest = select(func.min(CaseFile.review_alert_at)).where(CaseFile.status == Status.OPEN)
        return self._session.exec(earliest).one()

    def to_alert(self, now: datetime, *, limit: int) -> Sequence[CaseFile]:
        wanted = select(CaseFile).where(CaseFile.status == Status.OPEN, col(CaseFile.review_alert_at) <= now)
        return self._session.exec(wanted.order_by(col(CaseFile.id)).limit(limit).with_for_update()).all()

    def add(self, row: CaseFile | Visit) -> None:
        self._session.add(row)
        self._session.flush()


def _reaches(care_service_id: UUID, provider_id: UUID) -> ColumnElement[bool]:
    wide = and_(col(Intervention.care_service_id).is_(None), col(Intervention.provider_id) == provider_id)
    return or_(col(Intervention.care_service_id) == care_service_id, wide)
