"""Relying on a provider's evidence: what the directory answers with, and how it refuses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from assay_kit.problems import Conflict

MOST_EVIDENCE_AT_ONCE = 1_000
"""How many files one object of a service may rely on in one request."""


@dataclass(frozen=True)
class RelyingObject:
    """What relies on evidence: an object of the calling service. `kind` is one word such as `lot_application`."""

    kind: str
    id: UUID


class EvidenceRecord(BaseModel):
    """What is known of a file. Neither the bytes nor these words change any more."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    provider_id: UUID
    kind: str
    filename: str
    media_type: str
    size: int
    sha256: str
    description: str
    expires_on: date | None
    uploaded_at: AwareDatetime


class EvidenceStanding(BaseModel):
    """A file, and the newest edition of the same document: the file itself where it was not renewed."""

    model_config = ConfigDict(frozen=True)

    evidence: EvidenceRecord
    newest_id: UUID


class EvidenceNotTheirs(Conflict):
    """Nothing of the request was noted. `evidence_ids` names what is not the provider's, or is not there at all."""

    slug, title = "evidence-not-theirs", "This is not evidence of the provider"

    def __init__(self, evidence_ids: Iterable[UUID]) -> None:
        self.evidence_ids = tuple(sorted(evidence_ids))
        said = [str(each) for each in self.evidence_ids]
        super().__init__("The provider has uploaded no such evidence.", evidence_ids=said)
