"""The shape of a question set: one definition that the API validates by and the pages are drawn from. Pure."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StringConstraints

from assay_kit.money import Money
from dps_admission.schemes.profiles import ExclusionQuestions

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]

# Of an object keyed by question: the schema says that other keys are refused, as the reader does.
NOTHING_ELSE: dict[str, JsonValue] = {"additionalProperties": False}


class Kind(StrEnum):
    """What an answer looks like in JSON."""

    YES_NO = "yes_no"  # true or false
    CHOICE = "choice"  # one of the options
    SEVERAL = "several"  # a list of options, each once
    TEXT = "text"
    DATE = "date"  # "2026-03-31"
    MONEY = "money"  # "5000000.00", pounds
    DOCUMENT = "document"  # the id of an evidence record


class Exclusion(StrEnum):
    MANDATORY = "mandatory"
    DISCRETIONARY = "discretionary"


class Purpose(StrEnum):
    """Answers that the automatic checks or the law look at, wherever the author placed them."""

    INSURANCE_LEVEL = "insurance_level"
    INSURANCE_EXPIRES = "insurance_expires"
    INSURANCE_CERTIFICATE = "insurance_certificate"
    EMPLOYERS_LIABILITY = "employers_liability"
    HAS_NO_COMPANY_NUMBER = "has_no_company_number"
    DEBARMENT_LIST = "debarment_list"


ABOUT_INSURANCE = frozenset(
    {
        Purpose.INSURANCE_LEVEL,
        Purpose.INSURANCE_EXPIRES,
        Purpose.INSURANCE_CERTIFICATE,
        Purpose.EMPLOYERS_LIABILITY,
    }
)
"""What a procedure of the 2023 Act may neither require nor judge before award."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dependency(_Part):
    """Ask only when another question has one of these answers."""

    question: Slug
    answers: list[bool | str] = Field(min_length=1, max_length=20)


class InformationOnly(_Part):
    kind: Literal["information"]


class PassFail(_Part):
    """An evaluator finds pass, fail, or discretionary (a person decides, with a reason)."""

    kind: Literal["pass_fail"]
    passes_when: Words


class ExclusionGround(_Part):
    """Yes needs the date of the event and a statement of self-cleaning; it counts for so many years from that day."""

    kind: Literal["exclusion"]
    law: ExclusionQuestions = ExclusionQuestions.REGULATION_57
    """Which law knows the ground: lots of another regime do not ask it. Sets of before this was said: regulation 57."""
    exclusion: Exclusion
    years: int | None = Field(ge=1, le=10)
    """None: it counts for as long as it lasts, such as an insolvency."""
    not_before: date | None = None
    """What happened before this day is ignored, such as what was before a law's commencement."""
    event_date: Slug
    self_cleaning: Slug


class Scored(_Part):
    kind: Literal["scored"]
    weight: int = Field(ge=1, le=1000)
    minimum: int = Field(default=2, ge=0, le=5)
    descriptors: list[Words] = Field(min_length=6, max_length=6)
    """What each score from 0 to 5 means."""


class Question(_Part):
    id: Slug
    text: Words
    guidance: Words | None = None
    kind: Kind
    options: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(
        default_factory=list, max_length=50
    )
    is_required: StrictBool = True
    word_limit: int | None = Field(default=None, ge=10, le=5000)
    at_least: Money | None = None
    """The least pounds a money answer may say and pass its automatic check."""
    only_when: Dependency | None = None
    purpose: Purpose | None = None
    grading: InformationOnly | PassFail | ExclusionGround | Scored = Field(
        default_factory=lambda: InformationOnly(kind="information"), discriminator="kind"
    )


class Section(_Part):
    part: Literal[1, 2, 3]
    title: Words
    questions: list[Question] = Field(min_length=1, max_length=200)


class QuestionSetContent(_Part):
    sections: list[Section] = Field(min_length=1, max_length=40)

    def questions(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions
