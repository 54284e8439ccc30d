"""Every table this service owns. Copies of providers and services are the directory's, kept by its contract."""

from assay_contracts.directory.copies import add_copy_tables
from assay_kit.service import add_kit_tables
from risk.tables.base import RiskTable
from risk.tables.casework import (
    Attachment,
    AttachmentContent,
    CaseFile,
    IntelligenceImport,
    InterventionReview,
    RepresentationReading,
    Visit,
)
from risk.tables.decided import (
    BandResult,
    Condition,
    EstateRefresh,
    Intervention,
    Override,
    Representation,
    ScoringModel,
    ServiceBand,
    StandingResult,
)
from risk.tables.learnt import (
    Activity,
    AssessmentRating,
    CaseTask,
    ExternalFact,
    FeedHeartbeat,
    IntakeItem,
    Intelligence,
    RegisterNight,
    RestrictedGrant,
    RestrictedReading,
    SuccessorAnswer,
)
from risk.tables.runs import ModelRun, ModelRunChange

metadata = RiskTable.metadata
add_copy_tables(metadata)
add_kit_tables(metadata)

__all__ = [
    "Activity",
    "AssessmentRating",
    "Attachment",
    "AttachmentContent",
    "BandResult",
    "CaseFile",
    "CaseTask",
    "Condition",
    "EstateRefresh",
    "ExternalFact",
    "FeedHeartbeat",
    "IntakeItem",
    "Intelligence",
    "IntelligenceImport",
    "Intervention",
    "InterventionReview",
    "ModelRun",
    "ModelRunChange",
    "Override",
    "RegisterNight",
    "Representation",
    "RepresentationReading",
    "RestrictedGrant",
    "RestrictedReading",
    "ScoringModel",
    "ServiceBand",
    "StandingResult",
    "SuccessorAnswer",
    "Visit",
    "metadata",
]
