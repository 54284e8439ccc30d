"""The council's own settings: which there are, what each accepts, and what ships as its default. Pure.

What a service decides by its own versioned policy (procedure profiles, frameworks, scoring models) is not here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from assay_kit.text import Email, Flag, Line, Name, Text


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


_Days = Annotated[int, Field(ge=1, le=366, strict=True)]
_Years = Annotated[int, Field(ge=1, le=100, strict=True)]
_Percent = Annotated[int, Field(ge=1, le=100, strict=True)]

DEFINITIONS: Mapping[str, Definition] = {
    each.key: each
    for each in (
        _setting("council.name", "The council's name, as letters and pages show it", Name, "The council"),
        _setting("council.team", "The team that answers providers", Name, "Strategic commissioning"),
        _setting("council.contact_email", "Where providers write to", Email),
        _setting("council.contact_phone", "Where providers ring", Name),
        _setting("council.postal_address", "The address on letters", Text),
        _setting(
            "council.zones", "The zones that services and lots are in", Annotated[list[Name], Field(max_length=50)], []
        ),
        _setting("register.shows_suspension", "Whether the public register marks suspended members", Flag, False),
        _setting(
            "evaluation.alert_percent",
            "Alert the commissioning manager when this much of the period has gone",
            _Percent,
            80,
        ),
        _setting("directory.activity_due_days", "Days after a month's end by which its activity is due", _Days, 20),
        _setting(
            "confidence.sentence",
            "What is said where detail is restricted",
            Line,
            "The council holds information in confidence",
        ),
        _setting("retention.applications_years", "Years to keep applications (law: at least 3 from award)", _Years),
        _setting("retention.assessments_years", "Years to keep assessments", _Years),
        _setting("retention.intelligence_years", "Years to keep intelligence", _Years),
        _setting("retention.messages_years", "Years to keep messages", _Years),
    )
}


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
