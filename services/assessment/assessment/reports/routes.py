"""HTTP for reports: as data, as tagged PDF, as Word."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal
from assay_kit.problems import Unavailable, may_answer
from assessment.assessments.errors import AssessmentNotFound
from assessment.assessments.repository import Assessments
from assessment.dependencies import CopiesDep, Reader
from assessment.drafts.errors import DraftNotIssued
from assessment.publications.errors import NotPublished
from assessment.rating.errors import NoResult
from assessment.remedial_actions.errors import PlanNotFound
from assessment.remedial_actions.reading import plan_of

from .documents import A_PDF, A_WORD_FILE, pdf_of, word_of
from .readable import readable_plan, readable_report, readable_summary
from .report import report_of
from .schemas import PlanReport, PublicSummary, ReportRead
from .summary import plan_report_of, summary_of

router = APIRouter(tags=["report"])

_OF_ASSESSMENT = may_answer(AssessmentNotFound, DraftNotIssued, Unavailable)
_OF_SUMMARY = may_answer(AssessmentNotFound, NotPublished, NoResult, Unavailable)
_OF_PLAN = may_answer(PlanNotFound, Unavailable)


@router.get(
    "/assessments/{assessment_id}/report",
    summary="The assessment report as data",
    operation_id="read_report",
    responses=_OF_ASSESSMENT,
)
def read_report(assessment_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader) -> ReportRead:
    return _report(session, copies, assessment_id, by)


@router.get(
    "/assessments/{assessment_id}/report.pdf",
    summary="The assessment report as a tagged PDF",
    operation_id="read_report_pdf",
    response_class=Response,
    responses=A_PDF | _OF_ASSESSMENT,
)
def read_report_pdf(assessment_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader, now: Now) -> Response:
    report = _report(session, copies, assessment_id, by)
    return pdf_of("assessment-report", readable_report(report), name=report.reference, now=now)


@router.get(
    "/assessments/{assessment_id}/report.docx",
    summary="The assessment report as a Word document",
    operation_id="read_report_word",
    response_class=Response,
    responses=A_WORD_FILE | _OF_ASSESSMENT,
)
def read_report_word(assessment_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader) -> Response:
    report = _report(session, copies, assessment_id, by)
    return word_of("assessment-report", readable_report(report), name=report.reference)


@router.get(
    "/assessments/{assessment_id}/public-summary",
    summary="What the council may publish of a rating that stands",
    operation_id="read_public_summary",
    responses=_OF_SUMMARY,
)
def read_public_summary(assessment_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader) -> PublicSummary:
    return summary_of(session, copies, Assessments(session).get(assessment_id, by=by))


@router.get(
    "/assessments/{assessment_id}/public-summary.pdf",
    summary="The same on a page, as a tagged PDF",
    operation_id="read_public_summary_pdf",
    response_class=Response,
    responses=A_PDF | _OF_SUMMARY,
)
def read_public_summary_pdf(
    assessment_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader, now: Now
) -> Response:
    assessment = Assessments(session).get(assessment_id, by=by)
    summary = summary_of(session, copies, assessment)
    name = f"{assessment.reference}-summary"
    return pdf_of("public-summary", readable_summary(summary), name=name, now=now)


@router.get(
    "/remedial-plans/{plan_id}/report",
    summary="An action plan with the names of what it is about",
    operation_id="read_plan_report",
    responses=_OF_PLAN,
)
def read_plan_report(plan_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader, now: Now) -> PlanReport:
    return _plan_report(session, copies, plan_id, by, now)


@router.get(
    "/remedial-plans/{plan_id}/report.pdf",
    summary="An action plan as a tagged PDF",
    operation_id="read_plan_pdf",
    response_class=Response,
    responses=A_PDF | _OF_PLAN,
)
def read_plan_pdf(plan_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader, now: Now) -> Response:
    plan = _plan_report(session, copies, plan_id, by, now)
    return pdf_of("action-plan", readable_plan(plan), name=f"{plan.reference}-plan", now=now)


@router.get(
    "/remedial-plans/{plan_id}/report.docx",
    summary="An action plan as a Word document",
    operation_id="read_plan_word",
    response_class=Response,
    responses=A_WORD_FILE | _OF_PLAN,
)
def read_plan_word(plan_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader, now: Now) -> Response:
    plan = _plan_report(session, copies, plan_id, by, now)
    return word_of("action-plan", readable_plan(plan), name=f"{plan.reference}-plan")


def _report(session: Session, copies: Copies, assessment_id: UUID, by: Principal) -> ReportRead:
    return report_of(session, copies, Assessments(session).get(assessment_id, by=by), by=by)


def _plan_report(session: Session, copies: Copies, plan_id: UUID, by: Principal, now: datetime) -> PlanReport:
    return plan_report_of(session, copies, plan_of(session, plan_id, by=by, now=now))
