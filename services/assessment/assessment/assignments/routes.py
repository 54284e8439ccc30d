"""HTTP for who works on an assessment. Translate, call one action, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.problems import may_answer
from assessment.assessments.errors import AssessmentNotFound, TooMany
from assessment.assessments.repository import Assessments
from assessment.dependencies import CommissioningManager, OfficerOrManager, StaffReader
from assessment.tables import Assessment

from . import actions
from .errors import NotAssignable, NotAtWork, NotRestricted, RestrictedAlready, TakenOff
from .repository import Assignments
from .schemas import Assigning, AssignmentsRead, Lifting, Removing, Restricting

router = APIRouter(
    prefix="/assessments/{assessment_id}", tags=["assignments"], responses=may_answer(AssessmentNotFound)
)


OfficerSubject = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]


def _shown(session: SessionDep, assessment: Assessment) -> AssignmentsRead:
    assignments = Assignments(session)
    officers, removals = assignments.of(assessment.id), assignments.removals(assessment.id)
    return AssignmentsRead.of(assessment, officers, removals, assignments.restriction(assessment.id))


@router.get("/officers", summary="Who works on an assessment", operation_id="read_assignments")
def read_assignments(assessment_id: UUID, session: SessionDep, by: StaffReader) -> AssignmentsRead:
    return _shown(session, Assessments(session).get(assessment_id, by=by))


@router.post(
    "/officers",
    summary="Assign an officer to an assessment",
    operation_id="assign_officer",
    responses=may_answer(NotAssignable, TakenOff, TooMany),
)
def assign_officer(
    assessment_id: UUID, wanted: Assigning, session: SessionDep, by: OfficerOrManager, now: Now
) -> AssignmentsRead:
    return _shown(session, actions.assign_officer(session, assessment_id, **dict(wanted), by=by, now=now))


@router.post(
    "/officers/{subject}/removal",
    summary="Take somebody off an assessment for good, for instance because of a conflict of interest",
    operation_id="remove_officer",
    responses=may_answer(NotAssignable, NotAtWork, TakenOff),
)
def remove_officer(
    *,
    assessment_id: UUID,
    subject: OfficerSubject,
    wanted: Removing,
    session: SessionDep,
    by: CommissioningManager,
    now: Now,
) -> AssignmentsRead:
    return _shown(session, actions.remove_officer(session, assessment_id, subject, **dict(wanted), by=by, now=now))


@router.post(
    "/restriction",
    summary="Keep an assessment to those who work on it, until its rating is published",
    operation_id="restrict_assessment",
    responses=may_answer(NotAssignable, RestrictedAlready),
)
def restrict_assessment(
    assessment_id: UUID, wanted: Restricting, session: SessionDep, by: OfficerOrManager, now: Now
) -> AssignmentsRead:
    actions.restrict(session, assessment_id, reason=wanted.reason, by=by, now=now)
    return _shown(session, Assessments(session).get(assessment_id, by=by))


@router.post(
    "/restriction/lifting",
    summary="Lift the restriction that stands",
    operation_id="lift_restriction",
    responses=may_answer(NotAssignable, NotRestricted),
)
def lift_restriction(
    assessment_id: UUID, wanted: Lifting, session: SessionDep, by: OfficerOrManager, now: Now
) -> AssignmentsRead:
    actions.lift_restriction(session, assessment_id, reason=wanted.reason, by=by, now=now)
    return _shown(session, Assessments(session).get(assessment_id, by=by))
