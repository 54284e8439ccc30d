"""What callers send and receive about frameworks."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, StringConstraints

from assay_kit.text import Model
from assessment.tables import FrameworkRow

from .framework import Framework
from .rules import FrameworkStatus


class FrameworkFile(Model):
    """A framework as YAML. A mistake in it is answered with its line."""

    yaml: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000, pattern=r"^[^\x00]*$")]


class FrameworkSummary(BaseModel):
    version: int
    name: str
    status: FrameworkStatus
    content_hash: str
    drafted_at: AwareDatetime
    published_at: AwareDatetime | None

    @classmethod
    def of(cls, row: FrameworkRow) -> Self:
        return cls.model_validate(row, from_attributes=True)


class FrameworkRead(FrameworkSummary):
    content: Framework
