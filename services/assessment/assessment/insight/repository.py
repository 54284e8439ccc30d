"""Counts what was published and stands. No rules here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from assay_contracts.directory.records import CareServiceType
from assay_kit.calendar import london_day, start_of_london_day
from assay_kit.identity import Principal
from assessment.assessments.rules import Status
from assessment.tables import Assessment

from . import queries, work
from .errors import PeriodIsNone
from .rules import Other


class GapBy(StrEnum):
    QUESTION = "question"
    PROVIDER = "provider"
    OFFICER = "officer"


_GAPS = {
    GapBy.QUESTION: queries.GAPS_BY_QUESTION,
    GapBy.PROVIDER: queries.GAPS_BY_PROVIDER,
    GapBy.OFFICER: queries.GAPS_BY_OFFICER,
}


@dataclass(frozen=True, kw_only=True)
class Among:
    """Which published ratings are counted: a period of days (both counted), a kind of service. None: all."""

    first: date | None = None
    last: date | None = None
    service_type: CareServiceType | None = None

    @classmethod
    def of(cls, first: date | None, last: date | None, service_type: CareServiceType | None = None) -> Self:
        """PeriodIsNone where it ends before it begins."""
        if last is not None and (last == date.max or (first is not None and last < first)):
            raise PeriodIsNone
        return cls(first=first, last=last, service_type=service_type)

    def bounds(self) -> dict[str, Any]:
        return {
            "begins": start_of_london_day(self.first) if self.first else None,
            "ends": start_of_london_day(self.last + timedelta(days=1)) if self.last else None,
            "service_type": str(self.service_type) if self.service_type else None,
        }


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How the programme goes. Months are London's."""

    statuses: Sequence[Row[Any]]
    published: Sequence[Row[Any]]
    due: Sequence[Row[Any]]
    officers: Sequence[Row[Any]]
    plans: Sequence[Row[Any]]
    overdue: Row[Any]


# In this transaction only: enough to count some ten thousand groups at once, where the usual room makes it sort all.
_ROOM_TO_COUNT = text("SET LOCAL work_mem = '32MB'")


class Insight:
    def __init__(self, session: Session) -> None:
        self._session = session

    def gaps(self, by: GapBy, among: Among) -> Sequence[Row[Any]]:
        """What was found beside what providers said of themselves."""
        self._session.connection().execute(_ROOM_TO_COUNT)
        return self._rows(_GAPS[by], among.bounds())

    def ratings_by_type(self, today: date) -> Sequence[Row[Any]]:
        return self._rows(queries.RATINGS_BY_TYPE, {"today": today})

    def domains_by_type(self, today: date) -> Sequence[Row[Any]]:
        return self._rows(queries.DOMAINS_BY_TYPE, {"today": today})

    def others(self, assessment: Assessment, today: date) -> Mapping[str, Sequence[Other]]:
        """The percentages of other providers' services of its kind by domain code; the overall ones under no code."""
        found: dict[str, list[Other]] = defaultdict(list)
        about = {"service_type": assessment.service_type, "provider_id": assessment.provider_id, "today": today}
        for row in self._rows(queries.OTHERS, about):
            found[row.code].append(Other(provider_id=row.provider_id, percent=row.percent))
        return found

    def before(self, assessment: Assessment) -> Assessment | None:
        """The rating of the same service that stood before: the latest that was published earlier."""
        statement = (
            select(Assessment)
            .where(
                Assessment.care_service_id == assessment.care_service_id,
                Assessment.status == Status.PUBLISHED,
                Assessment.id != assessment.id,
                col(Assessment.published_at) < (assessment.published_at or assessment.draft_issued_at),
            )
            .order_by(col(Assessment.published_at).desc(), col(Assessment.id).desc())
        )
        return self._session.exec(statement.limit(1)).one_or_none()

    def progress(self, among: Among, *, by: Principal, now: datetime) -> Progress:
        bounds = among.bounds()
        about = bounds | {"first": among.first, "last": among.last, "today": london_day(now), "now": now}
        [overdue] = self._rows(queries.OVERDUE, about)
        return Progress(
            statuses=work.statuses(self._session, by=by),
            published=self._rows(queries.PUBLISHED_BY_MONTH, about),
            due=self._rows(queries.DUE_BY_MONTH, about),
            officers=work.officers(self._session, bounds["begins"], bounds["ends"], by=by),
            plans=self._rows(queries.PLANS),
            overdue=overdue,
        )

    def _rows(self, statement: str, about: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        return self._session.connection().execute(text(statement), dict(about or {})).all()
