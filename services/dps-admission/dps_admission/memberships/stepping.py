"""The one place where a membership's status changes: the step is taken, put on the timeline, told and written."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.dps_admission import MembershipChanged, MembershipRecord
from assay_contracts.dps_admission import MembershipStatus as Told
from assay_kit.calendar import london_day
from assay_kit.events import tell
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership

from .letters import write_of_step
from .repository import Memberships
from .rules import MEMBERSHIP_LIFE, MembershipStep


def begin_membership(session: Session, membership: Membership, *, by: Principal, now: datetime, reason: str) -> None:
    session.add(membership)
    begin(
        session,
        membership,
        MEMBERSHIP_LIFE,
        by=by,
        now=now,
        step="admit",
        reason=reason,
        provider_id=membership.provider_id,
        detail=_where(membership),
    )
    _tell(session, membership, None, "admit", now=now)


def step_membership(
    session: Session,
    membership: Membership,
    step: MembershipStep,
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
) -> None:
    before = Told(membership.status)
    take(
        session,
        membership,
        step,
        MEMBERSHIP_LIFE,
        by=by,
        now=now,
        reason=reason,
        provider_id=membership.provider_id,
        detail=_where(membership),
    )
    _tell(session, membership, before, step, now=now)
    write_of_step(session, membership, step, reason=reason, now=now)


def record_of(session: Session, membership: Membership, *, now: datetime) -> MembershipRecord:
    schemes = Schemes(session)
    causes = Memberships(session).causes_of([membership.id])[membership.id]
    return MembershipRecord(
        id=membership.id,
        provider_id=membership.provider_id,
        scheme_id=membership.scheme_id,
        scheme_name=schemes.get(membership.scheme_id).name,
        lot_id=membership.lot_id,
        lot_name=schemes.lot(membership.lot_id).name,
        zone=membership.zone,
        status=Told(membership.status),
        care_service_ids=tuple(UUID(one) for one in membership.care_service_ids),
        suspension_causes=tuple(sorted({cause.cause for cause in causes})),
        since=london_day(now),
    )


def _where(membership: Membership) -> dict[str, Any]:
    return {"lot_id": str(membership.lot_id), "zone": membership.zone}


def _tell(
    session: Session,
    membership: Membership,
    before: Told | None,
    step: str,
    *,
    now: datetime,
) -> None:
    """Others are told the step and the causes, as codes: what a person wrote stays in the timeline."""
    tell(
        session,
        MembershipChanged(
            membership=record_of(session, membership, now=now),
            from_status=before,
            step=str(step),
            at=now,
        ),
    )
