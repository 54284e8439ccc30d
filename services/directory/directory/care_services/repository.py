"""Reads and writes care services and the successions of their CQC locations. No rules here."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, or_, select

from assay_contracts.directory import CareServiceType, ProviderStatus
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from directory.tables import CareService, LocationSuccession, Provider

from .errors import CareServiceNotFound


class CareServices:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, care_service_id: UUID, *, lock: bool = False) -> CareService:
        found = self.session.get(CareService, care_service_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise CareServiceNotFound
        return found

    def seen_by(self, principal: Principal, care_service_id: UUID, *, lock: bool = False) -> CareService:
        found = self.get(care_service_id, lock=lock)
        if not principal.sees(found.provider_id):
            raise CareServiceNotFound
        return found

    def page(
        self,
        principal: Principal,
        page: PageAsked,
        *,
        provider_id: UUID | None,
        type: CareServiceType | None,
        is_contracted: bool | None,
        cqc_location_id: str | None,
    ) -> Page[CareService]:
        """Services by name. A CQC location id finds those that have it now, and those that had it before."""
        wanted = select(CareService)
        asked = (
            (CareService.provider_id, principal.org),
            (CareService.provider_id, provider_id),
            (CareService.type, type),
            (CareService.is_contracted, is_contracted),
        )
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(column == value)
        if cqc_location_id is not None:
            former = select(LocationSuccession.care_service_id).where(
                LocationSuccession.former_location_id == cqc_location_id
            )
            wanted = wanted.where(or_(CareService.cqc_location_id == cqc_location_id, col(CareService.id).in_(former)))
        return paginate(self.session, wanted, page, CareService.name, CareService.id)

    def is_confirmed(self, care_service: CareService) -> bool:
        """Whether the council has confirmed the service's provider, or has contracted or used the service itself."""
        if care_service.is_contracted or care_service.first_placement_on is not None:
            return True
        return self.session.get_one(Provider, care_service.provider_id).status != ProviderStatus.REGISTERING

    def others_run(self, cqc_location_id: str | None, *, than: UUID, on: date) -> bool:
        """Whether another provider than `than` has a service at the CQC location that has not ended on the day."""
        if cqc_location_id is None:
            return False
        same = select(CareService.id).where(
            CareService.cqc_location_id == cqc_location_id,
            CareService.provider_id != than,
            or_(col(CareService.ended_on).is_(None), col(CareService.ended_on) >= on),
        )
        return self.session.exec(same.limit(1)).first() is not None

    def ids_of(self, provider_id: UUID) -> frozenset[UUID]:
        return frozenset(self.session.exec(select(CareService.id).where(CareService.provider_id == provider_id)))

    def successions(self, care_service_id: UUID) -> Sequence[LocationSuccession]:
        """The newest first."""
        wanted = select(LocationSuccession).where(LocationSuccession.care_service_id == care_service_id)
        newest = (col(LocationSuccession.succeeded_on).desc(), col(LocationSuccession.id).desc())
        return self.session.exec(wanted.order_by(*newest).limit(200)).all()

    def former_locations(self, care_service_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """For each service the CQC location ids it had before, the newest first."""
        wanted = select(LocationSuccession).where(col(LocationSuccession.care_service_id).in_(care_service_ids))
        newest = (col(LocationSuccession.succeeded_on).desc(), col(LocationSuccession.id).desc())
        found: dict[UUID, list[str]] = {each: [] for each in care_service_ids}
        for succession in self.session.exec(wanted.order_by(*newest)):
            held = found[succession.care_service_id]
            if succession.former_location_id not in held:
                held.append(succession.former_location_id)
        return found

    def add(self, row: CareService | LocationSuccession) -> None:
        self.session.add(row)
        self.session.flush()
