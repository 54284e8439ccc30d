"""The registers outside, and what one reading of them is. Pure."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from risk.indicators.facts import CompanyReading, CqcReading, FoodReading


class Register(StrEnum):
    CQC = "cqc"
    FOOD = "food"
    COMPANIES = "companies"


class Method(StrEnum):
    FETCHED = "fetched"
    MANUAL = "manual"


READINGS: dict[Register, type[BaseModel]] = {
    Register.CQC: CqcReading,
    Register.FOOD: FoodReading,
    Register.COMPANIES: CompanyReading,
}


def names_no_manager(register: Register, reading: dict[str, Any]) -> bool:
    """The register's second sign of a vacancy, for which it gives no date."""
    return register is Register.CQC and reading.get("names_manager") is False
