"""Reads and writes memberships, offers, causes of suspension and embargoes. No rules here."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import String, func, type_coerce
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.identity import Principal
from dps_admission.locks import LOCK
from dps_admission.tables import Embargo, LotZone, Membership, Offer, SuspensionCause

from .errors import MembershipNotFound, SuspensionNotFound
from .rules import HOLDS_PLACE, LIVE, EmbargoExtent, MembershipStatus


class Memberships:
    def __init__(self, session: Session) -> None:
        self.session = session

    def seen_by(self, membership_id: UUID, by: Principal, *, lock: bool = False) -> Membership:
        found = self.session.get(
            Membership, membership_id, with_for_update=LOCK if lock else None, populate_existing=lock
        )
        if found is None or not by.sees(found.provider_id):
            raise MembershipNotFound(membership_id)
        return found

    def in_its_zone(self, membership_id: UUID, by: Principal) -> tuple[Membership, LotZone]:
        """The membership and its lot and zone, both locked: the zone first, always, so that nobody deadlocks."""
        zone = self.lock_zone(self.seen_by(membership_id, by).lot_zone_id)
        self.lock_concerned([zone.id], membership_id=membership_id)
        return self.seen_by(membership_id, by, lock=True), zone

    def lock_provider(self, provider_id: UUID) -> None:
        """Until the end of the transaction nobody else makes this provider a member, and no embargo on it comes in."""
        key = func.hashtextextended(f"provider:{provider_id}", 0)
        self.session.execute(select(func.pg_advisory_xact_lock(key)))

    def lock_zones(self, lot_zone_ids: Iterable[UUID]) -> list[LotZone]:
        """Several zones, in locking order."""
        return [self.lock_zone(one) for one in sorted(set(lot_zone_ids))]

    def lock_concerned(
        self, lot_zone_ids: Sequence[UUID], *, provider_id: UUID | None = None, membership_id: UUID | None = None
    ) -> None:
        """Who may be offered a place in these locked zones, and besides a provider's members or one membership.

        All in one go and in locking order: two that lock some of them one after another could wait for each other.
        """
        may_be_offered = col(Membership.status).in_((MembershipStatus.ADMITTED, MembershipStatus.WAITING))
        concerned = col(Membership.lot_zone_id).in_(lot_zone_ids) & may_be_offered
        if provider_id is not None:
            concerned |= (col(Membership.provider_id) == provider_id) & col(Membership.status).in_(LIVE)
        if membership_id is not None:
            concerned |= col(Membership.id) == membership_id
        self.session.exec(
            select(Membership.id).where(concerned).order_by(col(Membership.id)).with_for_update(**LOCK)
        ).all()

    def has_service_ending(self, today: date) -> UUID | None:
        """A provider of whose members one names a service that has come to its end."""
        statement = select(Membership.provider_id).where(
            col(Membership.sync_on) <= today, col(Membership.status).in_(LIVE)
        )
        return self.session.exec(statement.order_by(col(Membership.sync_on), col(Membership.id)).limit(1)).one_or_none()

    def first_service_ending(self) -> date | None:
        return self.session.exec(select(func.min(Membership.sync_on)).where(col(Membership.status).in_(LIVE))).one()

    def lock_zone(self, lot_zone_id: UUID) -> LotZone:
        statement = select(LotZone).where(col(LotZone.id) == lot_zone_id).with_for_update(**LOCK)
        return self.session.exec(statement.execution_options(populate_existing=True)).one()

    def held(self, lot_zone_id: UUID) -> int:
        """How many places are held. Call it with the zone locked."""
        self.session.flush()
        statement = select(func.count(col(Membership.id))).where(
            col(Membership.lot_zone_id) == lot_zone_id, col(Membership.status).in_(HOLDS_PLACE)
        )
        return self.session.exec(statement).one()

    def in_zone(self, lot_zone_id: UUID, status: MembershipStatus) -> Sequence[Membership]:
        statement = select(Membership).where(
            col(Membership.lot_zone_id) == lot_zone_id, col(Membership.status) == status
        )
        locked = statement.order_by(col(Membership.id)).with_for_update(**LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def waiting_of_lot(self, lot_id: UUID) -> Sequence[Membership]:
        """Everybody who waits in a lot, for reading: nothing is locked."""
        waiting = col(Membership.status) == MembershipStatus.WAITING
        statement = select(Membership).where(col(Membership.lot_id) == lot_id, waiting)
        return self.session.exec(statement.order_by(col(Membership.lot_zone_id))).all()

    def unranked_in(self, lot_zone_id: UUID) -> Sequence[Membership]:
        """Those admitted by a decision whom no round has ranked yet; opening balances wait for their confirmation."""
        return [one for one in self.in_zone(lot_zone_id, MembershipStatus.ADMITTED) if not one.is_imported]

    def zones_made_by(self, lot_application_ids: Sequence[UUID]) -> Sequence[UUID]:
        """The lots and zones of the live memberships that these lot applications made."""
        made = col(Membership.lot_application_id).in_(lot_application_ids), col(Membership.status).in_(LIVE)
        return self.session.exec(select(Membership.lot_zone_id).where(*made)).all()

    def live_of_provider(self, provider_id: UUID) -> Sequence[Membership]:
        statement = select(Membership).where(
            col(Membership.provider_id) == provider_id, col(Membership.status).in_(LIVE)
        )
        locked = statement.order_by(col(Membership.id)).with_for_update(**LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def live_of_scheme(self, scheme_id: UUID) -> Sequence[Membership]:
        statement = select(Membership).where(col(Membership.scheme_id) == scheme_id, col(Membership.status).in_(LIVE))
        return self.session.exec(statement.order_by(col(Membership.id)).with_for_update(**LOCK)).all()

    def made_by(self, lot_application_id: UUID, *, lock: bool = True) -> Membership | None:
        """The live membership that a lot application made."""
        statement = select(Membership).where(
            col(Membership.lot_application_id) == lot_application_id, col(Membership.status).in_(LIVE)
        )
        if lock:
            statement = statement.with_for_update(**LOCK).execution_options(populate_existing=True)
        return self.session.exec(statement).one_or_none()

    def wanted(
        self,
        *,
        by: Principal,
        provider_ids: Sequence[UUID] | None,
        care_service_ids: Sequence[UUID] | None,
        lot_id: UUID | None,
        only_live: bool,
    ) -> SelectOfScalar[Membership]:
        statement = select(Membership)
        if by.is_provider:
            statement = statement.where(col(Membership.provider_id) == by.org)
        if provider_ids is not None:
            statement = statement.where(col(Membership.provider_id).in_(provider_ids))
        if care_service_ids is not None:
            named = type_coerce(col(Membership.care_service_ids), JSONB)
            statement = statement.where(named.has_any(array([str(one) for one in care_service_ids], type_=String)))
        if lot_id is not None:
            statement = statement.where(col(Membership.lot_id) == lot_id)
        return statement.where(col(Membership.status).in_(LIVE)) if only_live else statement

    def open_causes(self, *membership_ids: UUID) -> Sequence[SuspensionCause]:
        statement = select(SuspensionCause).where(
            col(SuspensionCause.membership_id).in_(membership_ids), col(SuspensionCause.ended_at).is_(None)
        )
        return self.session.exec(statement.order_by(col(SuspensionCause.id)).with_for_update(**LOCK)).all()

    def causes_of(self, membership_ids: Sequence[UUID]) -> dict[UUID, list[SuspensionCause]]:
        """The open causes of several memberships at once."""
        statement = select(SuspensionCause).where(
            col(SuspensionCause.membership_id).in_(membership_ids), col(SuspensionCause.ended_at).is_(None)
        )
        found: dict[UUID, list[SuspensionCause]] = {one: [] for one in membership_ids}
        for cause in self.session.exec(statement.order_by(col(SuspensionCause.id))):
            found[cause.membership_id].append(cause)
        return found

    def cause(self, suspension_id: UUID) -> SuspensionCause:
        found = self.session.get(SuspensionCause, suspension_id)
        if found is None:
            raise SuspensionNotFound(suspension_id)
        return found

    def open_offer(self, membership_id: UUID) -> Offer | None:
        return next(iter(self.lock_open_offers([membership_id])), None)

    def lock_open_offers(self, membership_ids: Sequence[UUID]) -> Sequence[Offer]:
        statement = select(Offer).where(col(Offer.membership_id).in_(membership_ids), col(Offer.answer).is_(None))
        return self.session.exec(statement.order_by(col(Offer.id)).with_for_update(**LOCK)).all()

    def open_offers(self, membership_ids: Sequence[UUID]) -> dict[UUID, Offer]:
        statement = select(Offer).where(col(Offer.membership_id).in_(membership_ids), col(Offer.answer).is_(None))
        return {offer.membership_id: offer for offer in self.session.exec(statement)}

    def embargo(self, intervention_id: UUID) -> Embargo | None:
        return self.session.get(Embargo, intervention_id, with_for_update=LOCK)

    def live_embargoes(self, provider_ids: Sequence[UUID]) -> Sequence[Embargo]:
        statement = select(Embargo).where(col(Embargo.provider_id).in_(provider_ids), col(Embargo.lifted_at).is_(None))
        return self.session.exec(statement.order_by(col(Embargo.intervention_id))).all()

    def whole_embargoes(self, provider_id: UUID) -> dict[UUID, UUID]:
        """Live whole embargoes of a provider, and the service that each is on."""
        live = self.live_embargoes([provider_id])
        return {one.intervention_id: one.care_service_id for one in live if one.extent == EmbargoExtent.WHOLE}

    def zones_of_provider(self, provider_id: UUID) -> Sequence[UUID]:
        """The lots and zones in which a provider has a live membership, in locking order."""
        statement = select(Membership.lot_zone_id).where(
            col(Membership.provider_id) == provider_id, col(Membership.status).in_(LIVE)
        )
        return sorted(set(self.session.exec(statement)))

    def leaving_before(self, day: date) -> UUID | None:
        """One whose notice has run."""
        statement = select(Membership.id).where(col(Membership.leaves_on) < day, col(Membership.status).in_(LIVE))
        return self.session.exec(statement.order_by(col(Membership.id)).limit(1)).one_or_none()

    def first_leaving(self) -> date | None:
        statement = select(func.min(Membership.leaves_on)).where(col(Membership.status).in_(LIVE))
        return self.session.exec(statement).one()

    def first_offer_expiry(self) -> datetime | None:
        return self.session.exec(select(func.min(Offer.expires_at)).where(col(Offer.answer).is_(None))).one()

    def expired_offer(self, now: datetime) -> Offer | None:
        statement = select(Offer).where(col(Offer.answer).is_(None), col(Offer.expires_at) <= now)
        return self.session.exec(statement.order_by(col(Offer.expires_at), col(Offer.id)).limit(1)).one_or_none()
