"""What every table of this service is made of."""

from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from assay_kit.database import service_registry


class RiskTable(SQLModel, registry=service_registry()):
    pass


def json_column() -> Any:
    return Field(sa_column=Column(JSONB, nullable=False))


def optional_json_column() -> Any:
    return Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))


def texts_column() -> Any:
    return Field(default_factory=list, sa_column=Column(JSONB, nullable=False))


def columns_of(row: RiskTable, *left_out: str) -> dict[str, Any]:
    """The row as it is, by column: `model_dump` would warn that an enum which was read back is its value."""
    return {name: getattr(row, name) for name in type(row).model_fields if name not in left_out}
