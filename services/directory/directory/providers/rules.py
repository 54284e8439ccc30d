"""The life of a provider and of a claim, and which answers about the company number contradict each other.

Pure: no database, no clock, no web framework.
"""

from enum import StrEnum

from assay_contracts.directory.records import ProviderStatus
from assay_kit.steps import Life


class LegalForm(StrEnum):
    COMPANY = "company"
    LIMITED_LIABILITY_PARTNERSHIP = "limited_liability_partnership"
    COMMUNITY_INTEREST_COMPANY = "community_interest_company"
    CHARITABLE_INCORPORATED_ORGANISATION = "charitable_incorporated_organisation"
    CHARITABLE_TRUST = "charitable_trust"
    REGISTERED_SOCIETY = "registered_society"
    PARTNERSHIP = "partnership"
    SOLE_TRADER = "sole_trader"
    PUBLIC_BODY = "public_body"


class ProviderStep(StrEnum):
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"


PROVIDER_LIFE: Life[ProviderStatus, ProviderStep] = Life(
    name="provider",
    start=ProviderStatus.REGISTERING,
    steps={
        (ProviderStatus.REGISTERING, ProviderStep.CONFIRM): ProviderStatus.ACTIVE,
        (ProviderStatus.REGISTERING, ProviderStep.CLOSE): ProviderStatus.CLOSED,
        (ProviderStatus.ACTIVE, ProviderStep.CLOSE): ProviderStatus.CLOSED,
        (ProviderStatus.CLOSED, ProviderStep.REOPEN): ProviderStatus.ACTIVE,
    },
)


class ClaimStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class ClaimStep(StrEnum):
    CONFIRM = "confirm"
    REFUSE = "refuse"


CLAIM_LIFE: Life[ClaimStatus, ClaimStep] = Life(
    name="provider claim",
    start=ClaimStatus.PENDING,
    steps={
        (ClaimStatus.PENDING, ClaimStep.CONFIRM): ClaimStatus.CONFIRMED,
        (ClaimStatus.PENDING, ClaimStep.REFUSE): ClaimStatus.REFUSED,
    },
)


class Refusal(StrEnum):
    """Why a provider cannot be recorded so."""

    COMPANY_NUMBER_UNANSWERED = "Give the company number, or answer that there is none"
    COMPANY_NUMBER_ANSWERED_TWICE = "A company number is given although the answer is that there is none"
    COMPANY_WITHOUT_NUMBER = "A company or limited liability partnership has a company number"


_REGISTERED_AT_COMPANIES_HOUSE = {
    LegalForm.COMPANY,
    LegalForm.LIMITED_LIABILITY_PARTNERSHIP,
    LegalForm.COMMUNITY_INTEREST_COMPANY,
}


def refusals(legal_form: LegalForm, number: str | None, *, has_no_company_number: bool) -> list[Refusal]:
    """Everything wrong with the answers about the company number; 'there is none' is an answer, silence is not."""
    found = []
    if number is None and not has_no_company_number:
        found.append(Refusal.COMPANY_NUMBER_UNANSWERED)
    if number is not None and has_no_company_number:
        found.append(Refusal.COMPANY_NUMBER_ANSWERED_TWICE)
    if has_no_company_number and legal_form in _REGISTERED_AT_COMPANIES_HOUSE:
        found.append(Refusal.COMPANY_WITHOUT_NUMBER)
    return found
