"""The automatic checks: what the system can see for itself. Pure; a check never admits or refuses anyone.

A check that fails, or that cannot run, sends the lot application to a person with the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class CheckKind(StrEnum):
    COMPANY_NUMBER = "company_number"
    COMPANY_STATUS = "company_status"
    SERVICES = "services"
    CQC_REGISTRATION = "cqc_registration"
    CQC_REGISTER = "cqc_register"
    INSURANCE = "insurance"
    DOCUMENTS = "documents"
    DUPLICATE = "duplicate"
    PRICE = "price"


class CheckOutcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    CANNOT_RUN = "cannot_run"
    NOT_NEEDED = "not_needed"


NEEDS_PERSON = frozenset({CheckOutcome.FAILED, CheckOutcome.CANNOT_RUN})


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    id: str
    is_regulated: bool
    cqc_location_id: str | None
    is_of_type: bool
    has_ended: bool

    def __str__(self) -> str:
        """What a finding about the service is about: another service, or another id of it, is another fact."""
        flaws = {"not regulated": not self.is_regulated, "another type": not self.is_of_type, "ended": self.has_ended}
        said = [flaw for flaw, is_so in flaws.items() if is_so]
        return ", ".join((self.id, self.cqc_location_id or "no location id", *said))


@dataclass(frozen=True, kw_only=True)
class InsuranceFacts:
    asked: bool
    """False: the set does not ask, or the law forbids asking before award."""
    level: Decimal | None
    level_needed: Decimal | None
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class DocumentFacts:
    """A file that the answers attach."""

    filename: str
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class DeliveryFacts:
    """Who would deliver."""

    cqc_provider_id: str | None
    regulated_activity: str | None
    services: tuple[ServiceFacts, ...]


@dataclass(frozen=True, kw_only=True)
class Facts(DeliveryFacts):
    today: date
    company_number: str | None
    says_not_a_company: bool
    insurance: InsuranceFacts
    documents: tuple[DocumentFacts, ...]
    others_open: int
    """Other open lot applications and live memberships of the same provider, lot and zone."""
    price: Decimal | None
    ceiling: Decimal | None


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    kind: CheckKind
    outcome: CheckOutcome
    reason: str
    inputs: dict[str, Any]

    @property
    def needs_person(self) -> bool:
        return self.outcome in NEEDS_PERSON


def run_checks(facts: Facts) -> list[CheckResult]:
    return [
        _company_number(facts),
        _company_status(facts),
        *check_delivery(facts),
        _insurance(facts),
        _documents(facts),
        _duplicate(facts),
        _price(facts),
    ]


def check_delivery(facts: DeliveryFacts) -> list[CheckResult]:
    """Those that look at the services named: they run again by themselves where a member names others."""
    return [_delivery(facts), _cqc_registration(facts), _cqc_register(facts)]


def _result(kind: CheckKind, outcome: CheckOutcome, reason: str, **inputs: Any) -> CheckResult:
    shown = {name: None if value is None else str(value) for name, value in inputs.items()}
    return CheckResult(kind=kind, outcome=outcome, reason=reason, inputs=shown)


def _company_number(facts: Facts) -> CheckResult:
    kind, seen = CheckKind.COMPANY_NUMBER, {"company_number": facts.company_number}
    if facts.company_number:
        return _result(kind, CheckOutcome.PASSED, "The company number is known.", **seen)
    if facts.says_not_a_company:
        return _result(kind, CheckOutcome.NOT_NEEDED, "The applicant says it is not a company.", **seen)
    return _result(kind, CheckOutcome.FAILED, "No company number is known.", **seen)


def _company_status(facts: Facts) -> CheckResult:
    kind, seen = CheckKind.COMPANY_STATUS, {"company_number": facts.company_number}
    if facts.company_number is None and facts.says_not_a_company:
        return _result(kind, CheckOutcome.NOT_NEEDED, "The applicant says it is not a company.", **seen)
    return _result(kind, CheckOutcome.CANNOT_RUN, "The register of companies is not connected.", **seen)


def _delivery(facts: DeliveryFacts) -> CheckResult:
    """Whatever the lot is for: the services named can deliver it."""
    kind, seen = CheckKind.SERVICES, {"care_services": _named(facts)}
    return _as_needed(
        kind,
        (
            (not facts.services, "no service is named"),
            (any(one.has_ended for one in facts.services), "a named service has ended"),
            (any(not one.is_of_type for one in facts.services), "a named service is of another type"),
        ),
        "The named services are of the lot's type and have not ended.",
        seen,
    )


def _named(facts: DeliveryFacts) -> str | None:
    return "; ".join(sorted(str(one) for one in facts.services)) or None


def _as_needed(kind: CheckKind, flaws: Iterable[tuple[bool, str]], otherwise: str, seen: dict[str, Any]) -> CheckResult:
    missing = [says for applies, says in flaws if applies]
    if missing:
        return _result(kind, CheckOutcome.FAILED, f"Not as the lot needs: {'; '.join(missing)}.", **seen)
    return _result(kind, CheckOutcome.PASSED, otherwise, **seen)


def _cqc_registration(facts: DeliveryFacts) -> CheckResult:
    kind = CheckKind.CQC_REGISTRATION
    seen = {
        "regulated_activity": facts.regulated_activity,
        "cqc_provider_id": facts.cqc_provider_id,
        "care_services": _named(facts),
    }
    if facts.regulated_activity is None:
        return _result(kind, CheckOutcome.NOT_NEEDED, "The lot asks for no regulated activity.", **seen)
    return _as_needed(
        kind,
        (
            (not facts.cqc_provider_id, "the provider has no CQC provider id"),
            (not all(one.is_regulated for one in facts.services), "a named service is not regulated"),
            (any(not one.cqc_location_id for one in facts.services), "a named service has no CQC location id"),
        ),
        "Provider and named services have CQC ids.",
        seen,
    )


def _cqc_register(facts: DeliveryFacts) -> CheckResult:
    kind, seen = CheckKind.CQC_REGISTER, {"cqc_provider_id": facts.cqc_provider_id}
    if facts.regulated_activity is None:
        return _result(kind, CheckOutcome.NOT_NEEDED, "The lot asks for no regulated activity.", **seen)
    return _result(kind, CheckOutcome.CANNOT_RUN, "The CQC register is not connected.", **seen)


def _insurance(facts: Facts) -> CheckResult:
    kind, held = CheckKind.INSURANCE, facts.insurance
    seen = {
        "level": held.level,
        "level_needed": held.level_needed,
        "expires_on": held.expires_on,
        "today": facts.today,
    }
    if not held.asked:
        return _result(kind, CheckOutcome.NOT_NEEDED, "Insurance is not asked for at this point.", **seen)
    if held.expires_on is None or held.level is None:
        return _result(kind, CheckOutcome.FAILED, "No level or expiry date of the insurance is given.", **seen)
    if held.expires_on < facts.today:
        return _result(kind, CheckOutcome.FAILED, "The insurance has expired.", **seen)
    if held.level_needed is not None and held.level < held.level_needed:
        return _result(kind, CheckOutcome.FAILED, "The insurance is below the level needed.", **seen)
    return _result(kind, CheckOutcome.PASSED, "The insurance covers today at the level needed.", **seen)


def _documents(facts: Facts) -> CheckResult:
    kind, held = CheckKind.DOCUMENTS, facts.documents
    if not held:
        return _result(kind, CheckOutcome.NOT_NEEDED, "No documents are attached.", documents=0)
    lapsed = sorted(one.filename for one in held if one.expires_on is not None and one.expires_on < facts.today)
    if lapsed:
        return _result(kind, CheckOutcome.FAILED, f"Expired: {', '.join(lapsed)}.", documents=len(held))
    return _result(kind, CheckOutcome.PASSED, "No attached document has expired.", documents=len(held))


def _duplicate(facts: Facts) -> CheckResult:
    kind, seen = CheckKind.DUPLICATE, {"others_open": facts.others_open}
    if facts.others_open:
        says = "The provider has another open application or a membership here."
        return _result(kind, CheckOutcome.FAILED, says, **seen)
    return _result(kind, CheckOutcome.PASSED, "No other application or membership here.", **seen)


def _price(facts: Facts) -> CheckResult:
    kind, seen = CheckKind.PRICE, {"price": facts.price, "ceiling": facts.ceiling}
    if facts.ceiling is None:
        return _result(kind, CheckOutcome.NOT_NEEDED, "The lot has no price ceiling.", **seen)
    if facts.price is None or facts.price > facts.ceiling:
        return _result(kind, CheckOutcome.FAILED, "The price is missing or above the ceiling.", **seen)
    return _result(kind, CheckOutcome.PASSED, "The price is within the ceiling.", **seen)
