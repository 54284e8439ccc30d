"""Reads what keeps memberships good: renewals that fall due, evidence to verify, reviews of suspensions. No rules."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from dps_admission.locks import LOCK
from dps_admission.tables import Affirmation, InsuranceCheck, Membership, Remedy, SuspensionCause

from .errors import RemedyNotFound
from .upkeep_rules import BEARS_DECLARATION


class Upkeep:
    def __init__(self, session: Session) -> None:
        self.session = session

    def to_remind(self, today: date, *, limit: int) -> Sequence[Membership]:
        """Members of whom something is due, locked; who is being changed this instant is left for the next look."""
        statement = (
            select(Membership)
            .where(col(Membership.remind_on) <= today, col(Membership.status).in_(BEARS_DECLARATION))
            .order_by(col(Membership.id))
            .limit(limit)
            .with_for_update(skip_locked=True, **LOCK)
        )
        return self.session.exec(statement.execution_options(populate_existing=True)).all()

    def first_reminder(self) -> date | None:
        bears = col(Membership.status).in_(BEARS_DECLARATION)
        return self.session.exec(select(func.min(Membership.remind_on)).where(bears)).one()

    def bound_by_declaration(self, scheme_id: UUID) -> Sequence[Membership]:
        """The members of a DPS who have something to declare again, locked."""
        mine = col(Membership.scheme_id) == scheme_id, col(Membership.status).in_(BEARS_DECLARATION)
        locked = select(Membership).where(*mine).order_by(col(Membership.id)).with_for_update(**LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def last_declared(self, membership_ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """When each declared last; who never did is not there."""
        mine = col(Affirmation.membership_id).in_(membership_ids)
        statement = select(Affirmation.membership_id, func.max(Affirmation.made_at)).where(mine)
        return dict(self.session.exec(statement.group_by(col(Affirmation.membership_id))).all())

    def affirmations_of(self, membership_id: UUID) -> Sequence[Affirmation]:
        statement = select(Affirmation).where(col(Affirmation.membership_id) == membership_id)
        return self.session.exec(
            statement.order_by(col(Affirmation.made_at).desc(), col(Affirmation.id).desc()).limit(200)
        ).all()

    def insurance_checks_of(self, membership_id: UUID) -> Sequence[InsuranceCheck]:
        statement = select(InsuranceCheck).where(col(InsuranceCheck.membership_id) == membership_id)
        newest = statement.order_by(col(InsuranceCheck.made_at).desc(), col(InsuranceCheck.id).desc())
        return self.session.exec(newest.limit(200)).all()

    def insured_until(self, membership_id: UUID) -> date | None:
        """What the last check says; None: there was none."""
        last = next(iter(self.insurance_checks_of(membership_id)), None)
        return last.expires_on if last else None

    def remedy(self, remedy_id: UUID) -> Remedy:
        found = self.session.get(Remedy, remedy_id)
        if found is None:
            raise RemedyNotFound(remedy_id)
        return found

    def unverified(self, suspension_id: UUID) -> Remedy | None:
        statement = select(Remedy).where(
            col(Remedy.suspension_cause_id) == suspension_id, col(Remedy.verified_at).is_(None)
        )
        return self.session.exec(statement).one_or_none()

    def remedies_of(self, membership_id: UUID) -> Sequence[Remedy]:
        statement = (
            select(Remedy)
            .join(SuspensionCause, col(SuspensionCause.id) == col(Remedy.suspension_cause_id))
            .where(col(SuspensionCause.membership_id) == membership_id)
        )
        return self.session.exec(statement.order_by(col(Remedy.made_at).desc(), col(Remedy.id).desc()).limit(200)).all()

    def to_review(self, today: date, *, limit: int) -> Sequence[SuspensionCause]:
        statement = (
            select(SuspensionCause)
            .where(
                col(SuspensionCause.ended_at).is_(None),
                col(SuspensionCause.review_told_at).is_(None),
                col(SuspensionCause.review_on) <= today,
            )
            .order_by(col(SuspensionCause.id))
            .limit(limit)
            .with_for_update(skip_locked=True, **LOCK)
        )
        return self.session.exec(statement).all()

    def first_review(self) -> date | None:
        statement = select(func.min(SuspensionCause.review_on)).where(
            col(SuspensionCause.ended_at).is_(None), col(SuspensionCause.review_told_at).is_(None)
        )
        return self.session.exec(statement).one()
