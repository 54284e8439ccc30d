"""Which answers about a care service contradict each other, and who may answer which. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assay_contracts.directory.records import CapacityUnit, CareServiceType

_WITH_BEDS = {CareServiceType.RESIDENTIAL_CARE, CareServiceType.NURSING_CARE}
_WITH_UNITS = {CareServiceType.SUPPORTED_LIVING, CareServiceType.EXTRA_CARE}


class Fault(StrEnum):
    """Why a care service cannot be recorded so."""

    LOCATION_WITHOUT_REGULATION = "A service that is not regulated has no CQC location"
    MANAGER_WITHOUT_REGULATION = "Only a regulated service requires a registered manager"
    HYGIENE_WITHOUT_FOOD = "A service that prepares no food has no food hygiene rating"
    BEDS_OUTSIDE_A_HOME = "Only a care home's capacity is counted in beds"
    HOURS_IN_A_HOME = "A care home's capacity is counted in beds"
    UNITS_OUTSIDE_SUPPORTED_LIVING = "Only supported living and extra care have a landlord and units"
    ENDS_BEFORE_IT_STARTS = "The service ends before it starts"
    PLACEMENT_BEFORE_START = "The first placement is before the service starts"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What is said of a care service, as far as the rules look at it."""

    type: CareServiceType
    is_regulated: bool
    requires_registered_manager: bool
    prepares_food: bool
    cqc_location_id: str | None
    fhrs_id: int | None
    capacity_unit: CapacityUnit | None
    landlord: str | None
    units_in_place: int | None
    units_in_development: int | None
    started_on: date
    ended_on: date | None
    first_placement_on: date | None


def faults(said: Answers) -> list[Fault]:
    """Everything wrong with the answers, so that their author hears it all at once."""
    is_home = said.type in _WITH_BEDS
    units = (said.landlord, said.units_in_place, said.units_in_development)
    checks = {
        Fault.LOCATION_WITHOUT_REGULATION: said.cqc_location_id is not None and not said.is_regulated,
        Fault.MANAGER_WITHOUT_REGULATION: said.requires_registered_manager and not said.is_regulated,
        Fault.HYGIENE_WITHOUT_FOOD: said.fhrs_id is not None and not said.prepares_food,
        Fault.BEDS_OUTSIDE_A_HOME: said.capacity_unit == CapacityUnit.BEDS and not is_home,
        Fault.HOURS_IN_A_HOME: said.capacity_unit == CapacityUnit.HOURS_PER_WEEK and is_home,
        Fault.UNITS_OUTSIDE_SUPPORTED_LIVING: said.type not in _WITH_UNITS and units != (None, None, None),
        Fault.ENDS_BEFORE_IT_STARTS: said.ended_on is not None and said.ended_on < said.started_on,
        Fault.PLACEMENT_BEFORE_START: said.first_placement_on is not None and said.first_placement_on < said.started_on,
    }
    return [fault for fault, is_so in checks.items() if is_so]


# What a service's band follows from. A provider says it when it records the service; from then on the council does.
SCORED_BY = (
    "type",
    "people_supported",
    "cqc_location_id",
    "is_regulated",
    "prepares_food",
    "fhrs_id",
    "requires_registered_manager",
    "started_on",
    "ended_on",
)


class EditBar(StrEnum):
    """Why an edit cannot be made so."""

    LOCATION_CHANGES_BY_SUCCESSION = "A CQC location id that changes is recorded as a succession, with its day"
    COUNCIL_SAYS_WHAT_IS_CONTRACTED = "Whether a service is contracted, and its first placement, is for the council"
    COUNCIL_SAYS_WHAT_IS_SCORED = "What a confirmed service is scored by is changed by the council: ask it to"
    LOCATION_OF_ANOTHER = "Another provider runs a service at this CQC location: ask the council to record yours"


def bars_to_edit(
    *,
    location_before: str | None,
    location_after: str | None,
    council_part_before: tuple[bool, date | None],
    council_part_after: tuple[bool, date | None],
    is_confirmed: bool,
    changes_scoring: bool,
    location_is_anothers: bool,
    by_provider: bool,
) -> list[EditBar]:
    found = []
    if location_before is not None and location_after != location_before:
        found.append(EditBar.LOCATION_CHANGES_BY_SUCCESSION)
    if by_provider and council_part_after != council_part_before:
        found.append(EditBar.COUNCIL_SAYS_WHAT_IS_CONTRACTED)
    if by_provider and is_confirmed and changes_scoring:
        found.append(EditBar.COUNCIL_SAYS_WHAT_IS_SCORED)
    if by_provider and location_is_anothers and location_after != location_before:
        found.append(EditBar.LOCATION_OF_ANOTHER)
    return found


class SuccessionBar(StrEnum):
    NO_LOCATION_YET = "The service has no CQC location id that could be succeeded"
    SAME_LOCATION = "The new CQC location id is the one the service has"
    BEFORE_THE_LAST = "The day lies before the service's last succession, or before its start"


def bars_to_succession(
    *, present: str | None, following: str, on: date, last_on: date | None, started_on: date
) -> list[SuccessionBar]:
    """Everything that speaks against `present` being succeeded by `following` on the day `on`."""
    found = []
    if present is None:
        found.append(SuccessionBar.NO_LOCATION_YET)
    if present == following:
        found.append(SuccessionBar.SAME_LOCATION)
    if on < max(last_on or date.min, started_on):
        found.append(SuccessionBar.BEFORE_THE_LAST)
    return found
