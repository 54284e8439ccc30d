"""Reads changes of the services that deliver memberships. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from dps_admission.locks import LOCK
from dps_admission.tables import ServiceChange

from .errors import ServiceChangeNotFound

_IS_OPEN = col(ServiceChange.answered_at).is_(None)


class ServiceChangesKept:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, service_change_id: UUID, *, lock: bool = False) -> ServiceChange:
        found = self.session.get(
            ServiceChange, service_change_id, with_for_update=LOCK if lock else None, populate_existing=lock
        )
        if found is None:
            raise ServiceChangeNotFound(service_change_id)
        return found

    def open_of(self, membership_id: UUID) -> ServiceChange | None:
        return next(iter(self.open_of_all([membership_id])), None)

    def open_of_all(self, membership_ids: Sequence[UUID]) -> Sequence[ServiceChange]:
        statement = select(ServiceChange).where(col(ServiceChange.membership_id).in_(membership_ids), _IS_OPEN)
        return self.session.exec(statement).all()

    def of(self, membership_id: UUID) -> Sequence[ServiceChange]:
        statement = select(ServiceChange).where(col(ServiceChange.membership_id) == membership_id)
        newest = statement.order_by(col(ServiceChange.asked_at).desc(), col(ServiceChange.id).desc())
        return self.session.exec(newest.limit(200)).all()

    def last_confirmed(self, membership_id: UUID) -> ServiceChange | None:
        """The one that says which services deliver now."""
        mine = col(ServiceChange.membership_id) == membership_id, col(ServiceChange.is_confirmed).is_(True)
        newest = col(ServiceChange.asked_at).desc(), col(ServiceChange.id).desc()
        return self.session.exec(select(ServiceChange).where(*mine).order_by(*newest).limit(1)).one_or_none()

    def waiting(self) -> SelectOfScalar[ServiceChange]:
        """Those that nobody has answered."""
        return select(ServiceChange).where(_IS_OPEN)
