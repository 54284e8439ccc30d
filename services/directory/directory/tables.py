"""Every table of the directory. No behaviour here: rules decide, actions change."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from assay_contracts.directory import CapacityUnit, CareServiceType, Commissioner, ProviderStatus
from assay_kit.database import Instant, known, new_id, service_registry
from assay_kit.service import add_kit_tables
from directory.contracts.rules import Arrangement
from directory.messages.rules import MessageStatus
from directory.people.rules import PersonStatus
from directory.providers.rules import ClaimStatus, LegalForm


class DirectoryTable(SQLModel, registry=service_registry()):
    """The directory's own metadata: no other service's table is in it."""


def primary_key() -> Any:
    """A primary key whose values grow with time."""
    return Field(default_factory=new_id, primary_key=True)


def _found_by(*columns: str) -> Any:
    """A generated column for text search in these columns; PostgreSQL keeps it, nobody writes it."""
    words = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
    # A hyphen before digits would be taken for a minus sign: `1-101635` is to be found by `101635`.
    return Computed(f"to_tsvector('simple', translate({words}, '-', ' '))", persisted=True)


class Provider(DirectoryTable, table=True):
    __table_args__ = (
        known("legal_form", LegalForm),
        known("status", ProviderStatus),
        CheckConstraint("company_number IS NULL OR NOT has_no_company_number", name="company_number_answered_once"),
        Index("provider_found_by", "found_by", postgresql_using="gin"),
    )

    id: UUID = primary_key()
    version: int = 1
    name: str
    legal_form: LegalForm = Field(sa_type=String)
    company_number: str | None = Field(default=None, unique=True)
    has_no_company_number: bool = False
    charity_number: str | None = Field(default=None, unique=True)
    cqc_provider_id: str | None = Field(default=None, unique=True)
    status: ProviderStatus = Field(sa_type=String)
    registered_at: datetime = Field(sa_type=Instant)
    contact_name: str
    contact_email: str
    contact_phone: str | None = None
    address: str | None = None
    found_by: Any = Field(
        default=None,
        sa_type=TSVECTOR,
        sa_column_args=[_found_by("name", "company_number", "charity_number", "cqc_provider_id")],
    )


class ProviderClaim(DirectoryTable, table=True):
    """Somebody says: this provider is ours. They see nothing of it until staff confirm."""

    __tablename__ = "provider_claim"
    __table_args__ = (known("status", ClaimStatus),)

    id: UUID = primary_key()
    provider_id: UUID | None = Field(default=None, foreign_key="provider.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    provider_name: str
    company_number: str | None = None
    cqc_provider_id: str | None = None
    statement: str
    status: ClaimStatus = Field(sa_type=String)
    made_at: datetime = Field(sa_type=Instant)


class CareService(DirectoryTable, table=True):
    __tablename__ = "care_service"
    __table_args__ = (
        known("type", CareServiceType),
        known("capacity_unit", CapacityUnit),
        CheckConstraint("(capacity_amount IS NULL) = (capacity_unit IS NULL)", name="capacity_with_unit"),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        Index("care_service_found_by", "found_by", postgresql_using="gin"),
    )

    id: UUID = primary_key()
    version: int = 1
    provider_id: UUID = Field(foreign_key="provider.id", index=True)
    name: str
    type: CareServiceType = Field(sa_type=String)
    client_groups: list[str] = Field(sa_type=ARRAY(String))
    zones: list[str] = Field(sa_type=ARRAY(String))
    capacity_amount: int | None = None
    capacity_unit: CapacityUnit | None = Field(default=None, sa_type=String)
    people_supported: int = 0
    cqc_location_id: str | None = Field(default=None, index=True)
    is_regulated: bool
    prepares_food: bool
    fhrs_id: int | None = Field(default=None, sa_type=BigInteger)
    requires_registered_manager: bool
    landlord: str | None = None
    units_in_place: int | None = None
    units_in_development: int | None = None
    started_on: date
    ended_on: date | None = None
    is_contracted: bool = False
    first_placement_on: date | None = None
    found_by: Any = Field(
        default=None, sa_type=TSVECTOR, sa_column_args=[_found_by("name", "cqc_location_id", "landlord")]
    )


class LocationSuccession(DirectoryTable, table=True):
    """A CQC location id that gave way to another on a day; the service and its history stay one."""

    __tablename__ = "location_succession"
    __table_args__ = (CheckConstraint("former_location_id <> new_location_id", name="changes_the_id"),)

    id: UUID = primary_key()
    care_service_id: UUID = Field(foreign_key="care_service.id", index=True)
    former_location_id: str = Field(index=True)
    new_location_id: str
    succeeded_on: date
    reason: str
    recorded_by: str
    recorded_at: datetime = Field(sa_type=Instant)


class Person(DirectoryTable, table=True):
    __table_args__ = (
        known("status", PersonStatus),
        CheckConstraint("email = lower(email)", name="email_in_lower_case"),
    )

    id: UUID = primary_key()
    version: int = 1
    email: str = Field(unique=True)
    name: str
    provider_id: UUID | None = Field(default=None, foreign_key="provider.id", index=True)
    roles: list[str] = Field(sa_type=ARRAY(String))
    status: PersonStatus = Field(sa_type=String)
    password_hash: str | None = None
    failures: int = 0
    rests_until: datetime | None = Field(default=None, sa_type=Instant)
    made_at: datetime = Field(sa_type=Instant)


class OneTimeLink(DirectoryTable, table=True):
    """Lets its holder set a password, once. Its hash is kept here; the link itself stands in one letter, sealed."""

    __tablename__ = "one_time_link"

    id: UUID = primary_key()
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class SignInSession(DirectoryTable, table=True):
    """One sign-in of one person: the family of refresh tokens that follow one another. Real time."""

    __tablename__ = "sign_in_session"

    id: UUID = primary_key()
    person_id: UUID = Field(foreign_key="person.id", index=True)
    started_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    ended_because: str | None = None


class RefreshToken(DirectoryTable, table=True):
    __tablename__ = "refresh_token"

    id: UUID = primary_key()
    session_id: UUID = Field(foreign_key="sign_in_session.id", index=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class SigningKey(DirectoryTable, table=True):
    """A key that signs access tokens. The private half is sealed with a secret of ASSAY_HOME."""

    __tablename__ = "signing_key"

    kid: str = Field(primary_key=True)
    public_key: dict[str, Any] = Field(sa_type=JSONB)
    sealed_key: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Instant)
    signs_from: datetime = Field(sa_type=Instant)


class ApiClient(DirectoryTable, table=True):
    __tablename__ = "api_client"

    id: UUID = primary_key()
    version: int = 1
    name: str = Field(unique=True)
    description: str = ""
    scopes: list[str] = Field(sa_type=ARRAY(String))
    made_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class ApiClientSecret(DirectoryTable, table=True):
    __tablename__ = "api_client_secret"

    id: UUID = primary_key()
    client_id: UUID = Field(foreign_key="api_client.id", index=True)
    secret_hash: str
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Contract(DirectoryTable, table=True):
    __table_args__ = (
        known("commissioner", Commissioner),
        known("arrangement", Arrangement),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    id: UUID = primary_key()
    version: int = 1
    provider_id: UUID = Field(foreign_key="provider.id", index=True)
    reference: str = Field(unique=True)
    title: str
    commissioner: Commissioner = Field(sa_type=String)
    arrangement: Arrangement = Field(sa_type=String)
    starts_on: date
    ends_on: date | None = None
    care_service_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    rates: list[dict[str, Any]] = Field(sa_type=JSONB)


class Activity(DirectoryTable, table=True):
    """People helped and hours given by one service in one month for one commissioner."""

    __table_args__ = (
        known("commissioner", Commissioner),
        UniqueConstraint("care_service_id", "month", "commissioner", name="one_activity_a_month"),
        CheckConstraint("extract(day from month) = 1", name="month_begins_on_its_first_day"),
    )

    id: UUID = primary_key()
    care_service_id: UUID = Field(foreign_key="care_service.id")
    month: date
    commissioner: Commissioner = Field(sa_type=String)
    people: int
    hours: Decimal = Field(sa_type=Numeric(12, 2))
    recorded_at: datetime = Field(sa_type=Instant)


class Evidence(DirectoryTable, table=True):
    """A file of a provider. The bytes are in the store under the id; what is told of them never changes.

    Editions of one document are a series.
    """

    __table_args__ = (UniqueConstraint("series_id", "edition"), CheckConstraint("edition > 0", name="edition_counts"))

    id: UUID = primary_key()
    provider_id: UUID = Field(foreign_key="provider.id", index=True)
    filename: str
    kind: str
    media_type: str
    size: int = Field(sa_type=BigInteger)
    sha256: str
    description: str
    expires_on: date | None = Field(default=None, index=True)
    uploaded_by: str
    uploaded_by_name: str
    uploaded_at: datetime = Field(sa_type=Instant)
    lapsed_at: datetime | None = Field(default=None, sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    series_id: UUID = Field(default_factory=new_id)
    edition: int = 1


_RELIANCE = ("evidence_id", "service", "kind", "object_id")


class EvidenceReliance(DirectoryTable, table=True):
    """Another service relies on this evidence: it stays."""

    __tablename__ = "evidence_reliance"

    evidence_id: UUID = Field(foreign_key="evidence.id", primary_key=True)
    service: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    object_id: UUID = Field(primary_key=True)
    relied_on_at: datetime = Field(sa_type=Instant)
    is_sealed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """The council sees nothing of the evidence by this before an `EvidenceOpening` of it, as of a tender."""


class EvidenceOpening(DirectoryTable, table=True):
    """What was relied on under a seal was opened, as tenders are when their time is over."""

    __tablename__ = "evidence_opening"
    __table_args__ = (
        ForeignKeyConstraint(
            _RELIANCE, [f"evidence_reliance.{one}" for one in _RELIANCE], name="fk_evidence_opening_reliance"
        ),
    )

    evidence_id: UUID = Field(primary_key=True)
    service: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    object_id: UUID = Field(primary_key=True)
    opened_at: datetime = Field(sa_type=Instant)


class Message(DirectoryTable, table=True):
    """What somebody is told; one row a person, kept on the outbox page.

    A letter with a link that lets its holder in has `body` without the link, and is whole only in `sealed_body`.
    """

    __table_args__ = (
        known("status", MessageStatus),
        UniqueConstraint("reference", "person_id", name="told_once", postgresql_nulls_not_distinct=True),
    )

    id: UUID = primary_key()
    reference: str
    source: str
    template: str
    provider_id: UUID | None = Field(default=None, index=True)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    recipient: str
    email: str | None = None
    subject: str
    body: str
    sealed_body: str | None = None
    asked_by: str | None = None
    status: MessageStatus = Field(sa_type=String)
    why: str | None = None
    made_at: datetime = Field(sa_type=Instant)


class CouncilSetting(DirectoryTable, table=True):
    """One value of one setting from a day on. A change is a new row; nothing is overwritten."""

    __tablename__ = "council_setting"
    __table_args__ = (UniqueConstraint("key", "version", name="one_setting_a_version"),)

    id: UUID = primary_key()
    key: str
    version: int
    value: Any = Field(default=None, sa_type=JSONB, nullable=False)
    effective_from: date
    reason: str
    set_by: str
    set_by_name: str
    set_at: datetime = Field(sa_type=Instant)


class FeedEntry(DirectoryTable, table=True):
    """An event of any service, numbered in the order of commit without a gap."""

    __tablename__ = "feed_entry"
    __table_args__ = (Index("feed_entry_by_type", "type", "number"),)

    number: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    event_id: UUID = Field(unique=True)
    type: str
    source: str
    subject: str
    time: datetime = Field(sa_type=Instant)
    data: dict[str, Any] = Field(sa_type=JSONB)


metadata = DirectoryTable.metadata
add_kit_tables(metadata)
