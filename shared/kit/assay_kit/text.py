"""The shapes of text and of request bodies that every service accepts. Pure."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

# PostgreSQL cannot store NUL: it is refused at the door, and the schema says so.
# What has to say something holds a character that is no space; white space is written out where dialects differ.
_SAYING = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
_SAYING_IN_ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f\x85][^\x00-\x1f\x7f]*$"
_TEN_FROM_FIRST_TO_LAST = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]{8,}[^\s\x00\x1c-\x1f\x85][^\x00]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_SAYING_IN_ONE_LINE)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_SAYING_IN_ONE_LINE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=_SAYING)]
Reason = Annotated[str, StringConstraints(min_length=10, max_length=4_000, pattern=_TEN_FROM_FIRST_TO_LAST)]
# Who somebody is in a token: what identifies an officer, an evaluator, a recipient.
Subject = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_SAYING_IN_ONE_LINE)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")]
Email = Annotated[
    str,
    StringConstraints(
        min_length=3,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]


def _day_as_text(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        return value
    raise ValueError("write a day as YYYY-MM-DD")


def _instant_as_text(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:", value)):
        return value
    raise ValueError("write an instant as RFC 3339 says, with its offset: 2026-03-02T12:00:00Z")


def _whole_number(value: Any) -> Any:
    """JSON has one kind of number: 1.0 is the integer 1. Text and booleans are none."""
    if isinstance(value, bool | str):
        raise ValueError("write a whole number")
    return value


# Pydantic also reads numbers, and numbers in text, as dates: what the schema calls a date is only that.
Day = Annotated[date, BeforeValidator(_day_as_text, json_schema_input_type=date)]
Moment = Annotated[AwareDatetime, BeforeValidator(_instant_as_text, json_schema_input_type=AwareDatetime)]
# Put it last: `Annotated[int, Field(ge=1), WHOLE]`. Bounds that come after a validator are not in the schema.
WHOLE = BeforeValidator(_whole_number)
Count = Annotated[int, Field(ge=0, le=1_000_000), WHOLE]
Flag = Annotated[bool, Strict()]


class Model(BaseModel):
    """A request body: a field that the schema does not name is refused, never dropped in silence."""

    model_config = ConfigDict(extra="forbid")
