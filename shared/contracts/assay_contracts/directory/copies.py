"""A service's own copy of the providers and care services it works with, fed by the directory's events.

An older version never replaces a newer one. On a miss the directory is asked: register-then-apply must not race.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import httpx
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.events import CareServiceRecorded, ProviderRecorded
from assay_contracts.directory.records import CareServiceRecord, ProviderRecord
from assay_kit.problems import Unavailable

Found = TypeVar("Found", ProviderRecord, CareServiceRecord)

_metadata = MetaData()

provider_copy = Table(
    "provider_copy",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("status", String, nullable=False),
    Column("record", JSONB, nullable=False),
)

care_service_copy = Table(
    "care_service_copy",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("name", String, nullable=False),
    Column("type", String, nullable=False),
    Column("cqc_location_ids", ARRAY(String), nullable=False),  # the present one first, then those before it
    Column("record", JSONB, nullable=False),
    Index("ix_care_service_copy_provider_id", "provider_id"),
    Index("ix_care_service_copy_cqc_location_ids", "cqc_location_ids", postgresql_using="gin"),
)


def add_copy_tables(metadata: MetaData) -> None:
    """Give a service's metadata the tables of its copies."""
    provider_copy.to_metadata(metadata)
    care_service_copy.to_metadata(metadata)


def receive_provider(session: Session, event: ProviderRecorded) -> None:
    keep_provider(session, event.provider)


def receive_care_service(session: Session, event: CareServiceRecorded) -> None:
    keep_care_service(session, event.care_service)


def keep_provider(session: Session, record: ProviderRecord) -> None:
    _keep(
        session,
        provider_copy,
        {
            "id": record.id,
            "version": record.version,
            "name": record.name,
            "status": record.status,
            "record": record.model_dump(mode="json"),
        },
    )


def keep_care_service(session: Session, record: CareServiceRecord) -> None:
    present = () if record.cqc_location_id is None else (record.cqc_location_id,)
    _keep(
        session,
        care_service_copy,
        {
            "id": record.id,
            "version": record.version,
            "provider_id": record.provider_id,
            "name": record.name,
            "type": record.type,
            "cqc_location_ids": [*present, *record.previous_cqc_location_ids],
            "record": record.model_dump(mode="json"),
        },
    )


def _keep(session: Session, table: Table, values: dict[str, Any]) -> None:
    statement = insert(table).values(**values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_=values, where=table.c.version < statement.excluded.version
        )
    )


class Copies:
    """Reads the copies of a session; asks `directory` for what is not there, where one is given."""

    def __init__(self, session: Session, directory: Directory | None = None) -> None:
        self._session = session
        self._directory = directory

    def provider(self, provider_id: UUID) -> ProviderRecord | None:
        row = self._session.execute(
            select(provider_copy.c.record).where(provider_copy.c.id == provider_id)
        ).scalar_one_or_none()
        if row is not None:
            return ProviderRecord.model_validate(row)
        found = self._ask(lambda directory: directory.provider(provider_id))
        if found is not None:
            keep_provider(self._session, found)
        return found

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None:
        row = self._session.execute(
            select(care_service_copy.c.record).where(care_service_copy.c.id == care_service_id)
        ).scalar_one_or_none()
        if row is not None:
            return CareServiceRecord.model_validate(row)
        found = self._ask(lambda directory: directory.care_service(care_service_id))
        if found is not None:
            keep_care_service(self._session, found)
        return found

    def care_services_of(self, provider_id: UUID) -> Sequence[CareServiceRecord]:
        """Every care service of a provider that this service has heard of, by name."""
        wanted = select(care_service_copy.c.record).where(care_service_copy.c.provider_id == provider_id)
        rows = self._session.execute(wanted.order_by(care_service_copy.c.name, care_service_copy.c.id)).scalars()
        return [CareServiceRecord.model_validate(row) for row in rows]

    def care_services_by_location(self, cqc_location_id: str) -> Sequence[CareServiceRecord]:
        """Every care service at a CQC location, by its present or a previous id. Ids are case-sensitive."""
        wanted = select(care_service_copy.c.record).where(
            care_service_copy.c.cqc_location_ids.contains([cqc_location_id])
        )
        rows = self._session.execute(wanted.order_by(care_service_copy.c.name, care_service_copy.c.id)).scalars()
        return [CareServiceRecord.model_validate(row) for row in rows]

    def _ask(self, question: Callable[[Directory], Found | None]) -> Found | None:
        if self._directory is None:
            return None
        try:
            return question(self._directory)
        except httpx.HTTPError as error:
            raise Unavailable("The directory is not reachable; try again in a moment.") from error
