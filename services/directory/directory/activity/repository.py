"""Reads and writes activity. No rules here."""

from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from assay_contracts.directory import Commissioner
from assay_kit.database import new_id
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from directory.tables import Activity, CareService


class Activities:
    def __init__(self, session: Session) -> None:
        self.session = session

    def put(self, activity: Activity) -> Activity | None:
        """Record or replace; None where exactly this was recorded already."""
        values = activity.model_dump(exclude={"id"})
        same = ("care_service_id", "month", "commissioner")
        statement = insert(Activity).values(id=new_id(), **values)
        changed = statement.on_conflict_do_update(
            index_elements=list(same),
            set_={name: value for name, value in values.items() if name not in same},
            where=(col(Activity.people) != activity.people) | (col(Activity.hours) != activity.hours),
        )
        written = select(Activity).from_statement(changed.returning(Activity))
        return self.session.scalars(written, execution_options={"populate_existing": True}).one_or_none()

    def get(self, care_service_id: UUID, month: date, commissioner: Commissioner) -> Activity:
        wanted = select(Activity).where(
            Activity.care_service_id == care_service_id,
            Activity.month == month,
            Activity.commissioner == commissioner,
        )
        return self.session.exec(wanted).one()

    def page(
        self, principal: Principal, page: PageAsked, *, care_service_id: UUID | None, since: date | None
    ) -> Page[Activity]:
        wanted = select(Activity)
        if principal.org is not None:
            own = select(CareService.id).where(CareService.provider_id == principal.org)
            wanted = wanted.where(col(Activity.care_service_id).in_(own))
        if care_service_id is not None:
            wanted = wanted.where(Activity.care_service_id == care_service_id)
        if since is not None:
            wanted = wanted.where(Activity.month >= since)
        return paginate(self.session, wanted, page, col(Activity.month).desc(), col(Activity.id).desc())
