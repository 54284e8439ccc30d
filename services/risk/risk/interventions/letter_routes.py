"""HTTP for the letters of an intervention, as tagged PDF."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response, status

from assay_kit.database import SessionDep
from assay_kit.problems import InvalidRequest, may_answer
from risk.dependencies import CopiesDep, DirectoryDep, InterventionReader
from risk.interventions import letters
from risk.interventions.errors import InterventionNotFound, NoLetterYet
from risk.interventions.repository import Interventions

_PDF = "application/pdf"
_A_LETTER: dict[int | str, dict[str, Any]] = {
    status.HTTP_200_OK: {
        "description": "The letter",
        "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(
    prefix="/interventions/{intervention_id}",
    tags=["interventions"],
    responses={**may_answer(InvalidRequest, InterventionNotFound, NoLetterYet), **_A_LETTER},
    default_response_class=Response,
)


@router.get("/letter.pdf", summary="The letter by which it was issued", operation_id="read_intervention_letter")
def read_intervention_letter(
    intervention_id: UUID, session: SessionDep, copies: CopiesDep, directory: DirectoryDep, by: InterventionReader
) -> Response:
    interventions = Interventions(session)
    row = interventions.seen_by(by, intervention_id)
    made = letters.notice_pdf(interventions, row, copies, directory.council_settings())
    return _answer(made, f"{row.reference}.pdf")


@router.get("/ending-letter.pdf", summary="The letter that says that it has ended", operation_id="read_ending_letter")
def read_ending_letter(
    intervention_id: UUID, session: SessionDep, copies: CopiesDep, directory: DirectoryDep, by: InterventionReader
) -> Response:
    interventions = Interventions(session)
    row = interventions.seen_by(by, intervention_id)
    made = letters.ending_pdf(interventions, row, copies, directory.council_settings())
    return _answer(made, f"{row.reference}-ended.pdf")


def _answer(made: bytes, filename: str) -> Response:
    return Response(made, media_type=_PDF, headers={"Content-Disposition": f'attachment; filename="{filename}"'})
