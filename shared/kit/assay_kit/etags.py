"""Lost updates are refused: the version of what was read travels in `ETag`, and comes back in `If-Match`."""

from typing import Annotated

from fastapi import Depends, Header
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from assay_kit.problems import StaleEdit

_SHAPE = r'^(\*|"[0-9]{1,9}")$'


def etag(version: int) -> str:
    """The header's value for `version`: `"4"`, quotes included."""
    return f'"{version}"'


def set_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag(version)


async def get_if_match(
    if_match: Annotated[
        str | SkipJsonSchema[None],  # not null in the contract: it would be sent as the word
        Header(
            alias="If-Match",
            pattern=_SHAPE,
            json_schema_extra={"format": "etag"},
            description='The `ETag` of what was read, such as `"3"`: refused with 412 if stale.',
        ),
    ] = None,
) -> int | None:
    """The version that the caller read; None where the caller does not say, or says that any will do (`*`)."""
    return None if if_match in {None, "*"} else int(str(if_match).strip('"'))


# In a route's signature: `read: IfMatch`. A header of another shape is a 422.
IfMatch = Annotated[int | None, Depends(get_if_match)]


def check_match(expected: int | None, version: int) -> None:
    """Raise StaleEdit (412) where the caller read another version than `version`, the present one.

    Lock the row first (`with_for_update`), or two savers may both be told yes.
    """
    if expected is not None and expected != version:
        raise StaleEdit(
            f"You read version {expected}; it is now at version {version}. Read it again and repeat your change.",
            headers={"ETag": etag(version)},
        )
