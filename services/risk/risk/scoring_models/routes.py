"""HTTP for scoring models. Translate, call one action, answer."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.problems import StaleEdit, StepNotAllowed, may_answer
from assay_kit.versions import VersionFrozen
from risk.dependencies import Administrator, CouncilMember, Manager, RuleReader
from risk.scoring_models import actions
from risk.scoring_models.errors import (
    ApprovalBarred,
    ModelApproved,
    PolicyContradictsItself,
    ScoringModelNotFound,
)
from risk.scoring_models.in_words import in_words
from risk.scoring_models.repository import ScoringModels, policy_of, stage_of
from risk.scoring_models.schemas import (
    Approval,
    ModelDraft,
    ModelInWords,
    ScoringModelList,
    ScoringModelRead,
    TakenBack,
)
from risk.tables import ScoringModel

router = APIRouter(prefix="/scoring-models", tags=["scoring models"])

Version = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("", summary="Every version, the newest first", operation_id="list_scoring_models")
def list_scoring_models(session: SessionDep, by: CouncilMember) -> ScoringModelList:
    return ScoringModelList(items=[ScoringModelRead.of(model) for model in ScoringModels(session).all()])


@router.post(
    "",
    summary="Draft the next version",
    operation_id="draft_scoring_model",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(PolicyContradictsItself),
)
def draft_scoring_model(
    wanted: ModelDraft, session: SessionDep, response: Response, by: Administrator, now: Now
) -> ScoringModelRead:
    model = actions.draft(session, wanted, by=by, now=now)
    set_etag(response, model.edition)
    return ScoringModelRead.of(model)


@router.get(
    "/in-force/in-words",
    summary="How a band is worked out under the version in force, in words: to providers too",
    operation_id="read_rule_in_force",
)
def read_rule_in_force(session: SessionDep, by: RuleReader) -> ModelInWords:
    return _in_words(ScoringModels(session).published())


@router.get(
    "/{version}",
    summary="One version, with every threshold",
    operation_id="read_scoring_model",
    responses=may_answer(ScoringModelNotFound),
)
def read_scoring_model(
    version: Version, session: SessionDep, response: Response, by: CouncilMember
) -> ScoringModelRead:
    model = ScoringModels(session).get(version)
    set_etag(response, model.edition)
    return ScoringModelRead.of(model)


@router.get(
    "/{version}/in-words",
    summary="How a band is worked out under this version, in words",
    operation_id="read_scoring_model_in_words",
    responses=may_answer(ScoringModelNotFound),
)
def read_scoring_model_in_words(version: Version, session: SessionDep, by: CouncilMember) -> ModelInWords:
    return _in_words(ScoringModels(session).get(version))


def _in_words(model: ScoringModel) -> ModelInWords:
    source = f"This is scoring model version {model.version}, “{model.title}” ({stage_of(model)})."
    return ModelInWords(version=model.version, text=in_words(policy_of(model), source=source))


@router.put(
    "/{version}",
    summary="Edit a draft",
    operation_id="edit_scoring_model",
    responses=may_answer(ScoringModelNotFound, VersionFrozen, ModelApproved, StaleEdit, PolicyContradictsItself),
)
def edit_scoring_model(
    version: Version,
    wanted: ModelDraft,
    *,
    session: SessionDep,
    response: Response,
    read: IfMatch,
    by: Administrator,
    now: Now,
) -> ScoringModelRead:
    model = actions.edit(session, version, wanted, read, by=by, now=now)
    set_etag(response, model.edition)
    return ScoringModelRead.of(model)


@router.post(
    "/{version}/approval",
    summary="Approve a draft that somebody else made, from now on or from a moment to come",
    operation_id="approve_scoring_model",
    responses=may_answer(
        ScoringModelNotFound, VersionFrozen, StaleEdit, StepNotAllowed, PolicyContradictsItself, ApprovalBarred
    ),
)
def approve_scoring_model(
    version: Version, wanted: Approval, session: SessionDep, by: Manager, now: Now
) -> ScoringModelRead:
    return ScoringModelRead.of(actions.approve(session, version, wanted, by=by, now=now))


@router.post(
    "/{version}/approval-withdrawal",
    summary="Take back the approval of a model that is not in force yet",
    operation_id="take_back_scoring_model",
    responses=may_answer(ScoringModelNotFound, StepNotAllowed),
)
def take_back_scoring_model(
    version: Version, wanted: TakenBack, session: SessionDep, by: Manager, now: Now
) -> ScoringModelRead:
    return ScoringModelRead.of(actions.take_back(session, version, wanted.reason, by=by, now=now))
