"""A provider's evidence that something here relies on: the directory keeps the files, this service their hashes."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject


class EvidenceRead(BaseModel):
    """One file, as it was when it was relied on."""

    id: UUID
    filename: str
    sha256: str
    expires_on: date | None = None
    """As the directory knew it then; None: it does not expire."""


def rely(
    directory: Directory,
    evidence_ids: Iterable[UUID],
    *,
    provider_id: UUID,
    by_object: RelyingObject,
    is_sealed: bool = False,
) -> list[dict[str, Any]]:
    """Keep what the directory says of each file; EvidenceNotTheirs (409) where one is not the provider's.

    `is_sealed`: the directory shows it to nobody of the council by this before it is told that it was opened.
    """
    wanted = set(evidence_ids)
    if not wanted:
        return []
    about: dict[str, Any] = {"provider_id": provider_id, "by_object": by_object, "is_sealed": is_sealed}
    found = directory.rely_on_evidence(wanted, **about)
    return [EvidenceRead.model_validate(one, from_attributes=True).model_dump(mode="json") for one in found]
