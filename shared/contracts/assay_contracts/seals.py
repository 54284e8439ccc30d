"""Asking the directory to open what was relied on under a seal: the service that sealed it tells this."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from assay_contracts.directory.evidence import MOST_EVIDENCE_AT_ONCE
from assay_kit.events import Event


class SealOpened(Event):
    """The council may read `evidence_ids`, as far as the object relies on them; what it sealed beside them stays so.

    `kind` and `object_id` are those of the `RelyingObject`. Said twice it changes nothing.
    """

    TYPE: ClassVar[str] = "evidence.seal_opened.v1"
    KEY: ClassVar[str] = "object_id"

    kind: str = Field(pattern=r"^[a-z][a-z_]{1,49}$")
    object_id: UUID
    evidence_ids: tuple[UUID, ...] = Field(min_length=1, max_length=MOST_EVIDENCE_AT_ONCE)
