"""Calls of this service that a rule refuses with 409."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from calls_dps import CALLS
from sqlmodel import Session

from assay_kit.walk import Call


def _ahead(operation: str, name: str) -> Callable[[Session], Call]:
    """The known call, about a day that has not come."""
    return lambda session: replace(CALLS[operation](session), query={name: "2199-12-31"})


REFUSED: Mapping[str, Callable[[Session], Call]] = {
    operation: _ahead(operation, name)
    for operation, name in (
        ("read_register", "as_at"),
        ("download_register", "as_at"),
        ("read_release_package", "as_at"),
        ("read_record_package", "as_at"),
        ("read_standing", "on"),
    )
}
