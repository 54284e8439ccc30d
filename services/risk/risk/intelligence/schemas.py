"""What callers send and receive about intelligence. Nothing names a person supported: extra fields are refused."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_kit.text import WHOLE, Day, Flag, Key, Line, Model, Name, Reason, Text
from risk.attachments.rules import MOST_FILES
from risk.attachments.schemas import AttachmentRead
from risk.intelligence.rules import CONCERNS, ConcernOutcome, IntakeStatus, Kind, RiskSource, RiskType, Stage
from risk.tables import Attachment, Intelligence
from risk.tables.base import columns_of

LocationId = Annotated[str, StringConstraints(min_length=3, max_length=20, pattern=r"^1-[0-9]+$")]


class EnquiryDetails(Model):
    """A decision in a safeguarding enquiry (Care Act 2014, section 42)."""

    enquiry_reference: Key
    stage: Stage
    meets_section_42: Flag
    source_of_risk: RiskSource
    type_of_risk: RiskType
    adults_count: Annotated[int, Field(ge=1, le=1_000), WHOLE]
    closed_unfounded: Flag = False


class EntryWanted(Model):
    """What an officer learnt. The narrative names no person who is supported."""

    kind: Kind
    provider_id: UUID
    care_service_id: UUID | None = None
    event_on: Day
    ended_on: Day | None = None
    source: Line
    restricted: Flag
    substantiated: Flag
    narrative: Text | None = None
    enquiry: EnquiryDetails | None = None


class Correction(Model):
    """The whole entry as it should have been."""

    reason: Reason
    entry: EntryWanted


class Withdrawal(Model):
    """`restricted`: what is withdrawn is read from now on only by those who read restricted entries."""

    reason: Reason
    restricted: Flag = False


class Outcome(Model):
    """What became of a concern, and what that rests on."""

    outcome: ConcernOutcome
    reason: Reason


class _Sent(Model):
    """What every item of the case management system says: where, by a location or by a service (not both), and under
    which reference of its own."""

    source_reference: Key
    cqc_location_id: LocationId | None = None
    care_service_id: UUID | None = None
    corrects: Key | None = Field(default=None, description="The source reference of the item that this one corrects.")


class SafeguardingDecisionSent(_Sent, EnquiryDetails):
    decided_on: Day
    restricted: Flag = True


class UnexpectedDeathSent(_Sent):
    died_on: Day
    restricted: Flag = True


class ContractingConcernSent(_Sent):
    raised_on: Day
    category: Name
    substantiated: Flag
    restricted: Flag = False


Sent = SafeguardingDecisionSent | UnexpectedDeathSent | ContractingConcernSent


class Receipt(BaseModel):
    """What became of an item: `recorded`, `already_held` (sent before), or `queued` for a person to place."""

    outcome: Annotated[str, StringConstraints(pattern="^(recorded|already_held|queued)$")]
    source_reference: str
    entry_id: UUID | None
    intake_item_id: UUID | None


class EntryRead(BaseModel):
    """An entry. `outcome`: null for what is no concern; `corrects_id`: null where the reader may not see that entry."""

    id: UUID
    kind: Kind
    provider_id: UUID
    care_service_id: UUID | None
    event_on: date
    ended_on: date | None
    source: str
    source_reference: str | None
    restricted: bool
    substantiated: bool
    narrative: str | None
    enquiry: EnquiryDetails | None
    category: str | None
    recorded_at: AwareDatetime
    recorded_by_name: str
    corrects_id: UUID | None
    correction_reason: str | None
    is_withdrawal: bool
    is_outcome: bool
    corrected_by_id: UUID | None
    outcome: ConcernOutcome | None
    outcome_by_name: str | None
    outcome_at: AwareDatetime | None
    attachments: list[AttachmentRead] = Field(max_length=MOST_FILES)

    @classmethod
    def of(
        cls,
        row: Intelligence,
        *,
        corrected_by: UUID | None = None,
        hides_corrected: bool = False,
        attachments: Sequence[Attachment] = (),
    ) -> "EntryRead":
        said = columns_of(row) | ({"corrects_id": None, "correction_reason": None} if hides_corrected else {})
        said["attachments"] = [AttachmentRead.model_validate(each, from_attributes=True) for each in attachments]
        details = dict(row.details)
        category = details.pop("category", None)
        enquiry = EnquiryDetails.model_validate(details) if row.enquiry_reference else None
        return cls(**said, category=category, enquiry=enquiry, corrected_by_id=corrected_by)


def outcome_as_recorded(kind: Kind, *, substantiated: bool, by_name: str, now: datetime) -> dict[str, Any]:
    """The columns of a new entry's outcome: who records a concern as substantiated has found it so."""
    if kind not in CONCERNS:
        return {}
    if not substantiated:
        return {"outcome": ConcernOutcome.OPEN}
    return {"outcome": ConcernOutcome.SUBSTANTIATED, "outcome_by_name": by_name, "outcome_at": now}


class EntryPage(BaseModel):
    """Entries that the reader may see; `notice` stands where there are others, or may be."""

    items: list[EntryRead] = Field(max_length=200)
    next_cursor: str | None
    notice: str | None


class IntakeItemRead(BaseModel):
    """Something a machine sent about a location that names no service, or several: `candidates`. Without a location:
    it corrects what an officer has corrected by hand since; a person says where it belongs, or dismisses it."""

    id: UUID
    status: IntakeStatus
    kind: Kind
    cqc_location_id: str
    source_reference: str
    received_at: AwareDatetime
    received_by_name: str
    candidates: list[UUID] = Field(max_length=200)
    entry_id: UUID | None
    settled_by_name: str | None
    settled_at: AwareDatetime | None
    reason: str | None


class Placement(Model):
    care_service_id: UUID
    reason: Reason


class GrantWanted(Model):
    """`subject` is the auditor's, as in a token."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
    reason: Reason
    hours: Annotated[int, Field(ge=1, le=336, description="At most two weeks."), WHOLE]


class GrantRead(BaseModel):
    id: UUID
    subject: str
    reason: str
    granted_by_name: str
    granted_at: AwareDatetime
    ends_at: AwareDatetime


class GrantReadingRead(BaseModel):
    """One use of a grant."""

    id: UUID
    what: str
    read_at: AwareDatetime
