"""Reads and writes contracts. No rules here."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from directory.saving import refusing_doubles
from directory.tables import Contract

from .errors import ContractNotFound, ReferenceTaken


class Contracts:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, contract_id: UUID, *, lock: bool = False) -> Contract:
        found = self.session.get(Contract, contract_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise ContractNotFound
        return found

    def seen_by(self, principal: Principal, contract_id: UUID) -> Contract:
        found = self.get(contract_id)
        if not principal.sees(found.provider_id):
            raise ContractNotFound
        return found

    def page(
        self, principal: Principal, page: PageAsked, *, provider_id: UUID | None, care_service_id: UUID | None
    ) -> Page[Contract]:
        wanted = select(Contract)
        for value in (principal.org, provider_id):
            if value is not None:
                wanted = wanted.where(Contract.provider_id == value)
        if care_service_id is not None:
            wanted = wanted.where(col(Contract.care_service_ids).contains([care_service_id]))
        return paginate(self.session, wanted, page, Contract.reference, Contract.id)

    def add(self, contract: Contract) -> None:
        with refusing_doubles(self.session, ReferenceTaken()):
            self.session.add(contract)

    def save(self, contract: Contract, values: dict[str, Any]) -> None:
        """Set `values`, refused where another contract has the reference."""
        with refusing_doubles(self.session, ReferenceTaken()):
            contract.sqlmodel_update(values)
            self.session.flush()
