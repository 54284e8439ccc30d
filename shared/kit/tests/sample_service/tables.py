from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import String
from sqlmodel import Field, SQLModel

from assay_kit.database import known, new_id, service_registry
from assay_kit.events import Event
from assay_kit.service import add_kit_tables
from assay_kit.steps import Life


class Status(StrEnum):
    PACKING = "packing"
    SENT = "sent"
    LOST = "lost"


class Step(StrEnum):
    SEND = "send"
    LOSE = "lose"


PARCEL = Life(
    "parcel", Status.PACKING, {(Status.PACKING, Step.SEND): Status.SENT, (Status.SENT, Step.LOSE): Status.LOST}
)


class SampleTable(SQLModel, registry=service_registry()):
    pass


class Parcel(SampleTable, table=True):
    __table_args__ = (known("status", Status),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    label: str = Field(unique=True)
    org: UUID
    status: Status = Field(default=Status.PACKING, sa_type=String)


class ParcelSent(Event):
    model_config = ConfigDict(frozen=True)
    TYPE: ClassVar[str] = "sample.parcel_sent.v1"
    KEY: ClassVar[str] = "parcel_id"

    parcel_id: UUID


metadata = SampleTable.metadata
add_kit_tables(metadata)
