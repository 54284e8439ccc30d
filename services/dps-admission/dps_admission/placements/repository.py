"""Reads and writes placements, their offers, and the last ratings and bands of services. No rules here."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, func, or_, type_coerce
from sqlalchemy.dialects.postgresql import JSONB, array, insert
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_contracts.directory import CareServiceRecord, CareServiceType
from assay_contracts.directory.copies import care_service_copy, provider_copy
from assay_kit.identity import Principal
from dps_admission.locks import LOCK
from dps_admission.memberships.rules import LIVE
from dps_admission.schemes.rules import LotStatus, SchemeStatus
from dps_admission.tables import (
    Lot,
    LotZone,
    Membership,
    Placement,
    PlacementOffer,
    ProcedureProfile,
    Scheme,
    ServiceLook,
)

from .errors import PlacementNotFound, PlacementOfferNotFound
from .rules import CARE_HOMES

Row = tuple[Membership, Lot, ProcedureProfile]


class Placements:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, placement_id: UUID, *, lock: bool = False) -> Placement:
        found = self.session.get(
            Placement, placement_id, with_for_update=LOCK if lock else None, populate_existing=lock
        )
        if found is None:
            raise PlacementNotFound(placement_id)
        return found

    def wanted(self, *, only_seeking: bool) -> SelectOfScalar[Placement]:
        statement = select(Placement)
        return statement.where(col(Placement.status) == "seeking") if only_seeking else statement

    def offer(self, offer_id: UUID, by: Principal) -> PlacementOffer:
        found = self.session.get(PlacementOffer, offer_id)
        if found is None or not by.sees(found.provider_id):
            raise PlacementOfferNotFound(offer_id)
        return found

    def offers_of(self, placement_id: UUID) -> Sequence[PlacementOffer]:
        statement = select(PlacementOffer).where(col(PlacementOffer.placement_id) == placement_id)
        return self.session.exec(statement.order_by(col(PlacementOffer.made_at), col(PlacementOffer.id))).all()

    def offers_wanted(self, by: Principal, *, only_open: bool) -> SelectOfScalar[PlacementOffer]:
        statement = select(PlacementOffer)
        if by.is_provider:
            statement = statement.where(col(PlacementOffer.provider_id) == by.org)
        return statement.where(col(PlacementOffer.answer).is_(None)) if only_open else statement

    def needs_of(self, placement_ids: Iterable[UUID]) -> dict[UUID, Placement]:
        statement = select(Placement).where(col(Placement.id).in_(set(placement_ids)))
        return {one.id: one for one in self.session.exec(statement)}

    def members_for(self, need: Placement) -> list[Row]:
        """Live memberships of lots of this type in the zone, whatever their state: who is left out is shown too."""
        statement = (
            select(Membership, Lot, ProcedureProfile)
            .join(Lot, col(Lot.id) == col(Membership.lot_id))
            .join(Scheme, col(Scheme.id) == col(Membership.scheme_id))
            .join(ProcedureProfile, col(ProcedureProfile.id) == col(Scheme.profile_id))
            .where(
                col(Membership.status).in_(LIVE),
                col(Scheme.status) == SchemeStatus.OPEN,
                col(Lot.service_type) == need.service_type,
            )
        )
        if need.zone is not None:
            here = or_(col(Membership.zone) == need.zone, col(Membership.zone).is_(None))
            statement = statement.where(here)
        return [(one, lot, profile) for one, lot, profile in self.session.exec(statement)]

    def provider_of(self, *, membership_id: UUID | None, care_service_id: UUID | None) -> UUID | None:
        """Whose it is. Reads that alone: the rows themselves are read again once the provider is locked."""
        if membership_id is not None:
            wanted = select(Membership.provider_id).where(col(Membership.id) == membership_id)
            return self.session.exec(wanted).one_or_none()
        copy = select(care_service_copy.c.provider_id).where(care_service_copy.c.id == care_service_id)
        found: UUID | None = self.session.execute(copy).scalar_one_or_none()
        return found

    def care_homes(self, kind: CareServiceType) -> list[CareServiceRecord]:
        wanted = select(care_service_copy.c.record).where(care_service_copy.c.type == kind)
        return [CareServiceRecord.model_validate(row) for row in self.session.execute(wanted).scalars()]

    def services(self, service_ids: Iterable[UUID]) -> dict[UUID, CareServiceRecord]:
        wanted = select(care_service_copy.c.record).where(care_service_copy.c.id.in_(set(service_ids)))
        found = [CareServiceRecord.model_validate(row) for row in self.session.execute(wanted).scalars()]
        return {one.id: one for one in found}

    def providers(self, provider_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
        """Name and status."""
        wanted = select(provider_copy.c.id, provider_copy.c.name, provider_copy.c.status)
        rows = self.session.execute(wanted.where(provider_copy.c.id.in_(set(provider_ids))))
        return {row.id: (row.name, row.status) for row in rows}

    def looks(self, service_ids: Iterable[UUID]) -> dict[UUID, ServiceLook]:
        statement = select(ServiceLook).where(col(ServiceLook.care_service_id).in_(set(service_ids)))
        return {one.care_service_id: one for one in self.session.exec(statement)}

    def last_offers(self, *, providers: Iterable[UUID], care_homes: Iterable[UUID]) -> dict[tuple[UUID, ...], datetime]:
        """When each had its last turn: a provider in a lot, whatever its membership was then; or a care home."""
        members = (
            select(Membership.lot_id, PlacementOffer.provider_id, func.max(PlacementOffer.made_at))
            .join(Membership, col(Membership.id) == col(PlacementOffer.membership_id))
            .where(col(PlacementOffer.provider_id).in_(set(providers)))
            .group_by(col(Membership.lot_id), col(PlacementOffer.provider_id))
        )
        homes = (
            select(PlacementOffer.care_service_id, func.max(PlacementOffer.made_at))
            .where(col(PlacementOffer.care_service_id).in_(set(care_homes)))
            .group_by(col(PlacementOffer.care_service_id))
        )
        last: dict[tuple[UUID, ...], datetime] = {
            (lot, provider): at for lot, provider, at in self.session.exec(members)
        }
        return last | {(home,): at for home, at in self.session.exec(homes) if home is not None}

    def named_by_members(self, service_ids: Iterable[UUID]) -> set[UUID]:
        """Those of these services that a live membership of any open DPS names, whatever its lot, zone or state."""
        wanted = {str(one): one for one in service_ids}
        if not wanted:
            return set()
        named = type_coerce(col(Membership.care_service_ids), JSONB)
        statement = (
            select(Membership.care_service_ids)
            .join(Scheme, col(Scheme.id) == col(Membership.scheme_id))
            .where(
                col(Membership.status).in_(LIVE),
                col(Scheme.status) == SchemeStatus.OPEN,
                named.has_any(array(list(wanted), type_=String)),
            )
        )
        return {wanted[one] for ids in self.session.exec(statement) for one in ids if one in wanted}

    def zones_known(self, kind: CareServiceType) -> set[str]:
        """The zones of open lots of this type, and those that contracted care homes of it say they are in."""
        lots = (
            select(LotZone.zone)
            .join(Lot, col(Lot.id) == col(LotZone.lot_id))
            .join(Scheme, col(Scheme.id) == col(Lot.scheme_id))
            .where(
                col(Lot.service_type) == kind,
                col(Lot.status) != LotStatus.DRAFT,
                col(Scheme.status) == SchemeStatus.OPEN,
                col(LotZone.zone).is_not(None),
            )
        )
        zones = {zone for zone in self.session.exec(lots) if zone is not None}
        if kind in CARE_HOMES:
            zones |= {zone for one in self.care_homes(kind) if one.is_contracted for zone in one.zones}
        return zones

    def first_expiry(self) -> datetime | None:
        is_open = col(PlacementOffer.answer).is_(None)
        return self.session.exec(select(func.min(PlacementOffer.answer_by)).where(is_open)).one()

    def expired(self, now: datetime) -> PlacementOffer | None:
        statement = select(PlacementOffer).where(
            col(PlacementOffer.answer).is_(None), col(PlacementOffer.answer_by) <= now
        )
        ordered = statement.order_by(col(PlacementOffer.answer_by), col(PlacementOffer.id)).limit(1)
        return self.session.exec(ordered).one_or_none()

    def keep_look(self, care_service_id: UUID, told_at: str, values: dict[str, Any]) -> None:
        """What was told later replaces what was told before, and never the other way round. `told_at`: its column."""
        statement = insert(ServiceLook).values(care_service_id=care_service_id, **values)
        column = getattr(ServiceLook, told_at)
        self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["care_service_id"],
                set_=values,
                where=or_(col(column).is_(None), col(column) <= values[told_at]),
            )
        )
