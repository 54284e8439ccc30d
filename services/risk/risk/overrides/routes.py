"""HTTP for overrides. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter, status

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, StepNotAllowed, may_answer
from risk.bands.errors import CareServiceNotScored
from risk.dependencies import CaseReader, Caseworker, Manager
from risk.intelligence.sight import InFull
from risk.intelligence.words import Words
from risk.overrides import actions
from risk.overrides.errors import OverrideBarred, OverrideInForceAlready, OverrideNotFound
from risk.overrides.repository import Overrides
from risk.overrides.rules import Status
from risk.overrides.schemas import OverrideDecision, OverrideRead, OverrideWanted

router = APIRouter(prefix="/overrides", tags=["overrides"], responses=may_answer(InvalidRequest))


@router.get("", summary="Overrides, the newest first", operation_id="list_overrides")
def list_overrides(
    session: SessionDep,
    page: PageQuery,
    in_full: InFull,
    *,
    by: CaseReader,
    stage: Status | None = None,
    care_service_id: UUID | None = None,
) -> Page[OverrideRead]:
    found = Overrides(session).page(page, stage=stage, care_service_id=care_service_id)
    words = Words(session, {row.care_service_id: row.provider_id for row in found.items}, in_full=in_full)
    return found.map(lambda row: OverrideRead.of(row).told(words))


@router.post(
    "",
    summary="Propose another band for a time",
    operation_id="propose_override",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(CareServiceNotScored, OverrideBarred),
)
def propose_override(wanted: OverrideWanted, session: SessionDep, by: Caseworker, now: Now) -> OverrideRead:
    return OverrideRead.of(actions.propose(session, wanted, by=by, now=now))


@router.post(
    "/{override_id}/approval",
    summary="Approve an override that somebody else proposed",
    operation_id="approve_override",
    responses=may_answer(OverrideNotFound, StepNotAllowed, OverrideBarred, OverrideInForceAlready),
)
def approve_override(override_id: UUID, session: SessionDep, by: Manager, now: Now) -> OverrideRead:
    return OverrideRead.of(actions.approve(session, override_id, by=by, now=now))


@router.post(
    "/{override_id}/rejection",
    summary="Reject an override",
    operation_id="reject_override",
    responses=may_answer(OverrideNotFound, StepNotAllowed, OverrideBarred),
)
def reject_override(
    override_id: UUID, wanted: OverrideDecision, session: SessionDep, by: Manager, now: Now
) -> OverrideRead:
    return OverrideRead.of(actions.reject(session, override_id, wanted.reason, by=by, now=now))


@router.post(
    "/{override_id}/ending",
    summary="End an override before its time",
    operation_id="end_override",
    responses=may_answer(OverrideNotFound, StepNotAllowed),
)
def end_override(
    override_id: UUID, wanted: OverrideDecision, session: SessionDep, by: Caseworker, now: Now
) -> OverrideRead:
    return OverrideRead.of(actions.end(session, override_id, wanted.reason, by=by, now=now))
