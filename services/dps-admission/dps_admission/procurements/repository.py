"""Reads and writes procurements and invitations. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.identity import Principal
from assay_kit.timeline import timeline_of
from dps_admission.locks import LOCK
from dps_admission.memberships.rules import LIVE, MEMBERSHIP_LIFE, MembershipStatus, MembershipStep
from dps_admission.providers import CLOSED, closed_among
from dps_admission.tables import Invitation, Membership, Procurement

from .errors import InvitationNotFound, ProcurementNotFound
from .rules import Member, ProcurementStatus


class Procurements:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, procurement_id: UUID, *, lock: bool = False) -> Procurement:
        found = self.session.get(
            Procurement, procurement_id, with_for_update=LOCK if lock else None, populate_existing=lock
        )
        if found is None:
            raise ProcurementNotFound(procurement_id)
        return found

    def seen_by(self, procurement_id: UUID, by: Principal) -> Procurement:
        """A provider sees what it was invited to, and nothing else."""
        found = self.get(procurement_id)
        if by.is_provider and not self.invitations_of([found.id], provider_id=by.org):
            raise ProcurementNotFound(procurement_id)
        return found

    def wanted(self, by: Principal, *, lot_id: UUID | None) -> SelectOfScalar[Procurement]:
        statement = select(Procurement)
        if by.is_provider:
            own = select(Invitation.procurement_id).where(col(Invitation.provider_id) == by.org)
            statement = statement.where(col(Procurement.id).in_(own))
        return statement if lot_id is None else statement.where(col(Procurement.lot_id) == lot_id)

    def invitations_of(
        self, procurement_ids: Sequence[UUID], *, provider_id: UUID | None = None
    ) -> Sequence[Invitation]:
        """The invitations to several procurements, or those of one provider among them."""
        statement = select(Invitation).where(col(Invitation.procurement_id).in_(procurement_ids))
        if provider_id is not None:
            statement = statement.where(col(Invitation.provider_id) == provider_id)
        return self.session.exec(statement.order_by(col(Invitation.id))).all()

    def kept_open(self, procurement_id: UUID) -> Procurement:
        """Locked so that it cannot be closed meanwhile, while other tenderers lock it so too."""
        return self.session.get_one(Procurement, procurement_id, with_for_update={"read": True}, populate_existing=True)

    def counts(self, procurement_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
        """How many were invited to each, and how many of them have answered."""
        statement = (
            select(Invitation.procurement_id, func.count(), func.count(col(Invitation.answer)))
            .where(col(Invitation.procurement_id).in_(procurement_ids))
            .group_by(col(Invitation.procurement_id))
        )
        return {one: (invited, answered) for one, invited, answered in self.session.exec(statement)}

    def invitations_wanted(self, procurement_id: UUID, by: Principal) -> SelectOfScalar[Invitation]:
        statement = select(Invitation).where(col(Invitation.procurement_id) == procurement_id)
        return statement.where(col(Invitation.provider_id) == by.org) if by.is_provider else statement

    def status_for_award(self, member: Membership) -> MembershipStatus:
        """Its status; where the closing of the DPS ended it, the one that it had then."""
        [last] = timeline_of(self.session, kind=MEMBERSHIP_LIFE.name, object_id=member.id, limit=1)
        if last.step == MembershipStep.EXPIRE and last.from_status is not None:
            return MembershipStatus(last.from_status)
        return MembershipStatus(member.status)

    def invitation(self, invitation_id: UUID, by: Principal, *, lock: bool = False) -> Invitation:
        found = self.session.get(
            Invitation, invitation_id, with_for_update=LOCK if lock else None, populate_existing=lock
        )
        if found is None or not by.sees(found.provider_id):
            raise InvitationNotFound(invitation_id)
        return found

    def members_of(self, lot_id: UUID) -> list[Member]:
        """Everybody with a live membership of the lot, locked so that none changes while invitations go out."""
        statement = select(Membership).where(col(Membership.lot_id) == lot_id, col(Membership.status).in_(LIVE))
        locked = statement.order_by(col(Membership.id)).with_for_update(**LOCK)
        rows = self.session.exec(locked.execution_options(populate_existing=True)).all()
        closed = closed_among(self.session, {one.provider_id for one in rows})
        return [
            Member(
                membership=one.id,
                provider=one.provider_id,
                zone=one.zone,
                status=MembershipStatus(one.status),
                barred_by=CLOSED if one.provider_id in closed else None,
            )
            for one in rows
        ]

    def lock_open(self, scheme_id: UUID, *, after: datetime) -> Sequence[Procurement]:
        """Those of a DPS whose tender periods end later than that."""
        is_open = col(Procurement.status) == ProcurementStatus.OPEN, col(Procurement.closes_at) > after
        statement = select(Procurement).where(col(Procurement.scheme_id) == scheme_id, *is_open)
        locked = statement.order_by(col(Procurement.id)).with_for_update(**LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def first_closing(self) -> datetime | None:
        is_open = col(Procurement.status) == ProcurementStatus.OPEN
        return self.session.exec(select(func.min(Procurement.closes_at)).where(is_open)).one()

    def over(self, now: datetime, *, limit: int) -> Sequence[Procurement]:
        statement = (
            select(Procurement)
            .where(col(Procurement.status) == ProcurementStatus.OPEN, col(Procurement.closes_at) <= now)
            .order_by(col(Procurement.id))
            .limit(limit)
            .with_for_update(skip_locked=True, **LOCK)
        )
        return self.session.exec(statement).all()
