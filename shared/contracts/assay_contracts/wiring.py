"""Who hears what. The directory hears everything: it keeps the one numbered feed for the outside."""

from collections.abc import Mapping, Sequence

from assay_contracts.assessment import (
    AssessmentCancelled,
    AssessmentScheduled,
    DraftCorrected,
    DraftIssued,
    RatingPublished,
    RatingWithdrawn,
    RemedialActionOverdue,
    SelfAssessmentSubmitted,
)
from assay_contracts.directory import (
    ActivityRecorded,
    CareServiceRecorded,
    ContractRecorded,
    EvidenceLapsed,
    ProviderRecorded,
)
from assay_contracts.dps_admission import ApplicationSubmitted, LotApplicationDecided, MembershipChanged
from assay_contracts.messages import MessageRequested
from assay_contracts.risk import BandChanged, EmbargoImposed, EmbargoLifted, InterventionChanged
from assay_contracts.seals import SealOpened

_FEED = ("directory",)

TELLS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "directory": {
        ProviderRecorded.TYPE: (*_FEED, "dps-admission", "assessment", "risk"),
        CareServiceRecorded.TYPE: (*_FEED, "dps-admission", "assessment", "risk"),
        ContractRecorded.TYPE: _FEED,
        ActivityRecorded.TYPE: (*_FEED, "risk"),
        EvidenceLapsed.TYPE: (*_FEED, "risk", "dps-admission"),
        MessageRequested.TYPE: _FEED,
    },
    "dps-admission": {
        ApplicationSubmitted.TYPE: _FEED,
        LotApplicationDecided.TYPE: _FEED,
        MembershipChanged.TYPE: _FEED,
        SealOpened.TYPE: _FEED,
        MessageRequested.TYPE: _FEED,
    },
    "assessment": {
        AssessmentScheduled.TYPE: _FEED,
        AssessmentCancelled.TYPE: _FEED,
        SelfAssessmentSubmitted.TYPE: _FEED,
        DraftIssued.TYPE: _FEED,
        DraftCorrected.TYPE: _FEED,
        RatingPublished.TYPE: (*_FEED, "risk", "dps-admission"),
        RatingWithdrawn.TYPE: (*_FEED, "risk", "dps-admission"),
        RemedialActionOverdue.TYPE: (*_FEED, "risk"),
        MessageRequested.TYPE: _FEED,
    },
    "risk": {
        BandChanged.TYPE: (*_FEED, "assessment", "dps-admission"),
        InterventionChanged.TYPE: _FEED,
        EmbargoImposed.TYPE: (*_FEED, "dps-admission"),
        EmbargoLifted.TYPE: (*_FEED, "dps-admission"),
        MessageRequested.TYPE: _FEED,
    },
}
"""Service -> the types of event it tells -> the services each is delivered to."""
