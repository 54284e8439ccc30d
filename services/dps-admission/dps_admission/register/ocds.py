"""The parts of the Open Contracting Data Standard 1.1 that this register publishes, by the standard's own names.

Extensions: lots, techniques (dynamic purchasing systems and framework agreements), submission terms. Nothing is null:
what is not known is left out.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

VERSION = "1.1"
_EXTENSIONS = "https://raw.githubusercontent.com/open-contracting-extensions"
EXTENSIONS = (
    f"{_EXTENSIONS}/ocds_lots_extension/v1.1.5/extension.json",
    f"{_EXTENSIONS}/ocds_techniques_extension/master/extension.json",
    f"{_EXTENSIONS}/ocds_submissionTerms_extension/master/extension.json",
)
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

Role = Literal["buyer", "procuringEntity", "supplier"]
Tag = Literal["tender", "tenderUpdate", "award", "awardUpdate", "compiled"]


class Ocds(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Identifier(Ocds):
    scheme: str
    id: str
    legal_name: str


class Organization(Ocds):
    id: str
    name: str
    identifier: Identifier | None = None
    roles: list[Role] = Field(max_length=3)


class Reference(Ocds):
    id: str
    name: str


class Period(Ocds):
    start_date: AwareDatetime | None = None
    end_date: AwareDatetime | None = None


class DynamicPurchasingSystem(Ocds):
    type: Literal["closed"] = "closed"
    status: Literal["active", "terminated"]


class FrameworkAgreement(Ocds):
    method: Literal["withReopeningCompetition", "withoutReopeningCompetition"]


class Techniques(Ocds):
    has_dynamic_purchasing_system: bool
    dynamic_purchasing_system: DynamicPurchasingSystem | None = None
    has_framework_agreement: bool
    framework_agreement: FrameworkAgreement | None = None


class SubmissionTerms(Ocds):
    electronic_submission_policy: Literal["required"] = "required"
    languages: list[Literal["en"]] = Field(default=["en"], max_length=1)


class OcdsLot(Ocds):
    id: str
    title: str
    description: str
    status: Literal["active", "cancelled", "complete"]


class Tender(Ocds):
    id: str
    title: str
    status: Literal["active", "complete"]
    procuring_entity: Reference
    procurement_method: Literal["open"] = "open"
    procurement_method_details: str
    main_procurement_category: Literal["services"] = "services"
    submission_method: list[Literal["electronicSubmission"]] = Field(default=["electronicSubmission"], max_length=1)
    tender_period: Period
    contract_period: Period
    techniques: Techniques
    submission_terms: SubmissionTerms
    lots: list[OcdsLot] = Field(max_length=200)


class Award(Ocds):
    """An admission to a lot."""

    id: str
    title: str
    status: Literal["active", "cancelled"]
    date: AwareDatetime
    suppliers: list[Reference] = Field(max_length=1)
    related_lots: list[str] = Field(max_length=1)


class Release(Ocds):
    ocid: str
    id: str
    date: AwareDatetime
    tag: list[Tag] = Field(max_length=1)
    initiation_type: Literal["tender"] = "tender"
    language: Literal["en"] = "en"
    parties: list[Organization] = Field(max_length=100_000)
    buyer: Reference
    tender: Tender | None = None
    awards: list[Award] | None = Field(default=None, max_length=100_000)


class Publisher(Ocds):
    name: str


class _Package(Ocds):
    uri: str
    version: str = VERSION
    extensions: list[str] = Field(default=list(EXTENSIONS), max_length=10)
    published_date: AwareDatetime
    publisher: Publisher
    license: str = LICENCE


class ReleasePackage(_Package):
    releases: list[Release] = Field(min_length=1, max_length=200_000)


class Record(Ocds):
    ocid: str
    releases: list[Release] = Field(min_length=1, max_length=200_000)
    compiled_release: Release


class RecordPackage(_Package):
    records: list[Record] = Field(min_length=1, max_length=1)
