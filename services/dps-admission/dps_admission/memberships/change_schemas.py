"""What callers send and receive about notices of removal, and about changes of the services that deliver."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay_kit.text import Day, Model, Reason, Text
from dps_admission.applications.checks import CheckKind
from dps_admission.evidence import EvidenceRead

from .removal_rules import NoticeEnd
from .rules import RemovalReason
from .schemas import MembershipRead


class RemovalNoticeIn(Model):
    why: RemovalReason
    reason: Reason


class RemovalAnswerIn(Model):
    statement: Text
    evidence_ids: list[UUID] = Field(default_factory=list, max_length=50)


class RemovalNoticeRead(BaseModel):
    """Without an answer nobody is removed before `answer_by` is over; after `lapses_on` nobody is removed by it.

    `lapses_on` null: its ground is mandatory, and it stands until somebody decides.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    why: RemovalReason
    reason: str
    given_at: AwareDatetime
    given_by: str
    answer_by: date
    lapses_on: date | None
    answer: str | None
    evidence: list[EvidenceRead] = Field(max_length=50)
    answered_at: AwareDatetime | None
    answered_by: str | None
    ended_at: AwareDatetime | None
    ended_as: NoticeEnd | None
    ended_because: str | None


class StandingNoticeRead(RemovalNoticeRead):
    membership: MembershipRead


class RemovalNotices(BaseModel):
    """The newest first."""

    items: list[RemovalNoticeRead] = Field(max_length=200)


class ServiceChangeIn(Model):
    """The services that are to deliver the membership from now on: all of them, those that stay included."""

    care_service_ids: list[UUID] = Field(min_length=1, max_length=50)
    said: Text
    changed_on: Day
    documents: list[UUID] = Field(default_factory=list, max_length=50)


class ServiceChangeConfirmationIn(Model):
    """`accepts`: checks that fail or cannot run, and that a person finds met all the same, for the reason given."""

    reason: Reason
    accepts: list[CheckKind] = Field(default_factory=list, max_length=10)


class ServiceChangeReasonIn(Model):
    reason: Reason


class ServiceChangeRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    change_id: UUID
    membership_id: UUID
    provider_id: UUID
    before: list[UUID] = Field(max_length=50)
    after: list[UUID] = Field(max_length=50)
    asked_at: AwareDatetime
    checks: list[dict[str, Any]] = Field(max_length=10)
    is_confirmed: bool | None
    reason: str | None
    answered_at: AwareDatetime | None
    answered_by: str | None


class ServiceChanges(BaseModel):
    """The newest first."""

    items: list[ServiceChangeRead] = Field(max_length=200)
