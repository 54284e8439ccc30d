"""What changes a membership from outside its yearly round: notices of removal, and other services that deliver it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlmodel import Field

from assay_kit.database import Instant, known
from dps_admission.memberships.removal_rules import NoticeEnd
from dps_admission.memberships.rules import RemovalReason

from .root import DpsTable, empty_list, id_column

_STANDS = "ended_at IS NULL"


class RemovalNotice(DpsTable, table=True):
    """The reasons for which a member may be removed, given to it before; it stands until it is acted on or ends."""

    __tablename__ = "removal_notice"
    __table_args__ = (
        known("why", RemovalReason),
        known("ended_as", NoticeEnd),
        Index("uq_removal_notice_one_standing", "membership_id", unique=True, postgresql_where=text(_STANDS)),
        Index("ix_removal_notice_lapses", "lapses_on", postgresql_where=text(_STANDS)),
        Index("ix_removal_notice_reminds", "remind_on", postgresql_where=text(_STANDS)),
        Index("ix_removal_notice_stands", "given_at", "id", postgresql_where=text(_STANDS)),
    )

    id: UUID = id_column()
    membership_id: UUID = Field(foreign_key="membership.id", index=True)
    why: RemovalReason = Field(sa_type=String)
    reason: str
    given_at: datetime = Field(sa_type=Instant)
    given_by: str
    given_by_subject: str
    answer_by: date
    """The last day that the member has for its answer; without one nobody is removed before that."""
    lapses_on: date | None = None
    """The last day on which it can be acted on; None: there is none."""
    remind_on: date | None = None
    """The next day on which managers are told that it waits for them."""
    answer: str | None = None
    evidence: list[dict[str, Any]] = empty_list()
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    answered_by_subject: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_as: NoticeEnd | None = Field(default=None, sa_type=String)
    ended_by: str | None = None
    ended_by_subject: str | None = None
    ended_because: str | None = None


class ServiceChange(DpsTable, table=True):
    """A member reports that other services of its own are to deliver; it holds once the council has confirmed it."""

    __tablename__ = "service_change"
    __table_args__ = (
        Index("uq_service_change_one_open", "membership_id", unique=True, postgresql_where=text("answered_at IS NULL")),
    )

    id: UUID = id_column()
    change_id: UUID = Field(foreign_key="circumstance_change.id", index=True)
    membership_id: UUID = Field(foreign_key="membership.id", index=True)
    provider_id: UUID = Field(index=True)
    before: list[str] = empty_list()
    after: list[str] = empty_list()
    asked_at: datetime = Field(sa_type=Instant)
    checks: list[dict[str, Any]] = empty_list()
    """As they ran when it was answered; `is_accepted`: it failed or could not run, and a person takes it as met."""
    is_confirmed: bool | None = None
    reason: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    answered_by_subject: str | None = None
