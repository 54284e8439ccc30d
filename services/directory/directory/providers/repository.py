"""Reads and writes providers and claims. No rules here."""

from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from assay_contracts.directory import ProviderStatus
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from directory.saving import refusing_doubles
from directory.tables import Provider, ProviderClaim

from .errors import AlreadyRecorded, ClaimNotFound, ProviderNotFound
from .rules import ClaimStatus


class Providers:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, provider_id: UUID, *, lock: bool = False) -> Provider:
        found = self.session.get(Provider, provider_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise ProviderNotFound
        return found

    def seen_by(self, principal: Principal, provider_id: UUID, *, lock: bool = False) -> Provider:
        if not principal.sees(provider_id):
            raise ProviderNotFound
        return self.get(provider_id, lock=lock)

    def page(
        self,
        principal: Principal,
        page: PageAsked,
        *,
        status: ProviderStatus | None,
        company_number: str | None,
        cqc_provider_id: str | None,
    ) -> Page[Provider]:
        wanted = select(Provider)
        asked = (
            (Provider.id, principal.org),
            (Provider.status, status),
            (Provider.company_number, company_number),
            (Provider.cqc_provider_id, cqc_provider_id),
        )
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(column == value)
        return paginate(self.session, wanted, page, Provider.name, Provider.id)

    def claimed_by(self, *, company_number: str | None, cqc_provider_id: str | None) -> Provider | None:
        """The provider that a claim's identifiers name, if they name exactly one."""
        same: list[ColumnElement[bool]] = []
        if company_number is not None:
            same.append(col(Provider.company_number) == company_number)
        if cqc_provider_id is not None:
            same.append(col(Provider.cqc_provider_id) == cqc_provider_id)
        if not same:
            return None
        found = self.session.exec(select(Provider).where(or_(*same)).limit(2)).all()
        return found[0] if len(found) == 1 else None

    def add(self, provider: Provider) -> None:
        with refusing_doubles(self.session, AlreadyRecorded()):
            self.session.add(provider)

    def save(self, provider: Provider, values: dict[str, object]) -> None:
        """Set `values`, refused where another provider has one of the identifiers."""
        with refusing_doubles(self.session, AlreadyRecorded()):
            provider.sqlmodel_update(values)
            self.session.flush()


class Claims:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, claim_id: UUID, *, lock: bool = False) -> ProviderClaim:
        found = self.session.get(ProviderClaim, claim_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise ClaimNotFound
        return found

    def page(self, page: PageAsked, *, status: ClaimStatus | None) -> Page[ProviderClaim]:
        wanted = select(ProviderClaim)
        if status is not None:
            wanted = wanted.where(ProviderClaim.status == status)
        return paginate(self.session, wanted, page, col(ProviderClaim.made_at), col(ProviderClaim.id))

    def add(self, claim: ProviderClaim) -> None:
        self.session.add(claim)
        self.session.flush()
