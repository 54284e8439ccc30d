"""HTTP for intelligence that people record and read, and for the grants by which an auditor reads all of it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from assay_contracts.roles import Role
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, may_answer
from risk.dependencies import Caseworker, CopiesDep, GrantReader, IntelligenceReader, Manager
from risk.intelligence import actions
from risk.intelligence.errors import (
    GrantNotFound,
    IntelligenceNotFound,
    RecordingBarred,
    UnknownCareService,
)
from risk.intelligence.reading import entries_read, entry_page
from risk.intelligence.repository import Entries
from risk.intelligence.rules import ConcernOutcome, Kind
from risk.intelligence.schemas import (
    Correction,
    EntryPage,
    EntryRead,
    EntryWanted,
    GrantRead,
    GrantReadingRead,
    GrantWanted,
    Outcome,
    Withdrawal,
)
from risk.intelligence.sight import InFull
from risk.tables import RestrictedGrant

router = APIRouter(tags=["intelligence"], responses=may_answer(InvalidRequest))

RECORDING = may_answer(RecordingBarred, UnknownCareService)


@router.get("/intelligence", summary="Entries, the latest events first", operation_id="list_intelligence")
def list_intelligence(
    session: SessionDep,
    page: PageQuery,
    *,
    in_full: InFull,
    by: IntelligenceReader,
    care_service_id: UUID | None = None,
    provider_id: UUID | None = None,
    kind: Kind | None = None,
    outcome: ConcernOutcome | None = None,
    is_standing: Annotated[bool | None, Query(description="Neither corrected, settled nor withdrawn since.")] = None,
) -> EntryPage:
    return entry_page(
        session,
        page,
        in_full=in_full,
        care_service_id=care_service_id,
        provider_id=provider_id,
        kind=kind,
        outcome=outcome,
        is_standing=is_standing,
    )


@router.post(
    "/intelligence",
    summary="Record what was learnt",
    operation_id="record_intelligence",
    status_code=status.HTTP_201_CREATED,
    responses=RECORDING,
)
def record_intelligence(
    wanted: EntryWanted, session: SessionDep, copies: CopiesDep, by: Caseworker, now: Now
) -> EntryRead:
    return EntryRead.of(actions.record(session, wanted, copies, by=by, now=now))


@router.get(
    "/intelligence/{entry_id}",
    summary="One entry",
    operation_id="read_intelligence",
    responses=may_answer(IntelligenceNotFound),
)
def read_intelligence(entry_id: UUID, session: SessionDep, in_full: InFull, by: IntelligenceReader) -> EntryRead:
    [read] = entries_read(session, [Entries(session).get(entry_id, in_full=in_full)], in_full=in_full)
    return read


@router.post(
    "/intelligence/{entry_id}/corrections",
    summary="Correct an entry by a new one",
    operation_id="correct_intelligence",
    status_code=status.HTTP_201_CREATED,
    responses=RECORDING | may_answer(IntelligenceNotFound),
)
def correct_intelligence(
    entry_id: UUID, wanted: Correction, session: SessionDep, copies: CopiesDep, *, by: Caseworker, now: Now
) -> EntryRead:
    return EntryRead.of(actions.correct(session, entry_id, wanted.entry, wanted.reason, copies, by=by, now=now))


@router.post(
    "/intelligence/{entry_id}/outcome",
    summary="Record what became of a concern",
    operation_id="settle_concern",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(RecordingBarred, IntelligenceNotFound),
)
def settle_concern(entry_id: UUID, wanted: Outcome, session: SessionDep, by: Caseworker, now: Now) -> EntryRead:
    return EntryRead.of(actions.settle(session, entry_id, wanted, by=by, now=now))


@router.post(
    "/intelligence/{entry_id}/withdrawal",
    summary="Say that an entry does not stand",
    operation_id="withdraw_intelligence",
    status_code=status.HTTP_201_CREATED,
    responses=RECORDING | may_answer(IntelligenceNotFound),
)
def withdraw_intelligence(
    entry_id: UUID, wanted: Withdrawal, session: SessionDep, by: Caseworker, now: Now
) -> EntryRead:
    return EntryRead.of(actions.withdraw(session, entry_id, wanted, by=by, now=now))


# ---------------------------------------------------------------- grants


@router.get("/restricted-grants", summary="Grants, the newest first", operation_id="list_restricted_grants")
def list_restricted_grants(session: SessionDep, page: PageQuery, by: GrantReader) -> Page[GrantRead]:
    own = None if by.has(Role.COMMISSIONING_MANAGER) else by.subject
    found = Entries(session).grants(page, subject=own)
    return found.map(lambda row: GrantRead.model_validate(row, from_attributes=True))


@router.post(
    "/restricted-grants",
    summary="Let an auditor read restricted intelligence for a time",
    operation_id="grant_restricted_reading",
    status_code=status.HTTP_201_CREATED,
)
def grant_restricted_reading(wanted: GrantWanted, session: SessionDep, by: Manager, now: Now) -> GrantRead:
    grant = RestrictedGrant(
        subject=wanted.subject,
        reason=wanted.reason,
        granted_by=by.subject,
        granted_by_name=by.name,
        granted_at=now,
        ends_at=now + timedelta(hours=wanted.hours),
    )
    Entries(session).add(grant)
    return GrantRead.model_validate(grant, from_attributes=True)


@router.get(
    "/restricted-grants/{grant_id}/readings",
    summary="Each use of a grant",
    operation_id="list_grant_readings",
    responses=may_answer(GrantNotFound),
)
def list_grant_readings(
    grant_id: UUID, session: SessionDep, page: PageQuery, by: GrantReader
) -> Page[GrantReadingRead]:
    entries = Entries(session)
    grant = entries.grant(grant_id, seen_by=None if by.has(Role.COMMISSIONING_MANAGER) else by.subject)
    found = entries.readings(grant.id, page)
    return found.map(lambda row: GrantReadingRead.model_validate(row, from_attributes=True))
