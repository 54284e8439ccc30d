"""What an edit changes, in the words of the timeline. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic_core import to_jsonable_python


def changes(row: object, after: Mapping[str, Any], *, personal: Collection[str] = ()) -> dict[str, Any]:
    """The names of what `after` changes in a row, and its values before and after.

    What is `personal` is named without its values: the timeline is kept for ever.
    """
    changed = sorted(name for name, value in after.items() if getattr(row, name) != value)
    told = [name for name in changed if name not in personal]
    return {
        "changed": changed,
        "before": to_jsonable_python({name: getattr(row, name) for name in told}),
        "after": to_jsonable_python({name: after[name] for name in told}),
    }
