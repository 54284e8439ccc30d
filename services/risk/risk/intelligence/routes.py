"""HTTP for intelligence that people record and read, and for the grants by which an auditor reads all of it."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, status

from assay_contracts.roles import Role
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, may_answer
from risk.bands.rules import IN_CONFIDENCE
from risk.dependencies import Caseworker, CopiesDep, GrantReader, IntelligenceReader, Manager
from risk.intelligence import actions
from risk.intelligence.errors import (
    GrantNotFound,
    IntelligenceNotFound,
    RecordingBarred,
    UnknownCareService,
)
from risk.intelligence.repository import Entries
from risk.intelligence.rules import Kind
from risk.intelligence.schemas import (
    Correction,
    EntryPage,
    EntryRead,
    EntryWanted,
    GrantRead,
    GrantReadingRead,
    GrantWanted,
    Withdrawal,
)
from risk.intelligence.sight import InFull
from risk.tables import Intelligence, RestrictedGrant

router = APIRouter(tags=["intelligence"], responses=may_answer(InvalidRequest))

RECORDING = may_answer(RecordingBarred, UnknownCareService)


def _read(session: SessionDep, row: Intelligence, *, in_full: bool) -> EntryRead:
    corrected = Entries(session).corrections_of([row.id], in_full=in_full)
    return EntryRead.of(row, corrected_by=corrected.get(row.id))


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
) -> EntryPage:
    entries = Entries(session)
    found = entries.page(page, in_full=in_full, care_service_id=care_service_id, provider_id=provider_id, kind=kind)
    corrected = entries.corrections_of([row.id for row in found.items], in_full=in_full)
    is_more_held = not in_full and entries.has_restricted(provider_id=provider_id, care_service_id=care_service_id)
    return EntryPage(
        items=[EntryRead.of(row, corrected_by=corrected.get(row.id)) for row in found.items],
        next_cursor=found.next_cursor,
        notice=IN_CONFIDENCE if is_more_held else None,
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
    return EntryRead.of(actions.record(session, wanted, copies, by=by, now=now), corrected_by=None)


@router.get(
    "/intelligence/{entry_id}",
    summary="One entry",
    operation_id="read_intelligence",
    responses=may_answer(IntelligenceNotFound),
)
def read_intelligence(entry_id: UUID, session: SessionDep, in_full: InFull, by: IntelligenceReader) -> EntryRead:
    return _read(session, Entries(session).get(entry_id, in_full=in_full), in_full=in_full)


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
    made = actions.correct(session, entry_id, wanted.entry, wanted.reason, copies, by=by, now=now)
    return EntryRead.of(made, corrected_by=None)


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
    return EntryRead.of(actions.withdraw(session, entry_id, wanted, by=by, now=now), corrected_by=None)


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
