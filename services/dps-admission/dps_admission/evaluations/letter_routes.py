"""HTTP for the letters that decisions go out with."""

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from assay_kit.problems import may_answer
from dps_admission.dependencies import CaseParty, SessionDep

from . import letters
from .errors import DecisionNotFound

router = APIRouter(prefix="/decisions/{decision_id}", tags=["evaluations"], responses=may_answer(DecisionNotFound))
_PDF = "application/pdf"
_A_PDF = {"description": "The letter", "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}}
_NOTHING_RUNS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@router.get(
    "/letter.html",
    operation_id="read_decision_letter",
    summary="The letter of a decision as a page",
    response_class=HTMLResponse,
)
def read_decision_letter(decision_id: UUID, session: SessionDep, by: CaseParty) -> HTMLResponse:
    letter, _ = letters.letter_for(session, decision_id, by=by)
    return HTMLResponse(letters.as_page(letter), headers=_NOTHING_RUNS)


@router.get(
    "/letter.pdf",
    operation_id="read_decision_letter_pdf",
    summary="The letter of a decision as a tagged PDF",
    response_class=Response,
    responses={200: _A_PDF},
)
def read_decision_letter_pdf(decision_id: UUID, session: SessionDep, by: CaseParty) -> Response:
    letter, decision = letters.letter_for(session, decision_id, by=by)
    disposition = f'attachment; filename="{letter.reference}.pdf"'
    made = letters.as_pdf(letter, now=decision.at)
    return Response(made, media_type=_PDF, headers={"Content-Disposition": disposition})
