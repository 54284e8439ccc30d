"""Whether a provider was a member of a lot on a day, in what state, and why: read from the timeline, with the causes of
suspension that were in force.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import end_of_london_day, start_of_london_day
from assay_kit.identity import Principal
from assay_kit.timeline import timeline_entry
from dps_admission.days import known_day
from dps_admission.tables import Lot, Membership, SuspensionCause

from .errors import StandingNotFound
from .rules import EFFECTS, MEMBERSHIP_LIFE, MembershipStatus
from .upkeep_schemas import CauseThenRead, IntervalRead, StandingRead

_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of a membership's timeline."""

    membership_id: UUID
    zone: str | None
    to_status: MembershipStatus
    step: str
    reason: str | None
    by_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One state, from `since` up to but not including `until`. What entered it says why."""

    membership_id: UUID
    zone: str | None
    status: MembershipStatus
    since: datetime
    until: datetime | None
    step: str
    reason: str | None
    by_name: str

    def holds_at(self, instant: datetime) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)

    def touches(self, start: datetime, end: datetime) -> bool:
        return self.since <= end and (self.until is None or start < self.until)


def intervals(entries: Iterable[Entry]) -> list[Interval]:
    """The states of memberships, from entries in the order of the timeline.

    Steps that stay in a state do not end it; a state that was left in the instant in which it was entered never was.
    """
    found: list[Interval] = []
    entered: dict[UUID, Entry] = {}
    for entry in entries:
        before = entered.get(entry.membership_id)
        if before is not None and before.to_status == entry.to_status:
            continue
        if before is not None and before.at < entry.at:
            found.append(_interval(before, until=entry.at))
        entered[entry.membership_id] = entry
    found += [_interval(last, until=None) for last in entered.values()]
    return sorted(found, key=lambda one: (one.since, str(one.membership_id)))


def _interval(entry: Entry, *, until: datetime | None) -> Interval:
    return Interval(
        membership_id=entry.membership_id,
        zone=entry.zone,
        status=entry.to_status,
        since=entry.at,
        until=until,
        step=entry.step,
        reason=entry.reason,
        by_name=entry.by_name,
    )


def standing_on(
    session: Session, provider_id: UUID, lot_id: UUID, *, on: date, by: Principal, now: datetime
) -> StandingRead:
    """As at the end of a day; today as it is now. Membership is what the register would have said that day."""
    known = by.sees(provider_id) and Copies(session).provider(provider_id) is not None
    if not known or session.get(Lot, lot_id) is None:
        raise StandingNotFound
    as_at = min(end_of_london_day(known_day(on, now=now)), now)
    told = intervals(entry for entry in _entries(session, provider_id, lot_id) if entry.at <= as_at)
    at_end = [one for one in told if one.holds_at(as_at)]
    during = [one for one in told if one.touches(start_of_london_day(on), as_at)]
    return StandingRead(
        provider_id=provider_id,
        lot_id=lot_id,
        on=on,
        as_at=as_at,
        was_member=any(EFFECTS[one.status].on_register for one in at_end),
        states=[IntervalRead.model_validate(one) for one in at_end],
        causes=[CauseThenRead.model_validate(one) for one in _causes(session, provider_id, lot_id, as_at)],
        during_day=[IntervalRead.model_validate(one) for one in during],
    )


def _causes(session: Session, provider_id: UUID, lot_id: UUID, as_at: datetime) -> Sequence[SuspensionCause]:
    """Those in force in an instant: from their beginning up to, and not including, their end."""
    wanted = (
        select(SuspensionCause)
        .join(Membership, col(Membership.id) == col(SuspensionCause.membership_id))
        .where(
            col(Membership.provider_id) == provider_id,
            col(Membership.lot_id) == lot_id,
            col(SuspensionCause.started_at) <= as_at,
            or_(col(SuspensionCause.ended_at).is_(None), col(SuspensionCause.ended_at) > as_at),
        )
        .order_by(col(SuspensionCause.started_at), col(SuspensionCause.id))
        .limit(_MOST)
    )
    return session.execute(wanted).scalars().all()


def _entries(session: Session, provider_id: UUID, lot_id: UUID) -> Sequence[Entry]:
    wanted = (
        select(timeline_entry, col(Membership.zone))
        .join(Membership, col(Membership.id) == timeline_entry.c.object_id)
        .where(
            timeline_entry.c.object_kind == MEMBERSHIP_LIFE.name,
            col(Membership.provider_id) == provider_id,
            col(Membership.lot_id) == lot_id,
        )
        .order_by(timeline_entry.c.at, timeline_entry.c.sequence)
    )
    return [
        Entry(
            membership_id=row.object_id,
            zone=row.zone,
            to_status=MembershipStatus(row.to_status),
            step=row.step,
            reason=row.reason,
            by_name=row.by_name,
            at=row.at,
        )
        for row in session.execute(wanted)
    ]
