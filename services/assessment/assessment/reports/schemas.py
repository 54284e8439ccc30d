"""The assessment report as data: what the web page, the PDF and other systems are made from."""

from collections.abc import Mapping
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.records import CareServiceType
from assessment.assessments.rules import Cause, NotSelfAssessed, Status
from assessment.drafts.schemas import ChangeRead
from assessment.frameworks.framework import Question
from assessment.rating.answers import AnswerRating
from assessment.rating.trace import Bite, Percent
from assessment.remedial_actions.schemas import PlanRead
from assessment.tables import AnswerChange, SelfAnswer, ValidatedAnswer
from assessment.validations.rules import EvidenceKind
from assessment.validations.schemas import VisitRead
from assessment.work_tables import SubmittedFile


class ReportDocument(BaseModel):
    """A document that the provider named, as it was described when the answers were submitted."""

    evidence_id: UUID
    filename: str
    kind: str
    description: str
    sha256: str
    expires_on: date | None


class ReportQuestion(BaseModel):
    """One question: what the provider said, what was found, and what stands."""

    code: str
    text: str
    critical: bool
    own_rating: AnswerRating | None
    own_narrative: str
    own_evidence: list[ReportDocument] = Field(max_length=200)
    found_rating: AnswerRating
    rating: AnswerRating
    reason: str | None
    evidence_kinds: list[EvidenceKind] = Field(max_length=5, description="What the officer saw.")
    good_practice: str | None

    @classmethod
    def of(
        cls,
        question: Question,
        own: SelfAnswer | None,
        found: ValidatedAnswer,
        change: AnswerChange | None,
        *,
        files: Mapping[str, SubmittedFile],
    ) -> Self:
        named = [files[each] for each in own.evidence_ids if each in files] if own else []
        return cls(
            code=question.code,
            text=question.question,
            critical=question.critical,
            own_rating=own.rating if own else None,
            own_narrative=own.narrative if own else "",
            own_evidence=[ReportDocument.model_validate(each, from_attributes=True) for each in named],
            found_rating=found.rating,
            rating=change.rating if change else found.rating,
            reason=change.reason if change else found.reason,
            evidence_kinds=[EvidenceKind(kind) for kind in found.evidence_kinds],
            good_practice=found.good_practice,
        )


class ReportStandard(BaseModel):
    code: str
    name: str
    percent: Percent | None
    rating: Rating | None
    questions: list[ReportQuestion] = Field(max_length=30)


class ReportDomain(BaseModel):
    code: str
    name: str
    percent: Percent | None
    rating: Rating | None
    standards: list[ReportStandard] = Field(max_length=20)


class ReportRead(BaseModel):
    """A draft while it is not yet published, then the report."""

    assessment_id: UUID
    reference: str
    is_draft: bool
    note: str | None = Field(description="What a reader must know first: a draft, withdrawn, superseded.")
    status: Status
    cause: Cause
    service_name: str
    provider_name: str
    framework_name: str
    framework_version: int
    not_self_assessed: NotSelfAssessed | None
    submitted_at: AwareDatetime | None
    signed_name: str | None
    signed_position: str | None
    draft_issued_at: AwareDatetime
    published_at: AwareDatetime | None
    rating: Rating | None
    percent: Percent | None
    limiters: list[Bite] = Field(max_length=600)
    domains: list[ReportDomain] = Field(max_length=20)
    visits: list[VisitRead] = Field(max_length=200)
    changes: list[ChangeRead] = Field(max_length=1000)
    working: list[str] = Field(max_length=1200, description="How the rating was worked out, a sentence for each step.")
    next_due_on: str | None
    trace_hash: str


class PlanReport(PlanRead):
    """An action plan with what it is about: what its documents are made from."""

    reference: str
    rating: Rating | None
    service_name: str
    provider_name: str


class SummaryDomain(BaseModel):
    code: str
    name: str
    rating: Rating | None


class PublicSummary(BaseModel):
    """What the council may put before the public: the rating and how it comes about, in nobody's free words."""

    care_service_id: UUID
    assessment_id: UUID
    service_name: str
    service_type: CareServiceType
    provider_name: str
    rating: Rating | None
    sentence: str
    limiters: list[str] = Field(max_length=600, description="What limited a rating, a sentence each.")
    published_on: date
    next_due_on: date | None
    domains: list[SummaryDomain] = Field(max_length=20)
    how: list[str] = Field(max_length=20)
