from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Session, col, select

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.due import DueWork
from assay_kit.events import tell
from assay_kit.identity import SYSTEM, Principal, allow
from assay_kit.problems import Conflict, NotFound, StepNotAllowed, may_answer
from assay_kit.service import Service
from assay_kit.text import Model, Name
from assay_kit.timeline import begin, take
from sample_service.tables import PARCEL, Parcel, ParcelSent, Status, Step, metadata

Packer = Annotated[Principal, allow("packer")]
router = APIRouter(prefix="/parcels", tags=["parcels"])


class ParcelMade(Model):
    label: Name
    org: UUID


class ParcelRead(BaseModel):
    id: UUID
    label: str
    status: Status


@router.get("/public", operation_id="count_parcels")
def count_parcels(session: SessionDep) -> int:
    return len(session.exec(select(Parcel)).all())


@router.get("/labels", operation_id="list_labels")
def list_labels(by: Annotated[Principal, allow()]) -> list[str]:
    return ["fragile"]


@router.post("", operation_id="make_parcel", status_code=201, responses=may_answer(Conflict))
def make_parcel(wanted: ParcelMade, session: SessionDep, by: Packer, now: Now) -> ParcelRead:
    parcel = Parcel(label=wanted.label, org=wanted.org)
    session.add(parcel)
    begin(session, parcel, PARCEL, by=by, now=now)
    return ParcelRead.model_validate(parcel, from_attributes=True)


@router.post("/{parcel_id}/dispatch", operation_id="send_parcel", responses=may_answer(NotFound, StepNotAllowed))
def send_parcel(parcel_id: UUID, session: SessionDep, by: Packer, now: Now) -> ParcelRead:
    parcel = session.get(Parcel, parcel_id, with_for_update=True)
    if parcel is None or not by.sees(parcel.org):
        raise NotFound("There is no such parcel.")
    take(session, parcel, Step.SEND, PARCEL, by=by, now=now)
    tell(session, ParcelSent(parcel_id=parcel.id, at=now))
    return ParcelRead.model_validate(parcel, from_attributes=True)


def on_parcel_sent(session: Session, event: ParcelSent) -> None:
    session.add(Parcel(label=f"heard of {event.parcel_id}", org=event.parcel_id))


def next_loss(session: Session) -> datetime | None:
    return None


def lose_all(session: Session, now: datetime) -> int:
    lost = session.exec(select(Parcel).where(col(Parcel.status) == Status.SENT).limit(2)).all()
    for parcel in lost:
        take(session, parcel, Step.LOSE, PARCEL, by=SYSTEM, now=now)
    return len(lost)


SERVICE = Service(
    name="sample",
    package="sample_service",
    title="Sample",
    metadata=metadata,
    routers=[router],
    tells={"sample.parcel_sent.v1": ("one", "two")},
    receives={ParcelSent: on_parcel_sent},
    due=[DueWork(name="lose", next=next_loss, do=lose_all)],
)
