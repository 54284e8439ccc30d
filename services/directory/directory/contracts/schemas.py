"""What callers send and receive about contracts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from assay_contracts.directory import Commissioner
from assay_kit.money import Money
from assay_kit.text import Day, Key, Model, Name

from .rules import Arrangement, Rate, RateUnit


class RateIn(Model):
    """Pounds for one unit from a day on; without a service, for all services of the contract."""

    care_service_id: UUID | None = None
    unit: RateUnit
    amount: Money
    starts_on: Day

    def as_rule(self) -> Rate:
        return Rate(care_service_id=self.care_service_id, unit=self.unit, amount=self.amount, starts_on=self.starts_on)


class ContractIn(Model):
    reference: Key
    title: Name
    commissioner: Commissioner
    arrangement: Arrangement
    starts_on: Day
    ends_on: Day | None = None
    care_service_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    rates: list[RateIn] = Field(default_factory=list, max_length=200)


class NewContractIn(ContractIn):
    provider_id: UUID


class RateRead(BaseModel):
    care_service_id: UUID | None
    unit: RateUnit
    amount: Money
    starts_on: date


class ContractRead(BaseModel):
    id: UUID
    version: int
    provider_id: UUID
    reference: str
    title: str
    commissioner: Commissioner
    arrangement: Arrangement
    starts_on: date
    ends_on: date | None
    care_service_ids: Annotated[list[UUID], Field(max_length=100)]
    rates: Annotated[list[RateRead], Field(max_length=200)]
