"""What callers send and receive about a provider's own answers."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_contracts.directory.evidence import EvidenceStanding
from assay_kit.text import Count, Model, Name
from assessment.assessments.rules import Status
from assessment.frameworks.framework import Question
from assessment.rating.answers import AnswerRating
from assessment.tables import SelfAnswer

QuestionCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._]{0,39}$")]
Narrative = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
EvidenceIds = Annotated[list[UUID], Field(max_length=200)]


class Answering(Model):
    """An answer as far as it has got. Not applicable needs its reason in the narrative by the time it is submitted."""

    rating: AnswerRating | None = None
    narrative: Narrative = ""
    evidence_ids: EvidenceIds = Field(default_factory=list)


class AnsweringOne(Answering):
    """One of several answers saved together. `version` is the one that was read; 0 for a first answer."""

    question: QuestionCode
    version: Count = 0


class AnsweringSeveral(Model):
    """A page of answers: all of them are saved, or none."""

    answers: Annotated[list[AnsweringOne], Field(min_length=1, max_length=100)]


class Declaring(Model):
    """A named person declares that the answers are true and complete."""

    name: Name
    position: Name
    is_true_and_complete: Literal[True]


class SelfAnswerRead(BaseModel):
    """One question with the provider's answer; version 0 is not yet answered."""

    question: str
    standard: str
    text: str
    guidance: str
    typical_evidence: list[str] = Field(max_length=20)
    critical: bool
    rating: AnswerRating | None
    narrative: str
    evidence_ids: EvidenceIds
    is_carried_over: bool = Field(description="Still as it was carried over from last time.")
    version: int
    saved_name: str | None
    saved_at: AwareDatetime | None

    @classmethod
    def of(cls, question: Question, standard: str, answer: SelfAnswer | None, *, is_carried_over: bool) -> Self:
        return cls(
            question=question.code,
            standard=standard,
            text=question.question,
            guidance=question.guidance,
            typical_evidence=list(question.evidence),
            critical=question.critical,
            rating=answer.rating if answer else None,
            narrative=answer.narrative if answer else "",
            evidence_ids=[UUID(each) for each in answer.evidence_ids] if answer else [],
            is_carried_over=is_carried_over,
            version=answer.version if answer else 0,
            saved_name=answer.saved_name if answer else None,
            saved_at=answer.saved_at if answer else None,
        )


class SelfAssessmentRead(BaseModel):
    """Every question asked of this service, in the framework's order, and how far the answers have got."""

    assessment_id: UUID
    status: Status
    asked: int
    answered: int
    bars: list[str] = Field(max_length=1000, description="What still keeps the answers from being submitted.")
    items: list[SelfAnswerRead] = Field(max_length=1000)


class EvidenceNamed(BaseModel):
    """A file that answers name. One that has expired, or was renewed since, may no longer bear an answer out."""

    evidence_id: UUID
    questions: list[str] = Field(max_length=1000)
    filename: str
    kind: str
    description: str
    expires_on: date | None = Field(description="The last day on which it holds.")
    has_expired: bool
    newest_id: UUID = Field(description="The newest edition of the same document: itself, unless it was renewed.")

    @classmethod
    def of(cls, standing: EvidenceStanding, questions: Sequence[str], today: date) -> Self:
        file = standing.evidence
        return cls(
            evidence_id=file.id,
            questions=list(questions),
            filename=file.filename,
            kind=file.kind,
            description=file.description,
            expires_on=file.expires_on,
            has_expired=file.expires_on is not None and file.expires_on < today,
            newest_id=standing.newest_id,
        )


class NamedEvidence(BaseModel):
    items: list[EvidenceNamed] = Field(max_length=1000)
