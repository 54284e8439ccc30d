"""HTTP for the public register: nobody needs to sign in to see who the council may buy from."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.clock import Now
from assay_kit.problems import may_answer
from assay_kit.tables_out import csv_bytes
from assay_kit.text import Day
from dps_admission.days import DayAhead, known_day
from dps_admission.dependencies import SessionDep
from dps_admission.schemes.errors import LotNotFound
from dps_admission.schemes.repository import Schemes

from .repository import Line, Register
from .schemas import RegisteredLot, RegisteredLots, RegisterLine, RegisterOfLot

router = APIRouter(prefix="/register", tags=["register"])
AsAt = Annotated[Day | None, Query(description="The register at the end of this day; today where it is left out.")]
HEADER = ("scheme", "lot", "zone", "provider_id", "provider", "member_since", "as_at")


@router.get("/lots", operation_id="list_registered_lots", summary="Every lot that has a register")
def list_registered_lots(session: SessionDep) -> RegisteredLots:
    return RegisteredLots(
        items=[
            RegisteredLot(scheme_id=scheme.id, scheme_name=scheme.name, lot_id=lot.id, lot_name=lot.name)
            for scheme, lot in Register(session).lots(limit=1_000)
        ]
    )


@router.get("/lots/{lot_id}", operation_id="read_register", responses=may_answer(LotNotFound, DayAhead))
def read_register(lot_id: UUID, session: SessionDep, now: Now, as_at: AsAt = None) -> RegisterOfLot:
    lot, day = Register(session).lot(lot_id), known_day(as_at, now=now)
    return RegisterOfLot(
        scheme_id=lot.scheme_id,
        scheme_name=Schemes(session).get(lot.scheme_id).name,
        lot_id=lot.id,
        lot_name=lot.name,
        as_at=day,
        members=[
            RegisterLine(
                provider_id=line.provider_id,
                provider_name=line.provider_name,
                zone=line.zone,
                member_since=london_day(line.member_since),
            )
            for line in _lines(session, lot_id, day, now)
        ],
    )


@router.get(
    "/lots/{lot_id}/csv",
    operation_id="download_register",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **may_answer(LotNotFound, DayAhead)},
)
def download_register(lot_id: UUID, session: SessionDep, now: Now, as_at: AsAt = None) -> Response:
    Register(session).lot(lot_id)
    day = known_day(as_at, now=now)
    rows = [
        (
            line.scheme_name,
            line.lot_name,
            line.zone,
            str(line.provider_id),
            line.provider_name,
            london_day(line.member_since),
            day,
        )
        for line in _lines(session, lot_id, day, now)
    ]
    headers = {"Content-Disposition": f'attachment; filename="register-{day}.csv"'}
    return Response(csv_bytes(HEADER, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(session: Session, lot_id: UUID, day: date, now: datetime) -> Sequence[Line]:
    """Today is as it is now: nobody is shown what has not happened yet."""
    return Register(session).as_at(min(end_of_london_day(day), now), lot_id=lot_id)
