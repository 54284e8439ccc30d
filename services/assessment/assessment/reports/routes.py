"""HTTP for assessment reports."""

from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, Response

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.documents import pdf
from assay_kit.problems import Unavailable, may_answer
from assessment.assessments.errors import AssessmentNotFound
from assessment.assessments.repository import Assessments
from assessment.dependencies import CopiesDep, Reader
from assessment.drafts.errors import DraftNotIssued

from .report import report_of
from .schemas import ReportRead

router = APIRouter(
    prefix="/assessments/{assessment_id}",
    tags=["report"],
    responses=may_answer(AssessmentNotFound, DraftNotIssued, Unavailable),
)

_TEMPLATE = Path(__file__).parent / "templates" / "assessment-report.typ"
_PDF = "application/pdf"
_A_PDF = {"description": "The report", "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/report", summary="The assessment report as data", operation_id="read_report")
def read_report(assessment_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader) -> ReportRead:
    return report_of(session, copies, Assessments(session).get(assessment_id, by=by), by=by)


@router.get(
    "/report.pdf",
    summary="The assessment report as a tagged PDF",
    operation_id="read_report_pdf",
    response_class=Response,
    responses={200: _A_PDF},
)
def read_report_pdf(assessment_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader, now: Now) -> Response:
    report = report_of(session, copies, Assessments(session).get(assessment_id, by=by), by=by)
    made = pdf(_TEMPLATE, {"report": report}, now=now)
    disposition = f'attachment; filename="{report.reference}.pdf"'
    return Response(made, media_type=_PDF, headers={"Content-Disposition": disposition})
