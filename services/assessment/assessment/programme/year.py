"""Counts a year's programme by month and officer, in a fixed number of statements. No rules here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, tuple_
from sqlmodel import Session, col, exists, func, select

from assay_kit.calendar import start_of_london_day
from assay_kit.identity import Principal
from assessment.assessments.rules import OPEN, months_after
from assessment.assessments.visibility import seen_by
from assessment.tables import Assessment, DueDate

from .repository import care_service_copy

Officer = tuple[str | None, str | None]


def _month_of(column: Any) -> ColumnElement[date]:
    """The first day of the London month that an instant is in."""
    return cast(func.date_trunc("month", func.timezone("Europe/London", column)), Date)


def _nothing_under_way(by: Principal) -> ColumnElement[bool]:
    """Nothing that `by` may see."""
    return ~exists(
        select(Assessment.id).where(
            Assessment.care_service_id == DueDate.care_service_id, col(Assessment.status).in_(OPEN), seen_by(by)
        )
    )


def _runs_on(today: date) -> ColumnElement[bool]:
    """Nothing is known of the service's end, or its last day is not past."""
    service = care_service_copy.alias()  # a name of its own: the programme may be read beside the same copies
    last_day = cast(service.c.record["ended_on"].astext, Date)
    has_ended = select(service.c.id).where(service.c.id == DueDate.care_service_id, last_day < today)
    return ~has_ended.exists()


@dataclass(frozen=True, kw_only=True)
class YearCounts:
    due: Mapping[date, int]
    not_scheduled: Mapping[date, int]
    published: Mapping[date, int]
    overdue: int
    work: Mapping[Officer, Mapping[date, int]]
    """Assessments under way, by officer and by the month in which their answers are due."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A service whose assessment is due and not under way."""

    due: DueDate
    service_name: str | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is due before a day: of all services or of some, from the beginning or after one of them."""

    due_before: date
    care_service_ids: Sequence[UUID] | None = None
    after: UUID | None = None


class ProgrammeYears:
    def __init__(self, session: Session) -> None:
        self._session = session

    def counts(self, months: Sequence[date], today: date, *, by: Principal) -> YearCounts:
        first, end = months[0], months_after(months[-1], 1)
        return YearCounts(
            due=self._due(first, end),
            not_scheduled=self._due(first, end, _nothing_under_way(by)),
            published=self._published(start_of_london_day(first), start_of_london_day(end)),
            overdue=self._count_due(col(DueDate.due_on) < today),
            work=self._work(by),
        )

    def open_work(self, *, by: Principal) -> dict[str, int]:
        """How many assessments under way each officer leads, of those that `by` sees."""
        wanted = select(Assessment.officer, func.count()).where(
            col(Assessment.status).in_(OPEN), col(Assessment.officer).is_not(None), seen_by(by)
        )
        return {str(officer): count for officer, count in self._session.exec(wanted.group_by(col(Assessment.officer)))}

    def waiting(self, asked: Asked, *, by: Principal, today: date, limit: int) -> list[Waiting]:
        """The earliest due first, of those of which `by` sees nothing under way. What has ended no longer waits."""
        name = care_service_copy.c.name
        wanted = (
            select(DueDate, name)
            .join(care_service_copy, care_service_copy.c.id == DueDate.care_service_id, isouter=True)
            .where(*self._awaited(asked, by, today))
        )
        rows = self._session.exec(wanted.order_by(col(DueDate.due_on), col(DueDate.id)).limit(limit))
        return [Waiting(due=due, service_name=found) for due, found in rows]

    def count_waiting(self, asked: Asked, *, by: Principal, today: date) -> int:
        return self._count_due(*self._awaited(asked, by, today))

    def _awaited(self, asked: Asked, by: Principal, today: date) -> list[ColumnElement[bool]]:
        stands = (col(DueDate.replaced_at).is_(None), col(DueDate.due_on) < asked.due_before)
        which = [*stands, _nothing_under_way(by), _runs_on(today)]
        if asked.care_service_ids is not None:
            which.append(col(DueDate.care_service_id).in_(asked.care_service_ids))
        last = self._standing(asked.after)
        if last is not None:
            which.append(tuple_(col(DueDate.due_on), col(DueDate.id)) > tuple_(last.due_on, last.id))
        return which

    def _standing(self, care_service_id: UUID | None) -> DueDate | None:
        if care_service_id is None:
            return None
        wanted = select(DueDate).where(DueDate.care_service_id == care_service_id, col(DueDate.replaced_at).is_(None))
        return self._session.exec(wanted).one_or_none()

    def _count_due(self, *which: ColumnElement[bool]) -> int:
        wanted = select(func.count()).select_from(DueDate).where(col(DueDate.replaced_at).is_(None), *which)
        return self._session.exec(wanted).one()

    def _due(self, first: date, end: date, *which: ColumnElement[bool]) -> dict[date, int]:
        month = cast(func.date_trunc("month", DueDate.due_on), Date)
        wanted = select(month, func.count()).where(
            col(DueDate.replaced_at).is_(None), col(DueDate.due_on) >= first, col(DueDate.due_on) < end, *which
        )
        return dict(self._session.exec(wanted.group_by(month)).all())

    def _published(self, first: datetime, end: datetime) -> dict[date, int]:
        month = _month_of(Assessment.published_at)
        wanted = select(month, func.count()).where(
            col(Assessment.imported).is_(False),
            col(Assessment.published_at) >= first,
            col(Assessment.published_at) < end,
        )
        return dict(self._session.exec(wanted.group_by(month)).all())

    def _work(self, by: Principal) -> dict[Officer, dict[date, int]]:
        """An officer goes by the name they were last assigned under."""
        month = _month_of(Assessment.answers_due_at)
        name = func.max(Assessment.officer_name)
        is_open = (col(Assessment.status).in_(OPEN), seen_by(by))
        wanted = select(Assessment.officer, name, month, func.count()).where(*is_open)
        names: dict[str | None, str | None] = {}
        work: dict[str | None, dict[date, int]] = {}
        for officer, called, when, count in self._session.exec(wanted.group_by(col(Assessment.officer), month)):
            names[officer] = called
            work.setdefault(officer, {})[when] = count
        return {(officer, names[officer]): months for officer, months in work.items()}
