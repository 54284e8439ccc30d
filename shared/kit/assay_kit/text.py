"""The shapes of text and of request bodies that every service accepts. Pure."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

# PostgreSQL cannot store NUL: it is refused at the door, and the schema says so.
_STORABLE = r"^[^\x00]*$"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_ONE_LINE)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_ONE_LINE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=_STORABLE)]
Reason = Annotated[str, StringConstraints(min_length=10, max_length=4_000, pattern=_STORABLE)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")]
Email = Annotated[
    str,
    StringConstraints(
        min_length=3,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]


class Model(BaseModel):
    """A request body: a field that the schema does not name is refused, never dropped in silence."""

    model_config = ConfigDict(extra="forbid")
