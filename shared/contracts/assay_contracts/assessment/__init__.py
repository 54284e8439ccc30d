"""What the assessment service tells: the programme, ratings and remedial actions."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from assay_contracts.assessment.ratings import Rating
from assay_kit.events import Event

__all__ = [
    "AssessmentCancelled",
    "AssessmentScheduled",
    "DraftCorrected",
    "DraftIssued",
    "Rating",
    "RatingPublished",
    "RatingWithdrawn",
    "RemedialActionOverdue",
    "SelfAssessmentSubmitted",
]


class AssessmentScheduled(Event):
    TYPE: ClassVar[str] = "assessment.scheduled.v1"
    KEY: ClassVar[str] = "assessment_id"

    assessment_id: UUID
    reference: str
    care_service_id: UUID
    provider_id: UUID
    due_on: date


class AssessmentCancelled(Event):
    """It was called off before its rating was published: whoever waits for it waits no more."""

    TYPE: ClassVar[str] = "assessment.cancelled.v1"
    KEY: ClassVar[str] = "assessment_id"

    assessment_id: UUID
    reference: str
    care_service_id: UUID
    provider_id: UUID


class SelfAssessmentSubmitted(Event):
    TYPE: ClassVar[str] = "assessment.self_assessment_submitted.v1"
    KEY: ClassVar[str] = "assessment_id"

    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID


class DraftIssued(Event):
    """The draft report went to the provider. It says nothing of the rating: that is told at publication."""

    TYPE: ClassVar[str] = "assessment.draft_issued.v1"
    KEY: ClassVar[str] = "assessment_id"

    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    answer_by: date


class DraftCorrected(Event):
    """The council corrected its draft: the provider may comment anew, until the end of `answer_by`."""

    TYPE: ClassVar[str] = "assessment.draft_corrected.v1"
    KEY: ClassVar[str] = "assessment_id"

    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    answer_by: date


class RatingPublished(Event):
    """A service has a rating. `rating` is None where nothing was applicable; `is_imported` cannot be recomputed."""

    TYPE: ClassVar[str] = "assessment.rating_published.v1"
    KEY: ClassVar[str] = "care_service_id"

    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    rating: Rating | None
    published_on: date
    framework_version: int | None
    next_due_on: date
    is_imported: bool = False


class RatingWithdrawn(Event):
    TYPE: ClassVar[str] = "assessment.rating_withdrawn.v1"
    KEY: ClassVar[str] = "care_service_id"

    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    replaced_by: UUID


class RemedialActionOverdue(Event):
    TYPE: ClassVar[str] = "assessment.remedial_action_overdue.v1"
    KEY: ClassVar[str] = "action_id"

    action_id: UUID
    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    due_on: date
