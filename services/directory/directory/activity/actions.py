"""What happens to activity: recorded, or replaced by a later figure. The same figure twice is told once."""

from datetime import date, datetime
from decimal import Decimal

from assay_contracts.directory import ActivityRecord, ActivityRecorded, Commissioner
from assay_kit.calendar import london_day
from assay_kit.events import tell
from directory.tables import Activity, CareService

from .errors import MonthNotBegun
from .repository import Activities
from .rules import has_begun


def record(
    care_service: CareService,
    month: date,
    commissioner: Commissioner,
    activities: Activities,
    *,
    people: int,
    hours: Decimal,
    now: datetime,
) -> Activity:
    if not has_begun(month, on=london_day(now)):
        raise MonthNotBegun
    given = Activity(
        care_service_id=care_service.id,
        month=month,
        commissioner=commissioner,
        people=people,
        hours=hours,
        recorded_at=now,
    )
    written = activities.put(given)
    if written is None:
        return activities.get(care_service.id, month, commissioner)
    told = ActivityRecord(
        care_service_id=care_service.id,
        provider_id=care_service.provider_id,
        commissioner=commissioner,
        month=month,
        people=people,
        hours=hours,
        recorded_at=now,
    )
    tell(activities.session, ActivityRecorded(activity=told, at=now))
    return written
