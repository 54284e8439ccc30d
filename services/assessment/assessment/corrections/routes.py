"""HTTP for corrections. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.problems import StepNotAllowed, may_answer
from assessment.assessments.errors import AssessmentNotFound, Barred, QuestionNotFound, TooMany
from assessment.assessments.repository import Assessments
from assessment.dependencies import OfficerOrManager, StaffReader

from . import actions
from .errors import CorrectionDecided, CorrectionNotFound
from .repository import Corrections
from .schemas import CorrectionRead, CorrectionsRead, DecidingCorrection, Proposing

router = APIRouter(
    prefix="/assessments/{assessment_id}/corrections", tags=["draft"], responses=may_answer(AssessmentNotFound)
)


@router.get(
    "",
    summary="What the council found wrong with its own draft, and what was decided",
    description="A provider reads what was changed in the draft itself.",
    operation_id="list_corrections",
)
def list_corrections(assessment_id: UUID, session: SessionDep, by: StaffReader) -> CorrectionsRead:
    assessment = Assessments(session).get(assessment_id, by=by)
    return CorrectionsRead(items=[CorrectionRead.of(each, by=by) for each in Corrections(session).of(assessment.id)])


@router.post(
    "",
    status_code=201,
    summary="Propose to correct a finding of a draft that was issued",
    operation_id="propose_correction",
    responses=may_answer(QuestionNotFound, StepNotAllowed, Barred, TooMany),
)
def propose_correction(
    assessment_id: UUID, wanted: Proposing, session: SessionDep, by: OfficerOrManager, now: Now
) -> CorrectionRead:
    return CorrectionRead.of(actions.propose(session, assessment_id, **dict(wanted), by=by, now=now), by=by)


@router.post(
    "/{correction_id}/decision",
    summary="Agree to a correction, as somebody who did not validate, which opens the window for comments again; or "
    "turn it down, or take one's own back",
    operation_id="decide_correction",
    responses=may_answer(CorrectionNotFound, CorrectionDecided, StepNotAllowed, Barred),
)
def decide_correction(
    *,
    assessment_id: UUID,
    correction_id: UUID,
    wanted: DecidingCorrection,
    session: SessionDep,
    by: OfficerOrManager,
    now: Now,
) -> CorrectionRead:
    decided = actions.decide(session, assessment_id, correction_id, **dict(wanted), by=by, now=now)
    return CorrectionRead.of(decided, by=by)
