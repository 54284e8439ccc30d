"""What callers send and receive about providers and claims."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_contracts.directory import ProviderStatus
from assay_kit.text import Email, Flag, Line, Model, Name, Reason, Text
from directory.identifiers import CharityNumber, CompanyNumber, CqcId
from directory.people.schemas import Password, PersonRead

from .rules import ClaimStatus, LegalForm

Phone = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^[0-9+() -]+$")]


class ContactIn(Model):
    contact_name: Name
    contact_email: Email
    contact_phone: Phone | None = None
    address: Line | None = None


class ProviderIn(ContactIn):
    name: Name
    legal_form: LegalForm
    company_number: CompanyNumber | None = None
    has_no_company_number: Flag = Field(default=False, description="True is the answer 'there is none'.")
    charity_number: CharityNumber | None = None
    cqc_provider_id: CqcId | None = None


class AccountIn(Model):
    name: Name
    email: Email
    password: Password


class RegistrationIn(ProviderIn):
    """A newcomer and its first administrator."""

    administrator: AccountIn


class ProviderDetails(BaseModel):
    id: UUID
    version: int
    name: str
    legal_form: LegalForm
    company_number: str | None
    has_no_company_number: bool
    charity_number: str | None
    cqc_provider_id: str | None
    status: ProviderStatus
    registered_at: AwareDatetime
    contact_name: str
    contact_email: str
    contact_phone: str | None
    address: str | None


class RegistrationRead(BaseModel):
    provider: ProviderDetails
    administrator: PersonRead


class ClaimIn(Model):
    """Which provider it is, in the claimant's words; at least its name."""

    provider_name: Name
    company_number: CompanyNumber | None = None
    cqc_provider_id: CqcId | None = None
    statement: Annotated[Text, Field(description="Who you are there, and whom the council can ask.")]
    claimant: AccountIn


class ClaimReceived(BaseModel):
    """All that a claimant is told."""

    id: UUID
    status: ClaimStatus


class ClaimRead(BaseModel):
    id: UUID
    status: ClaimStatus
    provider_id: UUID | None
    person_id: UUID
    provider_name: str
    company_number: str | None
    cqc_provider_id: str | None
    statement: str
    made_at: AwareDatetime


class ClaimConfirmationIn(Model):
    confirmed_with: Annotated[Reason, Field(description="With whom at the registered contact, and how.")]
    provider_id: UUID | None = Field(default=None, description="Where the claim itself matched none.")


class StepIn(Model):
    reason: Reason
