"""HTTP for bands: where a service stands, how that came about, and that it recomputes."""

from uuid import UUID

from fastapi import APIRouter

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, may_answer
from risk.bands.errors import BandResultNotFound, CareServiceNotScored
from risk.bands.hindsight import Hindsight
from risk.bands.repository import Bands
from risk.bands.rules import Band
from risk.bands.schemas import BandRead, BandResultRead, EstateRefreshRead, Recomputation, result_read
from risk.bands.showing import standing_of
from risk.bands.working import work_out
from risk.dependencies import CaseReader, CouncilMember, ResultReader
from risk.indicators.facts import Facts
from risk.intelligence.sight import InFull
from risk.scoring_models.repository import ScoringModels, policy_of

router = APIRouter(tags=["bands"], responses=may_answer(InvalidRequest))


@router.get(
    "/care-services/{care_service_id}/band",
    summary="Where a service stands, and why",
    operation_id="read_band",
    responses=may_answer(CareServiceNotScored),
)
def read_band(care_service_id: UUID, session: SessionDep, in_full: InFull, by: CaseReader, now: Now) -> BandRead:
    hindsight = None if in_full else Hindsight(session, care_service_id)
    return standing_of(session, care_service_id, hindsight=hindsight, now=now)


@router.get(
    "/care-services/{care_service_id}/band-results",
    summary="Every band a service has had, the newest first",
    operation_id="list_band_results",
    responses=may_answer(CareServiceNotScored),
)
def list_band_results(
    care_service_id: UUID, session: SessionDep, page: PageQuery, in_full: InFull, by: CaseReader
) -> Page[BandResultRead]:
    bands = Bands(session)
    bands.shown(care_service_id)
    if in_full:
        return bands.history(care_service_id, page).map(lambda row: result_read(row, None))
    hindsight = Hindsight(session, care_service_id)
    return hindsight.history(page).map(lambda row: result_read(row, hindsight.said(row)))


@router.get(
    "/band-results/{result_id}/recomputation",
    summary="Work a stored result out again from its inputs",
    operation_id="recompute_band_result",
    responses=may_answer(BandResultNotFound),
)
def recompute_band_result(result_id: UUID, session: SessionDep, by: ResultReader) -> Recomputation:
    result = Bands(session).result(result_id)
    model = ScoringModels(session).get(result.model_version)
    again = work_out(Facts.model_validate(result.inputs), policy_of(model), model_version=model.version)
    return Recomputation(
        result_id=result.id,
        model_version=model.version,
        stored_band=Band(result.band),
        recomputed_band=again.verdict.band,
        agrees=again.digest == result.digest,
    )


@router.get(
    "/estate-refreshes", summary="When the whole estate was worked out again", operation_id="list_estate_refreshes"
)
def list_estate_refreshes(
    session: SessionDep, page: PageQuery, in_full: InFull, by: CouncilMember
) -> Page[EstateRefreshRead]:
    return Bands(session).refreshes(page).map(lambda row: EstateRefreshRead.of(row, in_full=in_full))
