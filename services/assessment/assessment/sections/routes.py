"""HTTP for the sections of a self-assessment. Translate, call one action, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.problems import Unavailable, may_answer
from assessment.assessments.errors import AssessmentNotFound, Barred
from assessment.assessments.repository import Assessments
from assessment.colleagues import NotAColleague
from assessment.dependencies import ColleaguesDep, EvidenceDep, ProviderPerson, Reader
from assessment.rating.answers import AnswerRating
from assessment.self_assessments.errors import AnswersClosed, AnswersNotSubmitted
from assessment.self_assessments.repository import SelfAnswers
from assessment.tables import Assessment

from . import actions
from .errors import DelegatedElsewhere, NotDelegated, NothingToCarryOver, SectionNotFound
from .repository import CarriedAnswers, Delegations
from .rules import Given, completeness, sections
from .schemas import Delegating, SectionRead, SectionsRead

router = APIRouter(
    prefix="/assessments/{assessment_id}", tags=["self-assessment"], responses=may_answer(AssessmentNotFound)
)

StandardCode = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._]{0,39}$")]


def _shown(session: SessionDep, assessment: Assessment) -> SectionsRead:
    answers = SelfAnswers(session).of(assessment.id)
    untouched = CarriedAnswers(session).untouched(assessment.id, answers)
    given = {
        code: Given(
            rating=AnswerRating(answer.rating) if answer.rating else None,
            narrative=answer.narrative,
            has_evidence=bool(answer.evidence_ids),
            is_carried_over=code in untouched,
        )
        for code, answer in answers.items()
    }
    delegated = Delegations(session).of(assessment.id)
    framework = Assessments(session).framework(assessment)
    items = [
        SectionRead.of(section, completeness(section, given), delegated.get(section.standard))
        for section in sections(framework, assessment.service_type)
    ]
    return SectionsRead(
        assessment_id=assessment.id,
        asked=sum(each.asked for each in items),
        answered=sum(each.answered for each in items),
        complete_sections=sum(each.is_complete for each in items),
        items=items,
    )


@router.get(
    "/sections",
    summary="A self-assessment at a glance: how far each section has got, and who answers it",
    operation_id="read_sections",
    responses=may_answer(AnswersNotSubmitted),
)
def read_sections(assessment_id: UUID, session: SessionDep, by: Reader) -> SectionsRead:
    assessment = Assessments(session).get(assessment_id, by=by)
    if not by.is_provider and assessment.submitted_at is None:
        raise AnswersNotSubmitted
    return _shown(session, assessment)


@router.put(
    "/sections/{standard}/delegate",
    summary="Hand a section to one person to answer",
    operation_id="delegate_section",
    responses=may_answer(SectionNotFound, AnswersClosed, DelegatedElsewhere, Barred, NotAColleague, Unavailable),
)
def delegate_section(
    *,
    assessment_id: UUID,
    standard: StandardCode,
    wanted: Delegating,
    session: SessionDep,
    colleagues: ColleaguesDep,
    by: ProviderPerson,
    now: Now,
) -> SectionsRead:
    about = dict(wanted) | {"colleagues": colleagues}
    return _shown(session, actions.delegate(session, assessment_id, standard, **about, by=by, now=now))


@router.delete(
    "/sections/{standard}/delegate",
    summary="Take a section back",
    operation_id="end_delegation",
    responses=may_answer(SectionNotFound, AnswersClosed, DelegatedElsewhere, NotDelegated),
)
def end_delegation(
    assessment_id: UUID, standard: StandardCode, session: SessionDep, by: ProviderPerson, now: Now
) -> SectionsRead:
    return _shown(session, actions.end_delegation(session, assessment_id, standard, by=by, now=now))


@router.post(
    "/roll-forward",
    summary="Begin from last time's answers and evidence, marked as carried over",
    operation_id="carry_over_answers",
    responses=may_answer(AnswersClosed, NothingToCarryOver, Unavailable),
)
def carry_over_answers(
    assessment_id: UUID, session: SessionDep, evidence: EvidenceDep, by: ProviderPerson, now: Now
) -> SectionsRead:
    return _shown(session, actions.carry_over(session, assessment_id, evidence=evidence, by=by, now=now))
