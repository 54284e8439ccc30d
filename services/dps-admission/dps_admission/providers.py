"""What the directory says of a provider that bars it from going on here."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from assay_contracts.directory import ProviderStatus
from assay_contracts.directory.copies import Copies, provider_copy

from .bars import Bar

CLOSED = Bar("provider-closed", "The provider's account is closed.")


def bars_to_provider(session: Session, provider_id: UUID) -> list[Bar]:
    """A provider whose account is closed neither applies nor becomes a member."""
    found = Copies(session).provider(provider_id)
    return [CLOSED] if found is not None and found.status == ProviderStatus.CLOSED else []


def closed_among(session: Session, provider_ids: Iterable[UUID]) -> set[UUID]:
    """Those of several whose accounts are closed, in one query."""
    is_closed = provider_copy.c.status == ProviderStatus.CLOSED, provider_copy.c.id.in_(set(provider_ids))
    return set(session.execute(select(provider_copy.c.id).where(*is_closed)).scalars())
