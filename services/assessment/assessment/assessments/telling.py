"""What is told to whom about why an assessment is held: bands are the council's own."""

from assay_contracts.roles import Scope
from assay_kit.identity import Principal

from .rules import Cause


def cause_as_told(cause: Cause, by: Principal) -> Cause:
    """The cause as `by` may know it: who may not know bands reads of a responsive assessment."""
    return Cause.RESPONSIVE if cause == Cause.RED_BAND and not may_know_bands(by) else Cause(cause)


def cause_of_date(cause: Cause, by: Principal) -> Cause | None:
    """Why a service is due, as `by` may know it. Nobody sets a date for a responsive one: that word would say Red."""
    return Cause(cause) if may_know_bands(by) else None


def may_know_bands(by: Principal) -> bool:
    return by.has(Scope.BANDS_READ) if by.is_machine else not by.is_provider
