"""The root of this service's tables, and the shapes of their columns."""

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from assay_kit.database import new_id, service_registry


class DpsTable(SQLModel, registry=service_registry()):
    """The root of this service's tables."""


def id_column() -> Any:
    return Field(default_factory=new_id, primary_key=True)


def empty_list() -> Any:
    return Field(default_factory=list, sa_type=JSONB)


def empty_dict() -> Any:
    return Field(default_factory=dict, sa_type=JSONB)
