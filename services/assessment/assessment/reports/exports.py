"""The programme and the results as tables that leave the house: whole, one row a service or an assessment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select, text
from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.tables_out import Cell
from assessment.assessments.rules import OPEN
from assessment.assessments.visibility import seen_by
from assessment.insight.repository import Among
from assessment.insight.rules import cut
from assessment.tables import metadata

PROGRAMME_HEADER = (
    "care_service_id", "service", "service_type", "provider_id", "provider", "due_on", "cause", "because", "overdue",
    "assessment", "status", "officer", "answers_due_on",
)  # fmt: skip
_RESULTS_HEADER = (
    "reference", "care_service_id", "service", "service_type", "provider_id", "provider", "status", "imported", "cause",
    "framework_version", "self_assessed", "published_on", "rating", "percent", "next_due_on", "disputed",
)  # fmt: skip

_DUE, _ASSESSMENTS = metadata.tables["due_date"], metadata.tables["assessment"]
_SERVICES, _PROVIDERS = metadata.tables["care_service_copy"], metadata.tables["provider_copy"]

_RESULTS = """
    SELECT a.id, a.reference, a.care_service_id, s.name AS service, a.service_type, a.provider_id, p.name AS provider,
        a.status, a.imported, a.cause, v.version AS framework_version, a.submitted_at IS NOT NULL AS self_assessed,
        a.published_at, a.rating, f.percent, a.next_due_on, x.id IS NOT NULL AS disputed
    FROM assessment a
    LEFT JOIN care_service_copy s ON s.id = a.care_service_id
    LEFT JOIN provider_copy p ON p.id = a.provider_id
    LEFT JOIN framework v ON v.id = a.framework_id
    LEFT JOIN published_figure f ON f.assessment_id = a.id
    LEFT JOIN dispute x ON x.assessment_id = a.id
    WHERE a.published_at IS NOT NULL
        AND (CAST(:begins AS timestamptz) IS NULL OR a.published_at >= :begins)
        AND (CAST(:ends AS timestamptz) IS NULL OR a.published_at < :ends)
    ORDER BY a.published_at, a.id
"""
_DOMAINS = """
    SELECT d.assessment_id, d.code, d.percent, d.rating FROM published_domain d
    JOIN assessment a ON a.id = d.assessment_id
    WHERE (CAST(:begins AS timestamptz) IS NULL OR a.published_at >= :begins)
        AND (CAST(:ends AS timestamptz) IS NULL OR a.published_at < :ends)
"""


@dataclass(frozen=True, kw_only=True)
class Table:
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def programme(session: Session, today: date, *, by: Principal) -> Table:
    """Every service's standing due date beside what is under way and `by` may see, the earliest first."""
    return Table(
        header=PROGRAMME_HEADER,
        rows=[
            (
                str(row.care_service_id), row.service, row.service_type, str(row.provider_id), row.provider,
                row.due_on, row.cause, row.because, row.due_on < today, row.reference, row.status, row.officer_name,
                london_day(row.answers_due_at) if row.answers_due_at else None,
            )
            for row in session.connection().execute(_programme(by))
        ],
    )  # fmt: skip


def _programme(by: Principal) -> Select[Any]:
    service, provider, due, under_way = _SERVICES.c, _PROVIDERS.c, _DUE.c, _ASSESSMENTS.c
    seen = and_(under_way.care_service_id == due.care_service_id, under_way.status.in_(OPEN), seen_by(by))
    return (
        select(
            due.care_service_id, service.name.label("service"), service.type.label("service_type"), due.provider_id,
            provider.name.label("provider"), due.due_on, due.cause, due.because, under_way.reference, under_way.status,
            under_way.officer_name, under_way.answers_due_at,
        )
        .select_from(_DUE)
        .outerjoin(_SERVICES, service.id == due.care_service_id)
        .outerjoin(_PROVIDERS, provider.id == due.provider_id)
        .outerjoin(_ASSESSMENTS, seen)
        .where(due.replaced_at.is_(None))
        .order_by(due.due_on, due.id)
    )  # fmt: skip


def results(session: Session, among: Among) -> Table:
    """Every rating that was published in a period, withdrawn since or not, the earliest first.

    Percentages are cut to two places; each domain has a column for its percentage and one for its rating.
    """
    about = among.bounds()
    domains: dict[UUID, dict[str, Row[Any]]] = defaultdict(dict)
    for row in _rows(session, _DOMAINS, about):
        domains[row.assessment_id][row.code] = row
    codes = sorted({code for found in domains.values() for code in found})
    header = [*_RESULTS_HEADER, *(f"domain_{code}_{what}" for code in codes for what in ("percent", "rating"))]
    rows = [(*_result(row), *_domains(codes, domains[row.id])) for row in _rows(session, _RESULTS, about)]
    return Table(header=header, rows=rows)


def _result(row: Row[Any]) -> Sequence[Cell]:
    return (
        row.reference, str(row.care_service_id), row.service, row.service_type, str(row.provider_id), row.provider,
        row.status, row.imported, row.cause, row.framework_version, row.self_assessed, london_day(row.published_at),
        row.rating, cut(row.percent), row.next_due_on, row.disputed,
    )  # fmt: skip


def _domains(codes: Sequence[str], found: Mapping[str, Row[Any]]) -> list[Cell]:
    cells: list[Cell] = []
    for code in codes:
        domain = found.get(code)
        cells += [cut(domain.percent), domain.rating] if domain else [None, None]
    return cells


def _rows(session: Session, statement: str, about: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
    return session.connection().execute(text(statement), dict(about or {})).all()
