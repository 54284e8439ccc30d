"""What dps-admission tells: applications, decisions and memberships."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from assay_kit.events import Event


class MembershipStatus(StrEnum):
    ADMITTED = "admitted"
    ACTIVE = "active"
    OFFERED = "offered"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Outcome(StrEnum):
    ADMITTED = "admitted"
    REFUSED = "refused"


class MembershipRecord(BaseModel):
    """A provider's place on a lot. `zone` is None on a borough-wide lot."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    provider_id: UUID
    scheme_id: UUID
    scheme_name: str
    lot_id: UUID
    lot_name: str
    zone: str | None
    status: MembershipStatus
    care_service_ids: tuple[UUID, ...]
    suspension_causes: tuple[str, ...] = ()
    since: date


class ApplicationSubmitted(Event):
    TYPE: ClassVar[str] = "dps.application_submitted.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: UUID
    reference: str
    provider_id: UUID
    scheme_id: UUID
    lot_ids: tuple[UUID, ...]
    due_at: AwareDatetime


class LotApplicationDecided(Event):
    TYPE: ClassVar[str] = "dps.lot_application_decided.v1"
    KEY: ClassVar[str] = "lot_application_id"

    lot_application_id: UUID
    application_id: UUID
    provider_id: UUID
    lot_id: UUID
    zone: str | None
    outcome: Outcome


class MembershipChanged(Event):
    TYPE: ClassVar[str] = "dps.membership_changed.v1"
    KEY: ClassVar[str] = "membership.id"

    membership: MembershipRecord
    from_status: MembershipStatus | None
    step: str
