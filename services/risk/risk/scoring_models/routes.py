"""HTTP for scoring models. Translate, call one action, answer."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.problems import StaleEdit, may_answer
from assay_kit.versions import VersionFrozen
from risk.dependencies import Administrator, CouncilMember, Manager, ModelReviewer
from risk.intelligence.sight import InFull
from risk.scoring_models import actions
from risk.scoring_models.dry_run import dry_run
from risk.scoring_models.errors import ApprovalBarred, PolicyContradictsItself, ScoringModelNotFound
from risk.scoring_models.repository import ScoringModels
from risk.scoring_models.schemas import DryRun, ModelDraft, ScoringModelList, ScoringModelRead

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


@router.put(
    "/{version}",
    summary="Edit a draft",
    operation_id="edit_scoring_model",
    responses=may_answer(ScoringModelNotFound, VersionFrozen, StaleEdit, PolicyContradictsItself),
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
    summary="Approve a draft that somebody else made",
    operation_id="approve_scoring_model",
    responses=may_answer(ScoringModelNotFound, VersionFrozen, ApprovalBarred),
)
def approve_scoring_model(version: Version, session: SessionDep, by: Manager, now: Now) -> ScoringModelRead:
    return ScoringModelRead.of(actions.approve(session, version, by=by, now=now))


@router.get(
    "/{version}/dry-run",
    summary="Who would change colour under this version, and why",
    operation_id="dry_run_scoring_model",
    responses=may_answer(ScoringModelNotFound),
)
def dry_run_scoring_model(
    version: Version, session: SessionDep, in_full: InFull, by: ModelReviewer, now: Now
) -> DryRun:
    return dry_run(session, version, now=now, in_full=in_full)
