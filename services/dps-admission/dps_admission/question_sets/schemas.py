"""What callers send and receive about question sets."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from assay_kit.text import Model, Name
from assay_kit.versions import VersionStatus

from .content import Dependency, Kind, QuestionSetContent, Slug


class QuestionSetIn(Model):
    name: Name
    content: QuestionSetContent


class ContentIn(Model):
    content: QuestionSetContent


class QuestionSetSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    version: int
    revision: int
    """Grows with every edit of the draft; it is the `ETag`."""
    status: VersionStatus
    content_hash: str | None
    created_at: AwareDatetime
    published_at: AwareDatetime | None


class QuestionSetRead(QuestionSetSummary):
    content: QuestionSetContent


class TrialIn(Model):
    """Answers to try against a set before it is published."""

    answers: dict[Slug, JsonValue] = Field(
        default_factory=dict, max_length=1000, json_schema_extra={"additionalProperties": False}
    )


class AnswerErrorRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    question: str
    code: str
    says: str


class TrialRead(BaseModel):
    asked: list[str] = Field(max_length=10_000)
    errors: list[AnswerErrorRead] = Field(max_length=10_000)


class BarRead(BaseModel):
    """One reason why a step would be refused."""

    model_config = ConfigDict(from_attributes=True)

    rule: str
    says: str
    source: str


class PreviewQuestionRead(BaseModel):
    """`share`: per cent of the quality score, rounded down, where the question is scored."""

    part: int
    section: str
    id: str
    text: str
    kind: Kind
    is_required: bool
    word_limit: int | None
    only_when: Dependency | None
    grading: Literal["information", "pass_fail", "exclusion", "scored"]
    share: str | None


class PreviewRead(BaseModel):
    """`missing` is empty where the set can be published. The schemas are empty where it does not hang together."""

    missing: list[BarRead] = Field(max_length=10_000)
    questions: list[PreviewQuestionRead] = Field(max_length=10_000)
    schema_of_drafts: dict[str, Any]
    schema_of_submissions: dict[str, Any]
