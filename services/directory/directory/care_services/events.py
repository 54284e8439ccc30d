"""Tells the others what a care service now is: the whole record and its version, so that a copy can be kept."""

from collections.abc import Sequence
from datetime import datetime

from assay_contracts.directory import Capacity, CareServiceRecord, CareServiceRecorded
from assay_kit.events import tell
from directory.tables import CareService

from .repository import CareServices

_OWN_NAMES = set(CareServiceRecord.model_fields) - {"capacity", "previous_cqc_location_ids"}


def records_of(found: Sequence[CareService], care_services: CareServices) -> list[CareServiceRecord]:
    """The records as they are told and answered, in the order given."""
    former = care_services.former_locations([each.id for each in found])
    return [_record(each, former[each.id]) for each in found]


def record_of(care_service: CareService, care_services: CareServices) -> CareServiceRecord:
    return records_of([care_service], care_services)[0]


def tell_recorded(care_service: CareService, care_services: CareServices, *, now: datetime) -> None:
    care_services.session.flush()
    event = CareServiceRecorded(care_service=record_of(care_service, care_services), at=now)
    tell(care_services.session, event)


def _record(care_service: CareService, former: Sequence[str]) -> CareServiceRecord:
    capacity = None
    if care_service.capacity_amount is not None and care_service.capacity_unit is not None:
        capacity = Capacity(amount=care_service.capacity_amount, unit=care_service.capacity_unit)
    return CareServiceRecord(
        **{name: getattr(care_service, name) for name in _OWN_NAMES},
        capacity=capacity,
        previous_cqc_location_ids=tuple(each for each in former if each != care_service.cqc_location_id),
    )
