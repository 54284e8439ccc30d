"""HTTP for register readings: what was said and when, and recording one by hand."""

from fastapi import APIRouter, status

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, may_answer
from risk.dependencies import CaseReader, Caseworker, ResultReader
from risk.intelligence.sight import InFull
from risk.registers import actions
from risk.registers.errors import NobodysKey, ReadAfterToday
from risk.registers.repository import Facts
from risk.registers.rules import Register
from risk.registers.schemas import (
    ExternalFactRead,
    ReadingByHand,
    RegisterKey,
    RegisterNightRead,
    external_fact_read,
)

router = APIRouter(tags=["registers"], responses=may_answer(InvalidRequest))


@router.get(
    "/register-readings",
    summary="What the registers said, the newest first",
    operation_id="list_register_readings",
)
def list_register_readings(
    session: SessionDep,
    page: PageQuery,
    in_full: InFull,
    *,
    by: CaseReader,
    source: Register | None = None,
    key: RegisterKey | None = None,
) -> Page[ExternalFactRead]:
    found = Facts(session).page(page, source=source, key=key)
    return found.map(lambda row: external_fact_read(row, in_full=in_full))


@router.post(
    "/register-readings",
    summary="Record what an officer read in a register",
    operation_id="record_register_reading",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(ReadAfterToday, NobodysKey),
)
def record_register_reading(wanted: ReadingByHand, session: SessionDep, by: Caseworker, now: Now) -> ExternalFactRead:
    fact = actions.record_by_hand(session, wanted, by=by, now=now)
    return external_fact_read(fact, in_full=True)


@router.get(
    "/register-nights",
    summary="When the registers were read, and what could not be read",
    operation_id="list_register_nights",
)
def list_register_nights(
    session: SessionDep, page: PageQuery, by: ResultReader, source: Register | None = None
) -> Page[RegisterNightRead]:
    found = Facts(session).nights(page, source=source)
    return found.map(lambda row: RegisterNightRead.model_validate(row, from_attributes=True))
