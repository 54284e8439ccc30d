"""What callers send and receive about settings."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from assay_kit.text import Day, Model, Reason


class SettingIn(Model):
    value: JsonValue
    effective_from: Day
    reason: Reason


class SettingRead(BaseModel):
    """A setting as it holds on a day. `is_default` is true where the council has not decided; null is unset."""

    key: str
    says: str
    accepts: dict[str, Any] = Field(description="The JSON Schema of the values it accepts.")
    value: JsonValue
    is_default: bool
    version: int = Field(description="The newest version, whether or not it holds yet; 0 before the first.")
    effective_from: date | None


class SettingVersionRead(BaseModel):
    id: UUID
    key: str
    version: int
    value: JsonValue
    effective_from: date
    reason: str
    set_by_name: str
    set_at: AwareDatetime
