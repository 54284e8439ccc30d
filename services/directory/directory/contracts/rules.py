"""What a contract says, and which of its answers contradict each other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class Arrangement(StrEnum):
    """Under a lasting arrangement such as a dynamic purchasing system, or bought on the spot."""

    ARRANGEMENT = "arrangement"
    SPOT = "spot"


class RateUnit(StrEnum):
    HOUR = "hour"
    NIGHT = "night"
    DAY = "day"
    WEEK = "week"
    SESSION = "session"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Pounds for one unit from a day on, for one service or (None) for all services of the contract."""

    care_service_id: UUID | None
    unit: RateUnit
    amount: Decimal
    starts_on: date


class ContractFault(StrEnum):
    ENDS_BEFORE_IT_STARTS = "The contract ends before it starts"
    NOT_OF_THIS_PROVIDER = "A service of the contract belongs to another provider"
    RATE_FOR_ANOTHER_SERVICE = "A rate is for a service that the contract does not name"
    RATE_OUTSIDE_THE_TERM = "A rate starts outside the contract's dates"
    SAME_RATE_TWICE = "Two rates are for the same service, unit and day"


def faults(
    *,
    starts_on: date,
    ends_on: date | None,
    care_service_ids: Sequence[UUID],
    services_of_provider: frozenset[UUID],
    rates: Sequence[Rate],
) -> list[ContractFault]:
    """Everything wrong with a contract, so that its author hears it all at once."""
    last = ends_on or date.max
    keys = [(rate.care_service_id, rate.unit, rate.starts_on) for rate in rates]
    named = {rate.care_service_id for rate in rates} - {None}
    checks = {
        ContractFault.ENDS_BEFORE_IT_STARTS: last < starts_on,
        ContractFault.NOT_OF_THIS_PROVIDER: not services_of_provider.issuperset(care_service_ids),
        ContractFault.RATE_FOR_ANOTHER_SERVICE: not named.issubset(care_service_ids),
        ContractFault.RATE_OUTSIDE_THE_TERM: any(not starts_on <= rate.starts_on <= last for rate in rates),
        ContractFault.SAME_RATE_TWICE: len(set(keys)) != len(keys),
    }
    return [fault for fault, is_so in checks.items() if is_so]
