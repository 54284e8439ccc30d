"""What a schema shows of a table's row."""

from typing import Any

from pydantic import BaseModel
from sqlmodel import SQLModel


def shown(row: SQLModel, schema: type[BaseModel], **more: Any) -> dict[str, Any]:
    """The fields of `schema` that `row` has, and `more`. Not `model_dump`: rows hold enums by their value."""
    return {name: getattr(row, name) for name in schema.model_fields if hasattr(row, name)} | more
