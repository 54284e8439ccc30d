"""What callers send and receive about interventions."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import WHOLE, Day, Line, Model, Reason, Text
from risk.intelligence.words import Words
from risk.interventions.rules import MOST_ANSWERS, MOST_REVIEWS, Extent, Kind, Outcome, Status
from risk.tables import Condition, Intervention, InterventionReview, Representation, RepresentationReading
from risk.tables.base import columns_of


class ConditionWanted(Model):
    wording: Line
    due_on: Day | None = None


Conditions = Annotated[list[ConditionWanted], Field(max_length=20)]


class InterventionProposed(Model):
    """A proposal about one service, or about a provider as a whole (then without `care_service_id`)."""

    kind: Kind
    provider_id: UUID
    care_service_id: UUID | None = None
    extent: Extent | None = None
    limit_text: Line | None = None
    reason: Reason
    skip_reason: Reason | None = None
    escalates_id: UUID | None = Field(default=None, description="What is in force and is to be taken further by this.")
    response_due_on: Day | None = None
    review_on: Day
    conditions: Conditions = Field(default_factory=list)


class UrgentEmbargo(Model):
    """Issued at once by one manager; another confirms it within one working day."""

    provider_id: UUID
    care_service_id: UUID
    extent: Extent
    limit_text: Line | None = None
    reason: Reason
    notice_text: Text
    response_due_on: Day | None = None
    review_on: Day
    conditions: Conditions = Field(default_factory=list)


class Dated(Model):
    """The days that the provider is told; those that are left out stay as they are."""

    response_due_on: Day | None = None
    review_on: Day | None = None


class Authorisation(Dated):
    """With `notice_text` it is issued in the same call: the provider is told, and it is in force. `plan_edition`: of a
    termination, the continuity plan that was read."""

    plan_edition: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] | None = None
    reason: Reason | None = None
    notice_text: Text | None = None


class Notice(Dated):
    notice_text: Text


class Decision(Model):
    reason: Reason


class ConditionOutcome(Model):
    outcome: Outcome
    reason: Reason


class Review(Model):
    """Why it goes on, and when to look again."""

    reason: Reason
    next_review_on: Day


class Representations(Model):
    wording: Text


class ContinuityPlan(Model):
    """What happens to the people before care is ended."""

    people_affected: Annotated[int, Field(ge=0, le=100_000), WHOLE]
    replacement: Text
    starts_on: Day
    ends_on: Day
    cqc_told_on: Day
    health_told_on: Day
    other_councils_told_on: Day


def last_told_on(plan: ContinuityPlan) -> date:
    """When the last of those who must know was told."""
    return max(plan.cqc_told_on, plan.health_told_on, plan.other_councils_told_on)


class ConditionRead(BaseModel):
    id: UUID
    wording: str
    due_on: date | None
    outcome: Outcome
    outcome_reason: str | None
    decided_by_name: str | None
    decided_at: AwareDatetime | None


class RepresentationRead(BaseModel):
    """`read_at`: when somebody of the council recorded that it was read."""

    id: UUID
    wording: str
    made_by_name: str
    made_at: AwareDatetime
    read_by_name: str | None
    read_at: AwareDatetime | None


class ReviewRead(BaseModel):
    id: UUID
    reason: str | None
    was_due_on: date
    next_review_on: date
    reviewed_at: AwareDatetime
    reviewed_by_name: str


class InterventionRead(BaseModel):
    id: UUID
    reference: str
    kind: Kind
    status: Status
    provider_id: UUID
    provider_name: str | None
    care_service_id: UUID | None
    care_service_name: str | None
    extent: Extent | None
    limit_text: str | None
    reason: str
    skip_reason: str | None
    escalates_id: UUID | None
    notice_text: str | None
    response_due_on: date | None
    review_on: date
    days_past_review: int
    continuity_plan: ContinuityPlan | None
    plan_edition: int | None
    plan_written_at: AwareDatetime | None
    proposed_by_name: str
    proposed_at: AwareDatetime
    decided_by_name: str | None
    decided_at: AwareDatetime | None
    issued_by_name: str | None
    issued_at: AwareDatetime | None
    is_urgent: bool
    confirm_by: AwareDatetime | None
    confirmed_by_name: str | None
    confirmed_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    ending_reason: str | None
    counts_until: AwareDatetime | None
    conditions: list[ConditionRead] = Field(max_length=200)
    representations: list[RepresentationRead] = Field(max_length=MOST_ANSWERS)
    reviews: list[ReviewRead] = Field(max_length=MOST_REVIEWS)


class InterventionLine(BaseModel):
    """An intervention in a list."""

    id: UUID
    reference: str
    kind: Kind
    status: Status
    provider_id: UUID
    provider_name: str | None
    care_service_id: UUID | None
    care_service_name: str | None
    extent: Extent | None
    limit_text: str | None
    review_on: date
    days_past_review: int
    proposed_by_name: str
    proposed_at: AwareDatetime
    issued_at: AwareDatetime | None
    ended_at: AwareDatetime | None


def intervention_line(
    row: Intervention, words: Words, names: Mapping[UUID, str], *, days_past_review: int
) -> InterventionLine:
    said = columns_of(row) | _named(row, names) | {"limit_text": said_of_proposal(row, row.limit_text, words)}
    return InterventionLine(**said, days_past_review=days_past_review)


def said_of_proposal(row: Intervention, wording: str | None, words: Words) -> str | None:
    """What a provider is told with the issue is open from then on. Until then it is an officer's own word."""
    if row.issued_at is not None:
        return wording
    return words.said_if_any(row.care_service_id or row.provider_id, wording, at=row.proposed_at)


def _named(row: Intervention, names: Mapping[UUID, str]) -> dict[str, str | None]:
    about = row.care_service_id
    return {"provider_name": names.get(row.provider_id), "care_service_name": names.get(about) if about else None}


_INTERNAL = (
    "reason",
    "skip_reason",
    "escalates_id",
    "continuity_plan",
    "plan_edition",
    "plan_written_at",
    "ending_reason",
    "counts_until",
)


def intervention_read(
    row: Intervention,
    conditions: list[Condition],
    representations: list[RepresentationRead],
    reviews: list[InterventionReview],
    names: Mapping[UUID, str],
    *,
    days_past_review: int,
    for_provider: bool,
) -> InterventionRead:
    """The whole of it. A provider reads what it was told, not the council's own reasoning."""
    said = columns_of(row) | _named(row, names)
    if for_provider:
        said |= dict.fromkeys(_INTERNAL) | {"reason": row.notice_text or ""}
    return InterventionRead(
        **said,
        days_past_review=days_past_review,
        conditions=[_condition_read(each, for_provider=for_provider) for each in conditions],
        representations=representations,
        reviews=[_review_read(each, for_provider=for_provider) for each in reviews],
    )


def representation_read(row: Representation, reading: RepresentationReading | None) -> RepresentationRead:
    said = {"read_by_name": reading and reading.read_by_name, "read_at": reading and reading.read_at}
    return RepresentationRead(**columns_of(row), **said)


def told(read: InterventionRead, words: Words) -> InterventionRead:
    """As it is read by whoever may not see what officers' words may argue from. The notice is the provider's too."""
    about = read.care_service_id or read.provider_id
    ended, planned = read.ended_at or read.proposed_at, read.plan_written_at or read.proposed_at
    plan, is_told = read.continuity_plan, read.issued_at is not None

    def as_proposed(wording: str | None) -> str | None:
        return wording if is_told else words.said_if_any(about, wording, at=read.proposed_at)

    return read.model_copy(
        update={
            "limit_text": as_proposed(read.limit_text),
            "reason": words.said(about, read.reason, at=read.proposed_at),
            "skip_reason": words.said_if_any(about, read.skip_reason, at=read.proposed_at),
            "ending_reason": words.said_if_any(about, read.ending_reason, at=ended),
            "continuity_plan": plan
            and plan.model_copy(update={"replacement": words.said(about, plan.replacement, at=planned)}),
            "conditions": [
                each.model_copy(
                    update={
                        "wording": as_proposed(each.wording),
                        "outcome_reason": words.said_if_any(
                            about, each.outcome_reason, at=each.decided_at or read.proposed_at
                        ),
                    }
                )
                for each in read.conditions
            ],
            "reviews": [
                each.model_copy(update={"reason": words.said_if_any(about, each.reason, at=each.reviewed_at)})
                for each in read.reviews
            ],
        }
    )


def _review_read(row: InterventionReview, *, for_provider: bool) -> ReviewRead:
    said = ReviewRead.model_validate(row, from_attributes=True)
    return said.model_copy(update={"reason": None}) if for_provider else said


def _condition_read(row: Condition, *, for_provider: bool) -> ConditionRead:
    said = ConditionRead.model_validate(row, from_attributes=True)
    return said.model_copy(update={"outcome_reason": None}) if for_provider else said
