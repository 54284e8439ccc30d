"""What the directory tells and answers: providers, care services, contracts, activity."""

from assay_contracts.directory.events import (
    ActivityRecorded,
    CareServiceRecorded,
    ContractRecorded,
    EvidenceLapsed,
    ProviderRecorded,
)
from assay_contracts.directory.evidence import EvidenceNotTheirs, EvidenceRecord, EvidenceStanding, RelyingObject
from assay_contracts.directory.records import (
    ActivityRecord,
    Capacity,
    CapacityUnit,
    CareServiceRecord,
    CareServiceType,
    ClientGroup,
    Commissioner,
    ContractRate,
    ContractRecord,
    PersonRecord,
    ProviderRecord,
    ProviderStatus,
)

__all__ = [
    "ActivityRecord",
    "ActivityRecorded",
    "Capacity",
    "CapacityUnit",
    "CareServiceRecord",
    "CareServiceRecorded",
    "CareServiceType",
    "ClientGroup",
    "Commissioner",
    "ContractRate",
    "ContractRecord",
    "ContractRecorded",
    "EvidenceLapsed",
    "EvidenceNotTheirs",
    "EvidenceRecord",
    "EvidenceStanding",
    "PersonRecord",
    "ProviderRecord",
    "ProviderRecorded",
    "ProviderStatus",
    "RelyingObject",
]
