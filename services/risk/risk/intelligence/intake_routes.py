"""HTTP for what the case management system sends, and for placing what it could not."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response, status

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, StepNotAllowed, may_answer
from risk.dependencies import Caseworker, CopiesDep, IntelligenceSender
from risk.intelligence import intake
from risk.intelligence.errors import (
    IntakeItemNotFound,
    NotAtThatLocation,
    RecordingBarred,
    SameReferenceOtherContent,
    UnknownCareService,
    UnknownCorrection,
)
from risk.intelligence.repository import Entries
from risk.intelligence.rules import IntakeStatus, Kind
from risk.intelligence.schemas import (
    ContractingConcernSent,
    IntakeItemRead,
    Placement,
    Receipt,
    SafeguardingDecisionSent,
    UnexpectedDeathSent,
    Withdrawal,
)
from risk.tables import IntakeItem
from risk.tables.base import columns_of

router = APIRouter(tags=["intake"], responses=may_answer(InvalidRequest))

STATUSES = {
    "recorded": status.HTTP_201_CREATED,
    "already_held": status.HTTP_200_OK,
    "queued": status.HTTP_202_ACCEPTED,
}
TAKING_IN: dict[int | str, dict[str, Any]] = {
    status.HTTP_200_OK: {"model": Receipt, "description": "Held already: the same was sent before"},
    status.HTTP_202_ACCEPTED: {"model": Receipt, "description": "Kept for a person to place"},
    **may_answer(RecordingBarred, SameReferenceOtherContent, UnknownCareService, UnknownCorrection),
}


def _answer(receipt: Receipt, response: Response) -> Receipt:
    response.status_code = STATUSES[receipt.outcome]
    return receipt


@router.post(
    "/safeguarding-decisions",
    summary="Send a safeguarding decision",
    operation_id="send_safeguarding_decision",
    status_code=status.HTTP_201_CREATED,
    responses=TAKING_IN,
)
def send_safeguarding_decision(
    sent: SafeguardingDecisionSent,
    response: Response,
    *,
    session: SessionDep,
    copies: CopiesDep,
    by: IntelligenceSender,
    now: Now,
) -> Receipt:
    return _answer(intake.take_in(session, Kind.SAFEGUARDING_DECISION, sent, copies, by=by, now=now), response)


@router.post(
    "/unexpected-deaths",
    summary="Send an unexpected death",
    operation_id="send_unexpected_death",
    status_code=status.HTTP_201_CREATED,
    responses=TAKING_IN,
)
def send_unexpected_death(
    sent: UnexpectedDeathSent,
    response: Response,
    *,
    session: SessionDep,
    copies: CopiesDep,
    by: IntelligenceSender,
    now: Now,
) -> Receipt:
    return _answer(intake.take_in(session, Kind.UNEXPECTED_DEATH, sent, copies, by=by, now=now), response)


@router.post(
    "/contracting-concerns",
    summary="Send a contracting concern",
    operation_id="send_contracting_concern",
    status_code=status.HTTP_201_CREATED,
    responses=TAKING_IN,
)
def send_contracting_concern(
    sent: ContractingConcernSent,
    response: Response,
    *,
    session: SessionDep,
    copies: CopiesDep,
    by: IntelligenceSender,
    now: Now,
) -> Receipt:
    return _answer(intake.take_in(session, Kind.CONTRACTING_CONCERN, sent, copies, by=by, now=now), response)


def _read(item: IntakeItem, candidates: Sequence[UUID]) -> IntakeItemRead:
    return IntakeItemRead(**columns_of(item), candidates=candidates[:200], entry_id=item.intelligence_id)


@router.get("/intake-items", summary="What waits for a person to place it", operation_id="list_intake_items")
def list_intake_items(
    session: SessionDep, page: PageQuery, by: Caseworker, stage: IntakeStatus | None = None
) -> Page[IntakeItemRead]:
    found = Entries(session).items(page, stage)
    candidates = Entries(session).services_at(item.cqc_location_id for item in found.items)
    return found.map(lambda item: _read(item, candidates.get(item.cqc_location_id, [])))


@router.post(
    "/intake-items/{item_id}/placement",
    summary="Say which service an item is about",
    operation_id="place_intake_item",
    responses=may_answer(IntakeItemNotFound, UnknownCareService, UnknownCorrection, NotAtThatLocation, StepNotAllowed),
)
def place_intake_item(
    item_id: UUID, wanted: Placement, session: SessionDep, copies: CopiesDep, *, by: Caseworker, now: Now
) -> IntakeItemRead:
    placed = intake.place(session, item_id, wanted.care_service_id, wanted.reason, copies, by=by, now=now)
    return _read(placed, intake.candidates_of(placed, copies))


@router.post(
    "/intake-items/{item_id}/dismissal",
    summary="Say that an item is about no service of ours",
    operation_id="dismiss_intake_item",
    responses=may_answer(IntakeItemNotFound, StepNotAllowed),
)
def dismiss_intake_item(
    item_id: UUID, wanted: Withdrawal, session: SessionDep, copies: CopiesDep, *, by: Caseworker, now: Now
) -> IntakeItemRead:
    dismissed = intake.dismiss(session, item_id, wanted.reason, copies, by=by, now=now)
    return _read(dismissed, intake.candidates_of(dismissed, copies))
