"""What callers send and receive about validation. No field here, or below, holds a computed value."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import Count, Day, Flag, Model, Name, Reason, Text
from assessment.assessments.rules import NotSelfAssessed
from assessment.frameworks.framework import Question
from assessment.rating.answers import AnswerRating
from assessment.self_assessments.schemas import QuestionCode
from assessment.tables import SelfAnswer, ValidatedAnswer, Visit

from .rules import EvidenceKind


class BeginningValidation(Model):
    """`not_self_assessed` says why the provider's own answers are done without; left out once they are submitted."""

    not_self_assessed: NotSelfAssessed | None = None
    reason: Reason | None = None


class Finding(Model):
    """Agree with the provider's rating, or give another with the reason for it."""

    agrees: Flag
    rating: AnswerRating | None = None
    reason: Reason | None = None
    evidence_kinds: Annotated[list[EvidenceKind], Field(max_length=5)] = Field(default_factory=list)
    good_practice: Text | None = None


class FindingOne(Finding):
    """One of several findings recorded together. `version` is the one that was read; 0 for a first finding."""

    question: QuestionCode
    version: Count = 0


class FindingSeveral(Model):
    """A page of findings: all of them are recorded, or none."""

    findings: Annotated[list[FindingOne], Field(min_length=1, max_length=100)]


class FindingRead(BaseModel):
    """One question, the provider's answer and the officer's finding; version 0 is not yet validated."""

    question: str
    text: str
    guidance: str
    critical: bool
    own_rating: AnswerRating | None
    own_narrative: str
    own_evidence_ids: list[UUID] = Field(max_length=200)
    own_is_carried_over: bool = Field(description="Submitted as it was carried over from last time.")
    agrees: bool | None
    rating: AnswerRating | None
    reason: str | None
    evidence_kinds: list[EvidenceKind] = Field(max_length=5)
    good_practice: str | None
    version: int
    saved_name: str | None
    saved_at: AwareDatetime | None

    @classmethod
    def of(
        cls,
        question: Question,
        own: SelfAnswer | None,
        found: ValidatedAnswer | None,
        *,
        carried_over: Collection[str],
    ) -> Self:
        return cls(
            question=question.code,
            text=question.question,
            guidance=question.guidance,
            critical=question.critical,
            own_rating=own.rating if own else None,
            own_narrative=own.narrative if own else "",
            own_evidence_ids=[UUID(each) for each in own.evidence_ids] if own else [],
            own_is_carried_over=own is not None and question.code in carried_over,
            agrees=found.agrees if found else None,
            rating=found.rating if found else None,
            reason=found.reason if found else None,
            evidence_kinds=[EvidenceKind(kind) for kind in found.evidence_kinds] if found else [],
            good_practice=found.good_practice if found else None,
            version=found.version if found else 0,
            saved_name=found.saved_name if found else None,
            saved_at=found.saved_at if found else None,
        )


class ValidationRead(BaseModel):
    assessment_id: UUID
    asked: int
    validated: int
    items: list[FindingRead] = Field(max_length=1000)


class Visiting(Model):
    visited_on: Day
    announced: Flag
    roles_met: Annotated[list[Name], Field(min_length=1, max_length=20)]
    note: Text | None = None


class VisitRead(BaseModel):
    id: UUID
    visited_on: date
    announced: bool
    roles_met: list[str] = Field(max_length=20)
    note: str | None = Field(description="The council's own: a provider is answered null, and no report has it.")
    recorded_name: str
    recorded_at: AwareDatetime

    @classmethod
    def of(cls, row: Visit, *, with_note: bool) -> Self:
        read = cls.model_validate(row, from_attributes=True)
        return read if with_note else read.model_copy(update={"note": None})
