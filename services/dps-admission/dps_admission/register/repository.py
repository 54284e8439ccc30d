"""Reads who was a member of what, as at an instant, from the timeline: it alone knows what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Subquery, func, select
from sqlmodel import Session, col

from assay_contracts.directory.copies import provider_copy
from assay_kit.timeline import timeline_entry
from dps_admission.memberships.rules import MEMBERSHIP_LIFE, MembershipStatus
from dps_admission.schemes.errors import LotNotFound
from dps_admission.schemes.repository import WAS_OPENED
from dps_admission.tables import Lot, Membership, Scheme

from .rules import is_on_register

_SHOWN = [status for status in MembershipStatus if is_on_register(status)]


@dataclass(frozen=True, kw_only=True)
class Line:
    membership_id: UUID
    provider_id: UUID
    provider_name: str | None
    lot_id: UUID
    lot_name: str
    scheme_id: UUID
    scheme_name: str
    zone: str | None
    status: MembershipStatus
    member_since: datetime


class Register:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lots(self, *, limit: int) -> Sequence[tuple[Scheme, Lot]]:
        """Every lot that was ever open, by arrangement and in the order they were made."""
        wanted = select(Scheme, Lot).join(Lot, col(Lot.scheme_id) == col(Scheme.id)).where(WAS_OPENED)
        found = self._session.execute(wanted.order_by(col(Scheme.name), col(Lot.id)).limit(limit))
        return [(scheme, lot) for scheme, lot in found]

    def lot(self, lot_id: UUID) -> Lot:
        """LotNotFound where it was never open: what is being prepared, or was given up before, is not public."""
        wanted = select(Lot).where(col(Lot.id) == lot_id, WAS_OPENED)
        found: Lot | None = self._session.execute(wanted).scalar_one_or_none()
        if found is None:
            raise LotNotFound(lot_id)
        return found

    def as_at(self, instant: datetime, *, lot_id: UUID | None = None, scheme_id: UUID | None = None) -> Sequence[Line]:
        """Members at `instant`, the steps of that instant included: one query, whatever the number of members."""
        mine = select(col(Membership.id))
        if lot_id is not None:
            mine = mine.where(col(Membership.lot_id) == lot_id)
        if scheme_id is not None:
            mine = mine.where(col(Membership.scheme_id) == scheme_id)
        last = _last_steps(mine, until=instant)
        wanted = (
            select(
                col(Membership.id).label("membership_id"),
                col(Membership.provider_id),
                provider_copy.c.name.label("provider_name"),
                col(Membership.lot_id),
                col(Lot.name).label("lot_name"),
                col(Membership.scheme_id),
                col(Scheme.name).label("scheme_name"),
                col(Membership.zone),
                last.c.to_status.label("status"),
                last.c.member_since,
            )
            .join(last, last.c.object_id == col(Membership.id))
            .join(Lot, col(Lot.id) == col(Membership.lot_id))
            .join(Scheme, col(Scheme.id) == col(Membership.scheme_id))
            .outerjoin(provider_copy, provider_copy.c.id == col(Membership.provider_id))
            .where(last.c.place == 1, last.c.to_status.in_(_SHOWN))
            .order_by(col(Scheme.name), col(Lot.name), col(Membership.zone), provider_copy.c.name, col(Membership.id))
        )
        rows = self._session.execute(wanted).mappings()
        return [Line(**{**row, "status": MembershipStatus(row["status"])}) for row in rows]


def _last_steps(mine: Select[UUID], *, until: datetime) -> Subquery:
    """Of each membership the steps until an instant, the last of which is in place 1, and when it was active first."""
    steps = timeline_entry.c
    first_active = func.min(steps.at).filter(steps.to_status == MembershipStatus.ACTIVE)
    newest_first = (steps.at.desc(), steps.sequence.desc())
    return (
        select(
            steps.object_id,
            steps.to_status,
            first_active.over(partition_by=steps.object_id).label("member_since"),
            func.row_number().over(partition_by=steps.object_id, order_by=newest_first).label("place"),
        )
        .where(steps.object_kind == MEMBERSHIP_LIFE.name, steps.object_id.in_(mine), steps.at <= until)
        .subquery()
    )
