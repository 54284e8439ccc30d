"""What a search finds."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field


class HitKind(StrEnum):
    PROVIDER = "provider"
    CARE_SERVICE = "care_service"


class Hit(BaseModel):
    kind: HitKind
    id: UUID
    provider_id: UUID
    title: str
    detail: str


class SearchRead(BaseModel):
    items: Annotated[list[Hit], Field(max_length=50)]
