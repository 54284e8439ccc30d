"""Reads and writes applications and their parts. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.identity import Principal
from dps_admission.locks import LOCK
from dps_admission.memberships.rules import MembershipStatus
from dps_admission.tables import Application, Check, Clarification, LotApplication, Membership, Representations

from .errors import ApplicationNotFound, CheckNotFound, ClarificationNotFound, LotApplicationNotFound
from .rules import OPEN, ApplicationStatus

R = TypeVar("R", bound=SQLModel)


class Applications:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, application_id: UUID, *, lock: bool = False) -> Application:
        found = self._fresh(Application, application_id, lock=lock)
        if found is None:
            raise ApplicationNotFound(application_id)
        return found

    def seen_by(self, application_id: UUID, by: Principal, *, lock: bool = False) -> Application:
        """A provider sees its own; the council sees what has been submitted."""
        found = self._fresh(Application, application_id, lock=lock)
        if found is None or not _sees(by, found):
            raise ApplicationNotFound(application_id)
        return found

    def all_seen_by(self, by: Principal) -> SelectOfScalar[Application]:
        statement = select(Application)
        if by.is_provider:
            return statement.where(col(Application.provider_id) == by.org)
        return statement.where(col(Application.submitted_at).is_not(None))

    def lot_application(self, lot_application_id: UUID, *, lock: bool = False) -> LotApplication:
        found = self._fresh(LotApplication, lot_application_id, lock=lock)
        if found is None:
            raise LotApplicationNotFound(lot_application_id)
        return found

    def lot_application_seen_by(self, lot_application_id: UUID, by: Principal, *, lock: bool = False) -> LotApplication:
        found = self._fresh(LotApplication, lot_application_id, lock=lock)
        if found is None or not by.sees(found.provider_id):
            raise LotApplicationNotFound(lot_application_id)
        return found

    def worklist(self, *, only_open: bool, owner: str | None = None) -> tuple[SelectOfScalar[LotApplication], Any, Any]:
        """What is to be decided, and the keys that put the most urgent first."""
        statement = select(LotApplication)
        if only_open:
            statement = statement.where(col(LotApplication.status).in_(OPEN))
        if owner is not None:
            statement = statement.where(col(LotApplication.owner) == owner)
        return statement, col(LotApplication.due_at), col(LotApplication.id)

    def clarification(self, clarification_id: UUID, *, by: Principal) -> tuple[Clarification, LotApplication]:
        """The clarification, and its lot application locked."""
        found = self.session.get(Clarification, clarification_id)
        if found is None:
            raise ClarificationNotFound(clarification_id)
        asked = self.lot_application(found.lot_application_id, lock=True)
        if not by.sees(asked.provider_id):
            raise ClarificationNotFound(clarification_id)
        self.session.refresh(found)
        return found, asked

    def silent_clarification(self, now: datetime) -> UUID | None:
        """The oldest question that nobody has answered in time."""
        awaited = still_awaited(Clarification, Clarification.answered_at)
        statement = select(Clarification.id).where(col(Clarification.due_at) <= now, *awaited)
        ordered = statement.order_by(col(Clarification.due_at), col(Clarification.id))
        return self.session.exec(ordered.limit(1)).one_or_none()

    def lock_awaited(self, lot_application_id: UUID, now: datetime) -> Sequence[Clarification | Representations]:
        """What the provider could still answer."""
        asked = select(Clarification).where(
            col(Clarification.lot_application_id) == lot_application_id,
            col(Clarification.due_at) >= now,
            *still_awaited(Clarification, Clarification.answered_at),
        )
        windows = select(Representations).where(
            col(Representations.lot_application_id) == lot_application_id,
            col(Representations.closes_at) >= now,
            *still_awaited(Representations, Representations.made_at),
        )
        fresh: dict[str, Any] = {"populate_existing": True}
        return [
            *self.session.exec(asked.with_for_update(**LOCK).execution_options(**fresh)),
            *self.session.exec(windows.with_for_update(**LOCK).execution_options(**fresh)),
        ]

    def check(self, check_id: UUID) -> tuple[Check, LotApplication]:
        """The check, and its lot application locked."""
        found = self.session.get(Check, check_id)
        if found is None:
            raise CheckNotFound(check_id)
        part = self.lot_application(found.lot_application_id, lock=True)
        self.session.refresh(found)
        return found, part

    def parts_of(self, application_id: UUID, *, lock: bool = False) -> Sequence[LotApplication]:
        statement = select(LotApplication).where(col(LotApplication.application_id) == application_id)
        statement = statement.order_by(col(LotApplication.id))
        if lock:
            statement = statement.with_for_update(**LOCK).execution_options(populate_existing=True)
        return self.session.exec(statement).all()

    def undecided(self, lot_id: UUID, *, until: datetime | None) -> int:
        """How many lot applications of a lot that came in `until` then are open, set aside ones from the day they were.

        One that is being decided this instant is still open.
        """
        statement = select(func.count(col(LotApplication.id))).where(
            col(LotApplication.lot_id) == lot_id,
            col(LotApplication.status).in_(OPEN),
        )
        if until is not None:
            statement = statement.where(col(LotApplication.counted_from) <= until)
        return self.session.exec(statement).one()

    def lock_undecided_of(self, scheme_id: UUID) -> Sequence[Application]:
        """The drafts and the open applications to a scheme: all of them locked, and then all of their parts."""
        undecided = (ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED)
        wanted = select(Application).where(
            col(Application.scheme_id) == scheme_id, col(Application.status).in_(undecided)
        )
        locked = wanted.order_by(col(Application.id)).with_for_update(**LOCK).execution_options(populate_existing=True)
        found = self.session.exec(locked).all()
        parts = select(LotApplication).where(col(LotApplication.application_id).in_([one.id for one in found]))
        ordered = parts.order_by(col(LotApplication.id)).with_for_update(**LOCK)
        self.session.exec(ordered.execution_options(populate_existing=True)).all()
        return found

    def checks_of(self, lot_application: LotApplication) -> Sequence[Check]:
        """Those of the last run of the present round."""
        here = col(Check.lot_application_id) == lot_application.id, col(Check.round) == lot_application.round
        last = select(func.max(col(Check.run))).where(*here).scalar_subquery()
        return self.session.exec(select(Check).where(*here, col(Check.run) == last).order_by(col(Check.kind))).all()

    def clarifications_of(self, lot_application_id: UUID) -> Sequence[Clarification]:
        statement = select(Clarification).where(col(Clarification.lot_application_id) == lot_application_id)
        return self.session.exec(statement.order_by(col(Clarification.id)).limit(200)).all()

    def open_here(self, provider_id: UUID, *, lot_id: UUID, zone: str | None, but: UUID | None = None) -> int:
        """How many other lot applications of the provider are open in this lot and zone."""
        statement = select(func.count(col(LotApplication.id))).where(
            col(LotApplication.provider_id) == provider_id,
            col(LotApplication.lot_id) == lot_id,
            col(LotApplication.zone).is_not_distinct_from(zone),
            col(LotApplication.status).in_(OPEN),
        )
        if but is not None:
            statement = statement.where(col(LotApplication.id) != but)
        return self.session.exec(statement).one()

    def live_memberships_here(
        self, provider_id: UUID, *, lot_id: UUID, zone: str | None, but: UUID | None = None
    ) -> int:
        """How many live memberships the provider has there; `but` leaves out the one that a lot application made."""
        statement = select(func.count(col(Membership.id))).where(
            col(Membership.provider_id) == provider_id,
            col(Membership.lot_id) == lot_id,
            col(Membership.zone).is_not_distinct_from(zone),
            col(Membership.status) != MembershipStatus.ENDED,
        )
        if but is not None:
            statement = statement.where(col(Membership.lot_application_id).is_distinct_from(but))
        return self.session.exec(statement).one()

    def others_here(self, part: LotApplication) -> int:
        """Open lot applications and live memberships of the same provider, lot and zone, but for this one's own."""
        provider, lot, zone = part.provider_id, part.lot_id, part.zone
        applied = self.open_here(provider, lot_id=lot, zone=zone, but=part.id)
        return applied + self.live_memberships_here(provider, lot_id=lot, zone=zone, but=part.id)

    def first(self, column: Any, *conditions: Any) -> datetime | None:
        """The earliest value of an instant column where the conditions hold."""
        earliest: datetime | None = self.session.exec(select(func.min(column)).where(*conditions)).one()
        return earliest

    def due(self, table: type[R], column: Any, now: datetime, *conditions: Any, limit: int = 200) -> Sequence[R]:
        """Rows whose instant has come, oldest first; rows that somebody works on are left for the next run."""
        statement = select(table).where(column <= now, *conditions).order_by(column).limit(limit)
        return self.session.exec(statement.with_for_update(skip_locked=True, **LOCK)).all()

    def _fresh(self, table: type[R], key: UUID, *, lock: bool) -> R | None:
        """With a lock, what is read is what holds now, not what this transaction saw before."""
        return self.session.get(table, key, with_for_update=LOCK if lock else None, populate_existing=lock)


def still_awaited(table: type[Clarification] | type[Representations], answered: Any) -> tuple[Any, Any, Any]:
    """Of an answer that may still come, or whose silence is to be recorded."""
    return col(answered).is_(None), col(table.silent_at).is_(None), col(table.ended_at).is_(None)


def _sees(by: Principal, application: Application) -> bool:
    if by.is_provider:
        return by.sees(application.provider_id)
    return application.submitted_at is not None
