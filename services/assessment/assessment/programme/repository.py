"""Reads the programme: every service's standing due date beside what is under way. No rules here."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from assessment.assessments.rules import OPEN
from assessment.assessments.visibility import seen_by
from assessment.tables import Assessment, DueDate, metadata

care_service_copy = metadata.tables["care_service_copy"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    due: DueDate
    service_name: str | None
    under_way: Assessment | None


class Programme:
    def __init__(self, session: Session) -> None:
        self._session = session

    def page(self, page: PageAsked, *, by: Principal, due_before: date | None) -> Page[Entry]:
        """What is due, the earliest first; `due_before` keeps what is due before that day."""
        statement = select(DueDate).where(col(DueDate.replaced_at).is_(None))
        if by.is_provider:
            statement = statement.where(DueDate.provider_id == by.org)
        if due_before is not None:
            statement = statement.where(DueDate.due_on < due_before)
        found = paginate(self._session, statement, page, col(DueDate.due_on), col(DueDate.id))
        ids = [due.care_service_id for due in found.items]
        names, open_ = self._names(ids), self._under_way(ids, by)
        return found.map(
            lambda due: Entry(
                due=due,
                service_name=names.get(due.care_service_id),
                under_way=open_.get(due.care_service_id),
            )
        )

    def history(self, care_service_id: UUID) -> list[DueDate]:
        """Every date that stood, the newest first."""
        statement = select(DueDate).where(DueDate.care_service_id == care_service_id)
        return list(self._session.exec(statement.order_by(col(DueDate.id).desc()).limit(200)))

    def _names(self, ids: list[UUID]) -> dict[Any, str]:
        columns = care_service_copy.c
        rows = self._session.connection().execute(select(columns.id, columns.name).where(columns.id.in_(ids)))
        return {row.id: row.name for row in rows}

    def _under_way(self, ids: list[UUID], by: Principal) -> dict[UUID, Assessment]:
        statement = select(Assessment).where(
            col(Assessment.care_service_id).in_(ids), col(Assessment.status).in_(OPEN), seen_by(by)
        )
        return {row.care_service_id: row for row in self._session.exec(statement)}
