"""What callers send and receive about evidence. The file itself is the body of the request, as it is."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_contracts.directory.evidence import MOST_EVIDENCE_AT_ONCE
from assay_kit.text import Day, Flag, Line, Model

Filename = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]
EvidenceKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,49}$")]
Description = Line


class UploadAsked(BaseModel):
    """What is said of a file beside its bytes."""

    provider_id: UUID
    filename: Filename
    kind: EvidenceKind = Field(description="What it is evidence of, such as `employers_liability_insurance`.")
    description: Description
    expires_on: Day | None = Field(default=None, description="The last day on which it holds.")
    renews: UUID | None = Field(default=None, description="The evidence of which this is the next edition.")


class StandingsAsked(Model):
    provider_id: UUID
    evidence_ids: list[UUID] = Field(min_length=1, max_length=MOST_EVIDENCE_AT_ONCE)


class RelianceIn(StandingsAsked):
    """What one object of the calling service relies on, all of one provider."""

    kind: EvidenceKind
    object_id: UUID
    is_sealed: Flag = Field(
        default=False, description="By this alone the council sees nothing of it before the service says it is opened."
    )


class EvidenceRead(BaseModel):
    id: UUID
    provider_id: UUID
    filename: str
    kind: str
    media_type: str
    size: int
    sha256: str
    description: str
    expires_on: date | None
    uploaded_by_name: str
    uploaded_at: AwareDatetime
    lapsed_at: AwareDatetime | None
    series_id: UUID = Field(description="The same for all editions of one document.")
    edition: int
    is_newest: bool
    is_relied_on: bool


class EvidenceUse(BaseModel):
    """Something that relies on a file: an object of a service, such as one assessment."""

    service: str
    kind: str
    object_id: UUID
    relied_on_at: AwareDatetime
