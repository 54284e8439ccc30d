"""Every table this service owns. Constraints here are the last line: what they forbid, no code can do."""

from assay_contracts.directory.copies import add_copy_tables
from assay_kit.service import add_kit_tables

from .applications import Application, Check, Clarification, LotApplication
from .changing import RemovalNotice, ServiceChange
from .circumstances import ChangedDecision, CircumstanceChange
from .evaluations import Assignment, Consensus, Decision, EvaluationReport, Representations
from .memberships import Embargo, Membership, Offer, SuspensionCause
from .placements import Placement, PlacementOffer, ServiceLook
from .procurements import Invitation, Procurement
from .root import DpsTable
from .schemes import Lot, LotZone, ProcedureProfile, QuestionSet, Scheme, SchemeChange
from .upkeep import Affirmation, InsuranceCheck, Remedy

metadata = DpsTable.metadata
add_copy_tables(metadata)
add_kit_tables(metadata)

__all__ = [
    "Affirmation",
    "Application",
    "Assignment",
    "ChangedDecision",
    "Check",
    "CircumstanceChange",
    "Clarification",
    "Consensus",
    "Decision",
    "DpsTable",
    "Embargo",
    "EvaluationReport",
    "InsuranceCheck",
    "Invitation",
    "Lot",
    "LotApplication",
    "LotZone",
    "Membership",
    "Offer",
    "Placement",
    "PlacementOffer",
    "ProcedureProfile",
    "Procurement",
    "QuestionSet",
    "Remedy",
    "RemovalNotice",
    "Representations",
    "Scheme",
    "SchemeChange",
    "ServiceChange",
    "ServiceLook",
    "SuspensionCause",
    "metadata",
]
