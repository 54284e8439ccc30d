"""What callers send and receive about files added to entries. The file itself is the body of the request, as it is."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, StringConstraints

from assay_kit.text import Line

Filename = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]


class FileAdded(BaseModel):
    """What is said of a file beside its bytes."""

    filename: Filename
    description: Line


class AttachmentRead(BaseModel):
    id: UUID
    filename: str
    media_type: str
    description: str
    size: int
    sha256: str
    added_at: AwareDatetime
    added_by_name: str
