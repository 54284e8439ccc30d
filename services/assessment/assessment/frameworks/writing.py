"""Writes a framework as YAML: what `reading.py` reads back is the same framework. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import yaml

from assay_contracts.assessment.ratings import Rating

from .framework import Framework


def written(framework: Framework) -> str:
    """The framework as a file, in its own order; what has its usual value is left out."""
    content = framework.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    return yaml.dump(_plain(content), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)


class _Writer(yaml.SafeDumper):
    """Numbers are written as numbers, with all their digits."""


def _number(writer: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    kind = "int" if value == value.to_integral_value() else "float"
    return writer.represent_scalar(f"tag:yaml.org,2002:{kind}", f"{value.normalize():f}")


_Writer.add_representer(Decimal, _number)


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {_plain(key): _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return [rating.value for rating in Rating if rating in value]
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
