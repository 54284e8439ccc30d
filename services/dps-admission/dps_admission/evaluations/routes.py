"""HTTP for evaluations and decisions. Translate, call one action, answer."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session

from assay_contracts.directory.evidence import EvidenceNotTheirs
from assay_kit.clock import Now
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed, may_answer
from dps_admission.applications.errors import LotApplicationNotFound
from dps_admission.applications.repository import Applications
from dps_admission.applications.schemas import LotApplicationRead
from dps_admission.circumstances.repository import Circumstances
from dps_admission.circumstances.schemas import ChangedDecisionRead, ChangeRead, MarkedChangeRead
from dps_admission.dependencies import Applicant, CaseParty, CaseReader, Commissioner, Decider, DirectoryDep, SessionDep
from dps_admission.tables import Decision, LotApplication

from . import deciding, scoring
from .errors import DecisionRefused, EvaluationRefused, ReportNotFound
from .repository import Evaluations, sheet_of
from .rules import Mark, bars_to_evaluating
from .schemas import (
    AssignmentIn,
    AssignmentRead,
    ConsensusIn,
    ConsensusRead,
    CriterionRead,
    DecidedRead,
    DecisionIn,
    DecisionRead,
    DecisionReasonIn,
    DecisionsRead,
    DeclarationIn,
    EvaluationRead,
    GroundRead,
    MarkIn,
    RefusalIn,
    ReleaseIn,
    ReportRead,
    RepresentationsAcceptedIn,
    RepresentationsIn,
    RepresentationsRead,
    SheetIn,
    SheetRead,
)

router = APIRouter(
    prefix="/lot-applications/{lot_application_id}",
    tags=["evaluations"],
    responses=may_answer(LotApplicationNotFound),
)
ON_EVALUATION = may_answer(LotApplicationNotFound, EvaluationRefused)
ON_DECISION = may_answer(LotApplicationNotFound, ReportNotFound, DecisionRefused, StepNotAllowed)


@router.get("/evaluation", operation_id="read_evaluation")
def read_evaluation(lot_application_id: UUID, session: SessionDep, by: CaseReader, now: Now) -> EvaluationRead:
    return _evaluation(session, Applications(session).lot_application(lot_application_id), by, now=now)


@router.post("/evaluators", operation_id="assign_evaluator", status_code=201, responses=ON_EVALUATION)
def assign_evaluator(
    lot_application_id: UUID,
    asked: AssignmentIn,
    session: SessionDep,
    directory: DirectoryDep,
    by: Commissioner,
    now: Now,
) -> EvaluationRead:
    EvaluationRefused.unless_clear(bars_to_evaluating(directory.person(asked.person)))
    part = scoring.assign(
        session, lot_application_id, person=asked.person, name=asked.name, role=asked.part, by=by, now=now
    )
    return _evaluation(session, part, by, now=now)


@router.post(
    "/evaluators/release",
    operation_id="release_evaluator",
    summary="Wait no longer for somebody who has not finished",
    responses=ON_EVALUATION,
)
def release_evaluator(
    lot_application_id: UUID, asked: ReleaseIn, session: SessionDep, by: Commissioner, now: Now
) -> EvaluationRead:
    person, reason = asked.person, asked.reason
    part = scoring.release(session, lot_application_id, person=person, reason=reason, by=by, now=now)
    return _evaluation(session, part, by, now=now)


@router.post("/declaration", operation_id="declare_interests", responses=ON_EVALUATION)
def declare_interests(
    lot_application_id: UUID, asked: DeclarationIn, session: SessionDep, by: Commissioner, now: Now
) -> EvaluationRead:
    part = scoring.declare(
        session, lot_application_id, has_conflict=asked.has_conflict, detail=asked.detail, by=by, now=now
    )
    return _evaluation(session, part, by, now=now)


@router.put("/scores", operation_id="save_scores", summary="Save one's own score sheet", responses=ON_EVALUATION)
def save_scores(
    lot_application_id: UUID, asked: SheetIn, session: SessionDep, by: Commissioner, now: Now
) -> EvaluationRead:
    sheet = {
        question: Mark(score=mark.score, finding=mark.finding, comment=mark.comment)
        for question, mark in asked.marks.items()
    }
    return _evaluation(session, scoring.save_sheet(session, lot_application_id, sheet, by=by, now=now), by, now=now)


@router.post("/scores/completion", operation_id="finish_scores", responses=ON_EVALUATION)
def finish_scores(lot_application_id: UUID, session: SessionDep, by: Commissioner, now: Now) -> EvaluationRead:
    return _evaluation(session, scoring.finish_sheet(session, lot_application_id, by=by, now=now), by, now=now)


@router.post("/consensus", operation_id="record_consensus", responses=ON_EVALUATION)
def record_consensus(
    lot_application_id: UUID, asked: ConsensusIn, session: SessionDep, by: Commissioner, now: Now
) -> EvaluationRead:
    mark = Mark(score=asked.score, finding=asked.finding, comment=asked.reason)
    part = scoring.record_consensus(session, lot_application_id, question=asked.question, mark=mark, by=by, now=now)
    return _evaluation(session, part, by, now=now)


@router.post("/report", operation_id="make_report", status_code=201, responses=ON_EVALUATION)
def make_report(lot_application_id: UUID, session: SessionDep, by: Commissioner, now: Now) -> ReportRead:
    return ReportRead.model_validate(scoring.make_report(session, lot_application_id, by=by, now=now))


@router.get("/report", operation_id="read_report", responses=may_answer(LotApplicationNotFound, ReportNotFound))
def read_report(lot_application_id: UUID, session: SessionDep, by: CaseReader) -> ReportRead:
    part = Applications(session).lot_application(lot_application_id)
    return ReportRead.model_validate(Evaluations(session, part).report())


@router.get("/decisions", operation_id="list_decisions")
def list_decisions(lot_application_id: UUID, session: SessionDep, by: CaseParty) -> DecisionsRead:
    """The provider sees the decisions on its own application, with the reasons.

    That a report was sent back, and why, it sees where refusal had been proposed to it.
    """
    part = Applications(session).lot_application_seen_by(lot_application_id, by)
    evaluations = Evaluations(session, part)
    decisions = evaluations.told() if by.is_provider else evaluations.decisions()
    return DecisionsRead(
        items=[DecisionRead.model_validate(one) for one in decisions],
        representations=[RepresentationsRead.model_validate(one) for one in evaluations.representations()],
        changed_since=[ChangedDecisionRead.model_validate(one) for one in Circumstances(session).since(part.id, by)],
    )


@router.post("/decision", operation_id="decide_lot_application", responses=ON_DECISION)
def decide_lot_application(
    lot_application_id: UUID, asked: DecisionIn, session: SessionDep, by: Decider, now: Now
) -> DecidedRead:
    return _decided(session, deciding.decide(session, lot_application_id, asked, by=by, now=now))


@router.post(
    "/representations",
    operation_id="make_representations",
    responses=may_answer(LotApplicationNotFound, DecisionRefused, EvidenceNotTheirs),
)
def make_representations(
    lot_application_id: UUID,
    asked: RepresentationsIn,
    session: SessionDep,
    directory: DirectoryDep,
    by: Applicant,
    now: Now,
) -> RepresentationsRead:
    said = deciding.represent(session, lot_application_id, asked, directory=directory, by=by, now=now)
    return RepresentationsRead.model_validate(said)


@router.post("/refusal", operation_id="refuse_lot_application", responses=ON_DECISION)
def refuse_lot_application(
    lot_application_id: UUID, asked: RefusalIn, session: SessionDep, by: Decider, now: Now
) -> DecidedRead:
    return _decided(session, deciding.refuse(session, lot_application_id, asked, by=by, now=now))


@router.post("/acceptance-of-representations", operation_id="accept_representations", responses=ON_DECISION)
def accept_representations(
    lot_application_id: UUID, asked: RepresentationsAcceptedIn, session: SessionDep, by: Decider, now: Now
) -> DecidedRead:
    return _decided(session, deciding.admit_on_representations(session, lot_application_id, asked, by=by, now=now))


@router.post("/reconsideration", operation_id="reconsider_lot_application", responses=ON_DECISION)
def reconsider_lot_application(
    lot_application_id: UUID, asked: DecisionReasonIn, session: SessionDep, by: Decider, now: Now
) -> DecidedRead:
    return _decided(session, deciding.reconsider(session, lot_application_id, reason=asked.reason, by=by, now=now))


@router.post("/setting-aside", operation_id="set_decision_aside", responses=ON_DECISION)
def set_decision_aside(
    lot_application_id: UUID, asked: DecisionReasonIn, session: SessionDep, by: Decider, now: Now
) -> DecidedRead:
    return _decided(session, deciding.set_aside(session, lot_application_id, reason=asked.reason, by=by, now=now))


def _decided(session: Session, decision: Decision) -> DecidedRead:
    part = Applications(session).lot_application(decision.lot_application_id)
    return DecidedRead(
        decision=DecisionRead.model_validate(decision), lot_application=LotApplicationRead.model_validate(part)
    )


def _evaluation(session: Session, part: LotApplication, by: Principal, *, now: datetime) -> EvaluationRead:
    """Blind: another's sheet is shown only when every evaluator has finished."""
    picture = scoring.picture_of(session, part, now=now)
    shown = [one for one in picture.evaluators if picture.is_scored or one.person == by.subject]
    return EvaluationRead(
        round=part.round,
        criteria=[CriterionRead.model_validate(asdict(one)) for one in picture.criteria],
        out_of_time=[GroundRead.model_validate(one) for one in picture.out_of_time],
        assignments=[AssignmentRead.model_validate(one) for one in picture.assignments],
        sheets=[
            SheetRead(
                person=one.person,
                name=one.name,
                marks={question: MarkIn(**asdict(mark)) for question, mark in sheet_of(one).items()},
            )
            for one in shown
        ],
        to_settle=picture.to_settle,
        consensus=[ConsensusRead.model_validate(one) for one in Evaluations(session, part).consensus()],
        keeps_report_from_completion=[bar.says for bar in picture.bars],
        changed_since=[
            MarkedChangeRead(change=ChangeRead.model_validate(change), mark=ChangedDecisionRead.model_validate(mark))
            for mark, change in Circumstances(session).marked_on(part.id)
        ],
    )
