"""What callers send and receive about a draft."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import Model, Name, Reason, Subject
from assessment.assessments.rules import Status
from assessment.rating.answers import AnswerRating, ResultCause
from assessment.rating.schemas import ResultRead
from assessment.tables import AccuracyComment, AnswerChange, Dispute

from .rules import CommentOutcome, ReviewOutcome

Question = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._]{0,39}$")]


class ChangeRead(BaseModel):
    """A finding changed after the draft: from what to what, and why."""

    number: int
    question: str
    before: AnswerRating
    rating: AnswerRating
    cause: ResultCause
    reason: str
    changed_name: str
    changed_at: AwareDatetime

    @classmethod
    def all_of(cls, rows: Iterable[AnswerChange], found: Mapping[str, AnswerRating]) -> list[Self]:
        """The changes in order, each from what stood before it; `found` is what the officer found."""
        standing, changes = dict(found), []
        for row in rows:
            own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
            changes.append(cls(**own, before=standing[row.question]))
            standing[row.question] = row.rating
        return changes


class DisputeRead(BaseModel):
    reason: str
    raised_name: str
    raised_at: AwareDatetime
    reviewer_name: str | None
    is_yours: bool = Field(description="Whether the review is in the hands of whoever asks.")
    outcome: ReviewOutcome | None
    outcome_reason: str | None
    reviewed_at: AwareDatetime | None

    @classmethod
    def of(cls, row: Dispute, reviewer_name: str | None, *, is_yours: bool) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**own | {"reviewer_name": reviewer_name}, is_yours=is_yours)


class DraftRead(BaseModel):
    """The draft as it stands: the rating with its working, how it got there, and until when it may be commented on."""

    assessment_id: UUID
    status: Status
    issued_at: AwareDatetime
    accuracy_closes_at: AwareDatetime
    accuracy_closed_at: AwareDatetime | None
    is_open_for_comment: bool
    dispute_closes_at: AwareDatetime
    is_open_to_dispute: bool
    standing: ResultRead
    earlier: list[ResultRead] = Field(max_length=1000)
    changes: list[ChangeRead] = Field(max_length=1000)
    dispute: DisputeRead | None


class Commenting(Model):
    """What is factually wrong about one question, with evidence."""

    question: Question
    comment: Reason
    evidence_ids: Annotated[list[UUID], Field(max_length=50)] = Field(default_factory=list)


class CommentRead(BaseModel):
    id: UUID
    question: str
    comment: str
    evidence_ids: list[UUID] = Field(max_length=50)
    made_name: str
    made_at: AwareDatetime
    outcome: CommentOutcome | None
    outcome_reason: str | None
    decided_name: str | None
    decided_at: AwareDatetime | None

    @classmethod
    def of(cls, row: AccuracyComment) -> Self:
        return cls.model_validate(row, from_attributes=True)


class Deciding(Model):
    """Accept or reject a comment. An accepted one may change the finding's rating."""

    outcome: CommentOutcome
    reason: Reason
    new_rating: AnswerRating | None = None


class Disputing(Model):
    reason: Reason


class HandingOver(Model):
    """Who is to review the dispute. The reason stays with the council."""

    reviewer: Subject
    reviewer_name: Name
    reason: Reason


class Changing(Model):
    question: Question
    rating: AnswerRating
    reason: Reason


class Reviewing(Model):
    """What the senior review came to. Changed names each finding changed; upheld names none."""

    outcome: ReviewOutcome
    reason: Reason
    changes: Annotated[list[Changing], Field(max_length=100)] = Field(default_factory=list)
