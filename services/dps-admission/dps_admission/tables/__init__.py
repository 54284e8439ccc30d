"""Every table this service owns. Constraints here are the last line: what they forbid, no code can do."""

from assay_contracts.directory.copies import add_copy_tables
from assay_kit.service import add_kit_tables

from .applications import Application, Check, Clarification, LotApplication
from .circumstances import ChangedDecision, CircumstanceChange
from .evaluations import Assignment, Consensus, Decision, EvaluationReport, Representations
from .memberships import Embargo, Membership, Offer, SuspensionCause
from .root import DpsTable
from .schemes import Lot, LotZone, ProcedureProfile, QuestionSet, Scheme, SchemeChange

metadata = DpsTable.metadata
add_copy_tables(metadata)
add_kit_tables(metadata)

__all__ = [
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
    "Lot",
    "LotApplication",
    "LotZone",
    "Membership",
    "Offer",
    "ProcedureProfile",
    "QuestionSet",
    "Representations",
    "Scheme",
    "SchemeChange",
    "SuspensionCause",
    "metadata",
]
