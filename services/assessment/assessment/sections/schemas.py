"""What callers send and receive about the sections of a self-assessment."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import Day, Model, Subject
from assessment.work_tables import Delegation

from .rules import Completeness, Section


class Delegating(Model):
    """`subject` is that of the token of one of the provider's own people."""

    subject: Subject
    answer_by: Day | None = None


class DelegationRead(BaseModel):
    subject: str
    name: str
    answer_by: date | None
    delegated_name: str
    delegated_at: AwareDatetime


class SectionRead(BaseModel):
    """One standard: how many of its questions are answered, and who answers them."""

    standard: str
    name: str
    domain: str
    domain_name: str
    asked: int
    answered: int
    not_applicable: int
    with_evidence: int
    carried_over: int = Field(description="Answers still as they were carried over from last time.")
    is_complete: bool
    bars: list[str] = Field(max_length=30)
    delegated_to: DelegationRead | None

    @classmethod
    def of(cls, section: Section, found: Completeness, delegation: Delegation | None) -> Self:
        return cls(
            standard=section.standard,
            name=section.name,
            domain=section.domain,
            domain_name=section.domain_name,
            asked=found.asked,
            answered=found.answered,
            not_applicable=found.not_applicable,
            with_evidence=found.with_evidence,
            carried_over=found.carried_over,
            is_complete=found.is_complete,
            bars=list(found.bars),
            delegated_to=DelegationRead.model_validate(delegation, from_attributes=True) if delegation else None,
        )


class SectionsRead(BaseModel):
    """A self-assessment at a glance."""

    assessment_id: UUID
    asked: int
    answered: int
    complete_sections: int
    items: list[SectionRead] = Field(max_length=400)
