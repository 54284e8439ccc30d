"""The parts of the Open Contracting Data Standard 1.1 that this register publishes, by the standard's own names.

Extensions: lots, techniques (dynamic purchasing systems and framework agreements), submission terms, legal basis, and
the United Kingdom's (open frameworks), each in the one version that packages are checked against. Nothing is null: what
is not known is left out.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

VERSION = "1.1"
_EXTENSIONS = (
    "open-contracting-extensions/ocds_lots_extension/v1.1.5",
    "open-contracting-extensions/ocds_techniques_extension/5568b00a8dd694a3d34441bdd9ef2bd3f9d44b11",
    "open-contracting-extensions/ocds_submissionTerms_extension/449ade63333a50f1e8cd2b0704c0a3c5e329a8a8",
    "open-contracting-extensions/ocds_legalBasis_extension/b8cad008a33695661bba0eb3fb41b74c603e6941",
    "cabinetoffice/ocds_uk_extension/aa0e43b84dfad0cb9b839a8135e0bc4b285d32fc",
)
"""Where an extension has no tagged versions, the commit: a branch would change under what was published."""
EXTENSIONS = tuple(f"https://raw.githubusercontent.com/{one}/extension.json" for one in _EXTENSIONS)
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
    is_open_framework_scheme: bool
    open_framework_scheme_end_date: AwareDatetime | None = None


class LegalBasis(Ocds):
    scheme: Literal["UKPGA", "GB-UKSI"]
    id: str
    uri: str


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
    legal_basis: LegalBasis
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
