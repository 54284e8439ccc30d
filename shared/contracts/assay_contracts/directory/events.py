"""Facts the directory tells. Each carries the whole record and its version."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from assay_contracts.directory.records import ActivityRecord, CareServiceRecord, ContractRecord, ProviderRecord
from assay_kit.events import Event


class ProviderRecorded(Event):
    TYPE: ClassVar[str] = "directory.provider_recorded.v1"
    KEY: ClassVar[str] = "provider.id"

    provider: ProviderRecord


class CareServiceRecorded(Event):
    TYPE: ClassVar[str] = "directory.care_service_recorded.v1"
    KEY: ClassVar[str] = "care_service.id"

    care_service: CareServiceRecord


class ContractRecorded(Event):
    """A contract as it now is. `changed` names the terms that an amendment changed; a new contract changes none."""

    TYPE: ClassVar[str] = "directory.contract_recorded.v1"
    KEY: ClassVar[str] = "contract.id"

    contract: ContractRecord
    changed: tuple[str, ...] = ()


class ActivityRecorded(Event):
    TYPE: ClassVar[str] = "directory.activity_recorded.v1"
    KEY: ClassVar[str] = "activity.care_service_id"

    activity: ActivityRecord


class EvidenceLapsed(Event):
    """An item of evidence passed its expiry day.

    Of what was renewed it is told only where something relies on the very edition that lapsed: `renewed_by` is then the
    newest one, which nobody may have looked at yet.
    """

    TYPE: ClassVar[str] = "directory.evidence_lapsed.v1"
    KEY: ClassVar[str] = "evidence_id"

    evidence_id: UUID
    provider_id: UUID
    kind: str
    expired_on: date
    renewed_by: UUID | None = None
