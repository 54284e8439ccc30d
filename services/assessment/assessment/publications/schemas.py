"""What callers send and receive about published ratings."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_contracts.assessment.ratings import Rating
from assay_kit.identity import Principal
from assay_kit.pagination import Page
from assay_kit.text import Day, Line, Model, Reason
from assessment.assessments.rules import Cause
from assessment.assessments.telling import cause_of_date
from assessment.tables import Assessment, DueDate

from .recomputing import Checked
from .tables import Withdrawal


class ProposingWithdrawal(Model):
    replacement_id: UUID
    reason: Reason


class ApprovingWithdrawal(Model):
    """Nothing but the proposal that was looked at is approved."""

    proposal_id: UUID


class RefusingWithdrawal(Model):
    reason: Reason


class WithdrawalRead(BaseModel):
    id: UUID
    assessment_id: UUID
    replacement_id: UUID
    reason: str
    proposed_name: str
    proposed_at: AwareDatetime
    is_yours: bool = Field(description="Whether whoever asks proposed it.")
    approved_name: str | None
    approved_at: AwareDatetime | None
    refused_name: str | None
    refused_at: AwareDatetime | None
    refused_because: str | None

    @classmethod
    def of(cls, row: Withdrawal, *, by: Principal) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**own, is_yours=row.proposed_by == by.subject)


class WithdrawalProposalRead(BaseModel):
    """The proposal that stands, approved or not; null where there is none."""

    proposal: WithdrawalRead | None


class Importing(Model):
    """A rating given before Assay. `source` says where it is written down."""

    care_service_id: UUID
    rating: Rating
    published_on: Day
    source: Line
    due_on: Day | None = None


class Disagreement(BaseModel):
    """A published rating that its answers no longer give; nothing is recomputed where they cannot be rated at all."""

    assessment_id: UUID
    reference: str
    published_rating: Rating | None
    published_hash: str | None
    recomputed_rating: Rating | None
    recomputed_hash: str | None

    @classmethod
    def of(cls, checked: Checked) -> Self:
        row, found = checked.assessment, checked.found
        return cls(
            assessment_id=row.id,
            reference=row.reference,
            published_rating=row.rating,
            published_hash=row.result_hash,
            recomputed_rating=found.trace.rating if found else None,
            recomputed_hash=found.trace_hash if found else None,
        )


class RecomputationsRead(BaseModel):
    """A page of the ratings that were ever published here, each computed again from its stored answers."""

    recomputed: int
    agreeing: int
    disagreeing: list[Disagreement] = Field(max_length=200)
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")

    @classmethod
    def of(cls, page: Page[Checked]) -> Self:
        disagreeing = [Disagreement.of(each) for each in page.items if not each.agrees]
        return cls(
            recomputed=len(page.items),
            agreeing=len(page.items) - len(disagreeing),
            disagreeing=disagreeing,
            next_cursor=page.next_cursor,
        )


class RatingRead(BaseModel):
    """A service's rating as it stands. A new service has none yet, which is never held against it."""

    care_service_id: UUID
    provider_id: UUID
    assessment_id: UUID | None
    rating: Rating | None
    is_new: bool
    imported: bool
    published_at: AwareDatetime | None
    next_due_on: date | None
    next_due_cause: Cause | None
    sentence: str

    @classmethod
    def of(
        cls, care_service_id: UUID, provider_id: UUID, row: Assessment | None, due: DueDate | None, *, by: Principal
    ) -> Self:
        return cls(
            care_service_id=care_service_id,
            provider_id=provider_id,
            assessment_id=row.id if row else None,
            rating=row.rating if row else None,
            is_new=row is None,
            imported=row.imported if row else False,
            published_at=row.published_at if row else None,
            next_due_on=due.due_on if due else None,
            next_due_cause=cause_of_date(due.cause, by) if due else None,
            sentence=_sentence(row),
        )


def _sentence(row: Assessment | None) -> str:
    if row is None:
        return "New: not yet assessed."
    if row.imported:
        return "Imported, not recomputable."
    return "No rating: nothing applied." if row.rating is None else "Published with its working."
