"""Reads and writes API clients and their secrets. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from assay_kit.pagination import Page, PageAsked, paginate
from directory.saving import refusing_doubles
from directory.tables import ApiClient, ApiClientSecret

from .errors import ClientNotFound, NameTaken, SecretNotFound


class ApiClients:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, client_id: UUID, *, lock: bool = False) -> ApiClient:
        found = self.session.get(ApiClient, client_id, with_for_update=lock, populate_existing=lock)
        if found is None:
            raise ClientNotFound
        return found

    def by_name(self, name: str) -> ApiClient | None:
        return self.session.exec(select(ApiClient).where(ApiClient.name == name)).one_or_none()

    def page(self, page: PageAsked) -> Page[ApiClient]:
        return paginate(self.session, select(ApiClient), page, ApiClient.name, ApiClient.id)

    def secrets(self, client_id: UUID) -> Sequence[ApiClientSecret]:
        wanted = select(ApiClientSecret).where(ApiClientSecret.client_id == client_id)
        return self.session.exec(wanted.order_by(col(ApiClientSecret.id).desc()).limit(200)).all()

    def secret(self, client_id: UUID, secret_id: UUID) -> ApiClientSecret:
        found = self.session.get(ApiClientSecret, secret_id)
        if found is None or found.client_id != client_id:
            raise SecretNotFound
        return found

    def add(self, client: ApiClient) -> None:
        with refusing_doubles(self.session, NameTaken()):
            self.session.add(client)

    def add_secret(self, secret: ApiClientSecret) -> None:
        self.session.add(secret)
        self.session.flush()
