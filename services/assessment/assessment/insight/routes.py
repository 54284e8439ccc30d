"""HTTP for insight. Translate, ask, answer."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay_contracts.directory.records import CareServiceType
from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.problems import may_answer
from assay_kit.text import Day
from assessment.assessments.errors import AssessmentNotFound
from assessment.assessments.repository import Assessments
from assessment.dependencies import Overseer, Reader, StaffReader
from assessment.drafts.errors import DraftNotIssued
from assessment.frameworks.repository import Frameworks
from assessment.rating.errors import NoResult

from .comparing import benchmark_of, comparison_of
from .errors import PeriodIsNone
from .repository import Among, GapBy, Insight
from .schemas import BenchmarkRead, ComparisonRead, DistributionRead, GapRead, GapsRead, ProgressRead

router = APIRouter(tags=["insight"])

First = Annotated[Day | None, Query(description="Published on this day or later.")]
Last = Annotated[Day | None, Query(description="Published on this day or earlier.")]
Kind = Annotated[CareServiceType | None, Query(description="Of services of this type only.")]


@router.get(
    "/insight/gaps-by-question",
    summary="How far providers' own ratings are from what stands, by question",
    operation_id="read_gaps_by_question",
    responses=may_answer(PeriodIsNone),
)
def read_gaps_by_question(
    *, session: SessionDep, by: StaffReader, first: First = None, last: Last = None, service_type: Kind = None
) -> GapsRead:
    rows = Insight(session).gaps(GapBy.QUESTION, Among.of(first, last, service_type))
    frameworks = {each: Frameworks(session).of(each) for each in {row.framework_id for row in rows}}
    items = []
    for row in rows:
        framework = frameworks[row.framework_id]
        _, question = framework.locate(row.key)
        items.append(GapRead.of(row, name=question.question, framework_version=framework.version))
    return GapsRead(by=GapBy.QUESTION, items=items)


@router.get(
    "/insight/gaps-by-provider",
    summary="The same by provider: those who think best of themselves first",
    operation_id="read_gaps_by_provider",
    responses=may_answer(PeriodIsNone),
)
def read_gaps_by_provider(
    *, session: SessionDep, by: StaffReader, first: First = None, last: Last = None, service_type: Kind = None
) -> GapsRead:
    return _gaps(session, GapBy.PROVIDER, Among.of(first, last, service_type))


@router.get(
    "/insight/gaps-by-officer",
    summary="Calibration: what each officer finds beside what providers said, and what was changed after the draft",
    operation_id="read_gaps_by_officer",
    responses=may_answer(PeriodIsNone),
)
def read_gaps_by_officer(
    *, session: SessionDep, by: Overseer, first: First = None, last: Last = None, service_type: Kind = None
) -> GapsRead:
    return _gaps(session, GapBy.OFFICER, Among.of(first, last, service_type))


def _gaps(session: SessionDep, by: GapBy, among: Among) -> GapsRead:
    rows = Insight(session).gaps(by, among)
    return GapsRead(by=by, items=[GapRead.of(row, name=row.name, framework_version=None) for row in rows])


@router.get(
    "/insight/distribution",
    summary="How the ratings that stand are spread, by service type and domain",
    operation_id="read_distribution",
)
def read_distribution(session: SessionDep, by: StaffReader, now: Now) -> DistributionRead:
    insight, today = Insight(session), london_day(now)
    return DistributionRead.of(insight.ratings_by_type(today), insight.domains_by_type(today))


@router.get(
    "/insight/programme",
    summary="How the programme of a period goes, and what is late today",
    operation_id="read_programme_progress",
    responses=may_answer(PeriodIsNone),
)
def read_programme_progress(
    session: SessionDep, by: StaffReader, now: Now, first: First = None, last: Last = None
) -> ProgressRead:
    """The calendar year where no period is given."""
    year = london_day(now).year
    first, last = first or date(year, 1, 1), last or date(year, 12, 31)
    return ProgressRead.of(first, last, Insight(session).progress(Among.of(first, last), by=by, now=now))


@router.get(
    "/assessments/{assessment_id}/comparison",
    summary="An assessment beside the one before of the same service",
    operation_id="compare_with_last_time",
    responses=may_answer(AssessmentNotFound, DraftNotIssued, NoResult),
)
def compare_with_last_time(assessment_id: UUID, session: SessionDep, by: Reader) -> ComparisonRead:
    return comparison_of(session, Assessments(session).get(assessment_id, by=by), by=by)


@router.get(
    "/assessments/{assessment_id}/benchmark",
    summary="An assessment beside other providers' services of its type; nothing is shown of fewer than five",
    operation_id="read_benchmark",
    responses=may_answer(AssessmentNotFound, DraftNotIssued, NoResult),
)
def read_benchmark(assessment_id: UUID, session: SessionDep, by: Reader, now: Now) -> BenchmarkRead:
    return benchmark_of(session, Assessments(session).get(assessment_id, by=by), today=london_day(now))
