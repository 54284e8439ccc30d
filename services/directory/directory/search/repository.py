"""Finds providers and care services by the beginnings of words. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from directory.tables import CareService, Provider

_AS_WRITTEN = "simple"


class Search:
    def __init__(self, session: Session) -> None:
        self._session = session

    def providers(self, query: str, *, org: UUID | None, limit: int) -> Sequence[Provider]:
        wanted = select(Provider).where(col(Provider.found_by).op("@@")(func.to_tsquery(_AS_WRITTEN, query)))
        if org is not None:
            wanted = wanted.where(Provider.id == org)
        return self._session.exec(wanted.order_by(Provider.name, col(Provider.id)).limit(limit)).all()

    def care_services(self, query: str, *, org: UUID | None, limit: int) -> Sequence[CareService]:
        wanted = select(CareService).where(col(CareService.found_by).op("@@")(func.to_tsquery(_AS_WRITTEN, query)))
        if org is not None:
            wanted = wanted.where(CareService.provider_id == org)
        return self._session.exec(wanted.order_by(CareService.name, col(CareService.id)).limit(limit)).all()
