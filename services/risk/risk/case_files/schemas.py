"""What callers send and receive about case files."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import Day, Flag, Line, Model, Name, Reason, Subject, Text
from assay_kit.timeline import TimelineEntryRead
from risk.bands.rules import IN_CONFIDENCE, Band
from risk.case_files.repository import MOST_SHOWN
from risk.case_files.rules import Status
from risk.intelligence.schemas import EntryPage
from risk.intelligence.words import Words
from risk.interventions.schemas import InterventionLine, said_of_proposal
from risk.tables import CaseTask, Condition, Intervention, Visit
from risk.tables.base import columns_of


class CaseFileWanted(Model):
    """`owner` is the officer's subject, as in a token."""

    care_service_id: UUID
    owner: Subject
    owner_name: Name
    review_on: Day
    reason: Reason


class Assignment(Model):
    owner: Subject
    owner_name: Name
    reason: Reason


class CaseReview(Model):
    """What the review found, and when to look again."""

    findings: Reason
    next_review_on: Day


class VisitWanted(Model):
    """The findings name no person who is supported."""

    visited_on: Day
    is_announced: Flag
    purpose: Line
    findings: Text


class ActionWanted(Model):
    wording: Line
    due_on: Day | None = None


class Closing(Model):
    reason: Reason


class CaseFileRead(BaseModel):
    id: UUID
    care_service_id: UUID
    care_service_name: str | None
    provider_id: UUID
    provider_name: str | None
    status: Status
    owner: str
    owner_name: str
    review_on: date
    days_past_review: int
    opened_at: AwareDatetime
    opened_by_name: str
    reviewed_at: AwareDatetime | None
    reviewed_by_name: str | None
    closed_at: AwareDatetime | None
    closed_by_name: str | None
    closing_reason: str | None


class UnattendedService(BaseModel):
    """A Red service without an open case file: it has neither an owner nor a review date."""

    care_service_id: UUID
    care_service_name: str | None
    provider_id: UUID
    provider_name: str | None
    band: Band
    computed_band: Band
    since: AwareDatetime
    reasons: list[str] = Field(max_length=20)


class OpenAction(BaseModel):
    id: UUID
    wording: str
    due_on: date | None
    is_overdue: bool
    opened_at: AwareDatetime
    opened_by_name: str | None


class OpenCondition(BaseModel):
    id: UUID
    intervention_id: UUID
    reference: str
    wording: str
    due_on: date | None
    is_overdue: bool


class VisitRead(BaseModel):
    id: UUID
    visited_on: date
    is_announced: bool
    purpose: str
    findings: str
    recorded_at: AwareDatetime
    recorded_by_name: str


class CasePage(BaseModel):
    """Everything that is under way about one service. `file` is null while nobody answers for it."""

    care_service_id: UUID
    care_service_name: str
    provider_id: UUID
    provider_name: str | None
    band: Band
    computed_band: Band
    file: CaseFileRead | None
    open_actions: list[OpenAction] = Field(max_length=MOST_SHOWN)
    interventions: list[InterventionLine] = Field(max_length=MOST_SHOWN)
    open_conditions: list[OpenCondition] = Field(max_length=MOST_SHOWN)
    intelligence: EntryPage
    visits: list[VisitRead] = Field(max_length=MOST_SHOWN)
    history: list[TimelineEntryRead] = Field(max_length=MOST_SHOWN)


def open_action(task: CaseTask, words: Words, *, today: date) -> OpenAction:
    """What Assay asks for by itself says nothing that is held in confidence; an officer's words may."""
    wording = task.wording
    if task.opened_by_name is not None:
        wording = words.said(task.care_service_id, wording, at=task.opened_at)
    is_overdue = task.due_on is not None and task.due_on < today
    return OpenAction(**columns_of(task, "wording"), wording=wording, is_overdue=is_overdue)


def open_condition(condition: Condition, of: Intervention, words: Words, *, today: date) -> OpenCondition:
    is_overdue = condition.due_on is not None and condition.due_on < today
    wording = said_of_proposal(of, condition.wording, words)
    said = columns_of(condition, "wording") | {"wording": wording, "reference": of.reference}
    return OpenCondition(**said, is_overdue=is_overdue)


def visit_read(visit: Visit, words: Words) -> VisitRead:
    read = VisitRead.model_validate(visit, from_attributes=True)
    if words.are_open(visit.care_service_id, at=visit.recorded_at):
        return read
    return read.model_copy(update={"purpose": IN_CONFIDENCE, "findings": IN_CONFIDENCE})
