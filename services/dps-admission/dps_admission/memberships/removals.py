"""Reads notices of removal, and ends them. No rules here."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.identity import Principal
from dps_admission.locks import LOCK
from dps_admission.tables import Membership, RemovalNotice

from .removal_rules import NoticeEnd

_STANDS = col(RemovalNotice.ended_at).is_(None)
_OF_MEMBERSHIP = col(Membership.id) == col(RemovalNotice.membership_id)


class Removals:
    def __init__(self, session: Session) -> None:
        self.session = session

    def standing(self, membership_id: UUID) -> RemovalNotice | None:
        """The notice that stands; whoever may end it has locked the membership."""
        return next(iter(self.standing_of([membership_id])), None)

    def standing_of(self, membership_ids: Sequence[UUID]) -> Sequence[RemovalNotice]:
        """The notices that stand against several memberships, which are locked."""
        statement = select(RemovalNotice).where(col(RemovalNotice.membership_id).in_(membership_ids), _STANDS)
        return self.session.exec(statement.execution_options(populate_existing=True)).all()

    def of(self, membership_id: UUID) -> Sequence[RemovalNotice]:
        statement = select(RemovalNotice).where(col(RemovalNotice.membership_id) == membership_id)
        newest = statement.order_by(col(RemovalNotice.given_at).desc(), col(RemovalNotice.id).desc())
        return self.session.exec(newest.limit(200)).all()

    def lapsed(self, today: date) -> UUID | None:
        """The membership of a notice whose time is over."""
        statement = select(RemovalNotice.membership_id).where(_STANDS, col(RemovalNotice.lapses_on) < today)
        ordered = statement.order_by(col(RemovalNotice.lapses_on), col(RemovalNotice.id))
        return self.session.exec(ordered.limit(1)).one_or_none()

    def all_standing(self, *, provider_id: UUID | None, lot_id: UUID | None) -> SelectOfScalar[RemovalNotice]:
        statement = select(RemovalNotice).join(Membership, _OF_MEMBERSHIP).where(_STANDS)
        if provider_id is not None:
            statement = statement.where(col(Membership.provider_id) == provider_id)
        if lot_id is not None:
            statement = statement.where(col(Membership.lot_id) == lot_id)
        return statement

    def to_remind(self, today: date, *, limit: int) -> Sequence[tuple[RemovalNotice, Membership]]:
        """Notices of which managers are to be told, locked; one that somebody acts on this instant is left alone."""
        in_time = or_(col(RemovalNotice.lapses_on).is_(None), col(RemovalNotice.lapses_on) >= today)
        statement = select(RemovalNotice, Membership).join(Membership, _OF_MEMBERSHIP)
        due = statement.where(_STANDS, in_time, col(RemovalNotice.remind_on) <= today).limit(limit)
        locked = due.order_by(col(RemovalNotice.id)).with_for_update(skip_locked=True, of=RemovalNotice, **LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def first_reminder(self) -> date | None:
        return self.session.exec(select(func.min(RemovalNotice.remind_on)).where(_STANDS)).one()

    def first_lapse(self) -> date | None:
        return self.session.exec(select(func.min(RemovalNotice.lapses_on)).where(_STANDS)).one()


def end_notice(notice: RemovalNotice, as_: NoticeEnd, *, by: Principal, now: datetime, because: str) -> None:
    notice.ended_at, notice.ended_as, notice.ended_because = now, as_, because
    notice.ended_by, notice.ended_by_subject = by.name, by.subject
