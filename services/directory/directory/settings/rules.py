"""The council's own settings: which there are, what each accepts, and what ships as its default. Pure.

Every one is read by something. What a service decides by its own versioned policy (procedure profiles, frameworks,
scoring models) is not here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError

from assay_contracts.directory.council import NAME, NAMELESS
from assay_kit.text import Email, Flag, Name, Text


@dataclass(frozen=True, kw_only=True)
class Definition:
    key: str
    says: str
    accepts: TypeAdapter[Any]
    default: JsonValue
    """None: unset, and shown as unset until the council decides."""

    def schema(self) -> dict[str, Any]:
        return self.accepts.json_schema()


def _setting(key: str, says: str, accepts: Any, default: JsonValue = None) -> Definition:
    return Definition(key=key, says=says, accepts=TypeAdapter(accepts), default=default)


DEFINITIONS: Mapping[str, Definition] = {
    each.key: each
    for each in (
        _setting(NAME, "The council's name, as letters and open contracting data say it", Name, NAMELESS),
        _setting("council.team", "The team that signs letters", Name, "Strategic commissioning"),
        _setting("council.postal_address", "The address below letters", Text),
        _setting("council.contact_email", "Where providers write to, below letters", Email),
        _setting("council.contact_phone", "Where providers ring, below letters", Name),
        _setting(
            "early_warning.providers_see_own_bands",
            "Whether a provider sees the bands of its own services, with plain reasons",
            Flag,
            False,
        ),
    )
}

SIGNATURE = ("council.team", NAME, "council.postal_address", "council.contact_email", "council.contact_phone")


def why_not(definition: Definition, value: JsonValue) -> list[str]:
    """Everything wrong with `value` for this setting; nothing when it is accepted."""
    try:
        definition.accepts.validate_python(value)
    except ValidationError as error:
        return [each["msg"] for each in error.errors()]
    return []


@dataclass(frozen=True, kw_only=True)
class Dated:
    version: int
    effective_from: date
    value: JsonValue


def in_force(versions: Sequence[Dated], *, on: date) -> Dated | None:
    """The version that holds on a day: the latest to take effect, and of those of one day the last to be set."""
    begun = [version for version in versions if version.effective_from <= on]
    return max(begun, key=lambda version: (version.effective_from, version.version), default=None)
