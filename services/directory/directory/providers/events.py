"""Tells the others what a provider now is: the whole record and its version, so that a copy can be kept."""

from datetime import datetime

from sqlmodel import Session

from assay_contracts.directory import ProviderRecord, ProviderRecorded
from assay_kit.events import tell
from directory.tables import Provider


def record_of(provider: Provider) -> ProviderRecord:
    return ProviderRecord.model_validate(provider, from_attributes=True)


def tell_recorded(session: Session, provider: Provider, *, now: datetime) -> None:
    session.flush()
    tell(session, ProviderRecorded(provider=record_of(provider), at=now))
