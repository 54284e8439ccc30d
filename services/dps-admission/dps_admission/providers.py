"""What the directory says of a provider that bars it from going on here."""

from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import ProviderStatus
from assay_contracts.directory.copies import Copies

from .bars import Bar


def bars_to_provider(session: Session, provider_id: UUID) -> list[Bar]:
    """A provider whose account is closed neither applies nor becomes a member."""
    found = Copies(session).provider(provider_id)
    if found is not None and found.status == ProviderStatus.CLOSED:
        return [Bar("provider-closed", "The provider's account is closed.")]
    return []
