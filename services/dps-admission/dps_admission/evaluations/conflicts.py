"""What a conflict of interest keeps a person from, in whichever round it was declared, and what it voids. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from dps_admission.bars import Bar

from .rules import Assigned, Conflict


def bars_to_taking_part(person: str, *, conflicted: Collection[str]) -> list[Bar]:
    """Whether a person may be assigned, or settle a check."""
    if person not in conflicted:
        return []
    return [Bar("has-conflict", "Who declared a conflict of interest takes no further part in this case.")]


def bars_to_declaring(assigned: Assigned | None, *, has_conflict: bool, was_conflicted: bool) -> list[Bar]:
    """Somebody may learn of a conflict after declaring that there is none; a conflict is never taken back."""
    if assigned is None:
        return [Bar("not-assigned", "You are not assigned to this lot application.")]
    if was_conflicted or (assigned.conflict != Conflict.NOT_DECLARED and not has_conflict):
        return [Bar("declared-already", "You have declared already.")]
    return []


def bars_to_relying(people: Iterable[Mapping[str, Any]], *, conflicted: Collection[str]) -> list[Bar]:
    """A report rests on everybody whom it names without a conflict: whoever declares one since voids it."""
    since = [one for one in people if one["conflict"] == Conflict.NONE and one["person"] in conflicted]
    says = "has declared a conflict of interest since the report was made: have it evaluated again."
    return [Bar("report-void", f"{one['name']} {says}") for one in since]
