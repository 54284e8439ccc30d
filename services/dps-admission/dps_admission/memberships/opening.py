"""Opening balances: members that were there before, recorded at go-live or brought in by day one's import.

No evaluation stands behind them: one person records, with the source that says so, and another confirms.
"""

from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from dps_admission.applications.repository import Applications
from dps_admission.bars import Bar
from dps_admission.providers import bars_to_provider
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.rules import SchemeStatus
from dps_admission.tables import Lot, Membership

from .ending import end_all
from .errors import MembershipRefused
from .places import take_effect
from .repository import Memberships
from .rules import (
    MembershipStatus,
    MembershipStep,
    bars_to_confirming,
    bars_to_opening_membership,
    bars_to_taking_back,
)
from .schemas import OpeningMembershipIn
from .stepping import begin_membership
from .suspending import sync_embargoes


def record_opening_membership(
    session: Session, lot_id: UUID, asked: OpeningMembershipIn, *, copies: Copies, by: Principal, now: datetime
) -> Membership:
    """Record a member without an application; marked as imported, and active once another person confirms it."""
    schemes, memberships = Schemes(session), Memberships(session)
    lot = schemes.lot(lot_id)
    lot_zone = next((one for one in schemes.zones_of(lot.id) if one.zone == asked.zone), None)
    if lot_zone is None:
        raise MembershipRefused([Bar("wrong-zone", "The lot has no such zone.")])
    memberships.lock_provider(asked.provider_id)
    zone = memberships.lock_zone(lot_zone.id)
    _must_be_clear(session, lot, asked, copies=copies, is_open=_is_open(schemes, lot.scheme_id), today=london_day(now))
    quality = Fraction(asked.quality) if asked.quality is not None else None
    membership = Membership(
        provider_id=asked.provider_id,
        scheme_id=lot.scheme_id,
        lot_id=lot.id,
        lot_zone_id=zone.id,
        zone=zone.zone,
        is_imported=True,
        recorded_by=by.subject,
        care_service_ids=[str(one) for one in asked.care_service_ids],
        quality_numerator=quality.numerator if quality is not None else None,
        quality_denominator=quality.denominator if quality is not None else None,
        submitted_at=now,
        admitted_at=now,
    )
    begin_membership(session, membership, by=by, now=now, reason=f"{asked.source}: {asked.reason}")
    sync_embargoes(session, membership, now=now)
    session.flush()
    return membership


def confirm_opening_membership(session: Session, membership_id: UUID, *, by: Principal, now: datetime) -> Membership:
    """A second person stands for what the first recorded; a place is taken now."""
    membership, zone = Memberships(session).in_its_zone(membership_id, by)
    by_recorder = membership.recorded_by == by.subject
    bars = bars_to_confirming(is_unconfirmed=_is_unconfirmed(membership), confirmed_by_recorder=by_recorder)
    MembershipRefused.unless_clear(bars + bars_to_provider(session, membership.provider_id))
    take_effect(session, membership, zone, step=MembershipStep.TAKE_EFFECT, by=by, now=now)
    session.flush()
    return membership


def take_back_opening_membership(
    session: Session, membership_id: UUID, *, reason: str, by: Principal, now: datetime
) -> Membership:
    """Who recorded it, or who was to confirm it, says that it is wrong. The provider was told of nothing."""
    membership, _ = Memberships(session).in_its_zone(membership_id, by)
    MembershipRefused.unless_clear(bars_to_taking_back(is_unconfirmed=_is_unconfirmed(membership)))
    end_all(session, [membership], MembershipStep.TAKE_BACK, by=by, now=now, reason=reason)
    return membership


def _is_unconfirmed(membership: Membership) -> bool:
    return membership.is_imported and membership.status == MembershipStatus.ADMITTED


def _is_open(schemes: Schemes, scheme_id: UUID) -> bool:
    return schemes.get(scheme_id).status == SchemeStatus.OPEN


def _must_be_clear(
    session: Session, lot: Lot, asked: OpeningMembershipIn, *, copies: Copies, is_open: bool, today: date
) -> None:
    there = Applications(session).live_memberships_here(asked.provider_id, lot_id=lot.id, zone=asked.zone)
    services = [copies.care_service(one) for one in asked.care_service_ids]
    known = [one for one in services if one is not None]
    MembershipRefused.unless_clear(
        bars_to_provider(session, asked.provider_id)
        + bars_to_opening_membership(
            is_open=is_open,
            has_opened=Schemes(session).was_opened(lot.id),
            is_known=copies.provider(asked.provider_id) is not None,
            is_member=there > 0,
            owns_services=all(one is not None and one.provider_id == asked.provider_id for one in services),
            can_deliver=all(one.type == lot.service_type and not one.has_ended(today) for one in known),
        )
    )
