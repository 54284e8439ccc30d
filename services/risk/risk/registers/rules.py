"""The registers outside, and what one reading of them is. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from risk.indicators.facts import CompanyReading, CqcReading, FoodReading


class Register(StrEnum):
    CQC = "cqc"
    FOOD = "food"
    COMPANIES = "companies"


class CqcRated(StrEnum):
    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"


class FoodValue(StrEnum):
    """England's scheme is 0 to 5; Scotland's says pass or improvement required."""

    ZERO = "0"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    PASSED = "pass"
    IMPROVEMENT_REQUIRED = "improvement_required"
    EXEMPT = "exempt"
    AWAITING = "awaiting"


class CompanyStatus(StrEnum):
    """As Companies House names them."""

    ACTIVE = "active"
    ADMINISTRATION = "administration"
    CLOSED = "closed"
    CONVERTED_CLOSED = "converted-closed"
    DISSOLVED = "dissolved"
    INSOLVENCY_PROCEEDINGS = "insolvency-proceedings"
    LIQUIDATION = "liquidation"
    OPEN = "open"
    RECEIVERSHIP = "receivership"
    REGISTERED = "registered"
    REMOVED = "removed"
    VOLUNTARY_ARRANGEMENT = "voluntary-arrangement"


class Liquidation(StrEnum):
    COMPULSORY = "compulsory-liquidation"
    CREDITORS_VOLUNTARY = "creditors-voluntary-liquidation"
    MEMBERS_VOLUNTARY = "members-voluntary-liquidation"


class Method(StrEnum):
    FETCHED = "fetched"
    MANUAL = "manual"


READINGS: dict[Register, type[BaseModel]] = {
    Register.CQC: CqcReading,
    Register.FOOD: FoodReading,
    Register.COMPANIES: CompanyReading,
}


def names_manager(register: Register, reading: dict[str, Any]) -> bool | None:
    """The register's second sign of a vacancy, for which it gives no date; None where it does not say."""
    said: bool | None = reading.get("names_manager") if register is Register.CQC else None
    return said


# What a task is about that asks whether locations succeed another: all of it, so that other ones are asked about anew.
_SUCCESSION = "successor of "


def subject_of(key: str, successors: Sequence[str]) -> str:
    return f"{_SUCCESSION}{key}: {' '.join(successors)}"


def asks_for_a_successor(subject: str) -> bool:
    return subject.startswith(_SUCCESSION)


def asked_by(subject: str) -> tuple[str, list[str]]:
    """The location, and those that were proposed."""
    key, _, successors = subject.removeprefix(_SUCCESSION).partition(": ")
    return key, successors.split()
