"""What a conflict of interest keeps a person from, in whichever round it was declared, and what it voids. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from dps_admission.bars import Bar

from .rules import Assigned, Conflict, Finding


def bars_to_taking_part(person: str, *, conflicted: Collection[str]) -> list[Bar]:
    """Whether a person may be assigned, or settle a check."""
    if person not in conflicted:
        return []
    return [Bar("has-conflict", "Who declared a conflict of interest takes no further part in this case.")]


def bars_to_declaring(
    assigned: Assigned | None, *, has_conflict: bool, was_conflicted: bool, is_involved: bool
) -> list[Bar]:
    """Somebody may learn of a conflict after declaring that there is none; a conflict is never taken back.

    `is_involved`: was assigned in any round, or settled a check. All of them may declare a conflict, assigned or not.
    """
    if was_conflicted or (assigned and assigned.conflict != Conflict.NOT_DECLARED and not has_conflict):
        return [Bar("declared-already", "You have declared already.")]
    if assigned is None and not (is_involved and has_conflict):
        return [Bar("not-assigned", "You are not assigned to this lot application.")]
    return []


def bars_to_relying(report: Mapping[str, Any], *, conflicted: Collection[str]) -> list[Bar]:
    """A report rests on everybody whom it names without a conflict: whoever declares one since voids it.

    And on who found that a check fails: that stays in the report, while what came to a pass is settled again.
    """
    rests_on = [one for one in report["people"] if one["conflict"] == Conflict.NONE]
    rests_on += [one for one in report["checks"] if one["finding"] == Finding.FAIL]
    since = {one["person"]: one["name"] for one in rests_on if one["person"] in conflicted}
    says = "has declared a conflict of interest since the report was made: have it evaluated again."
    return [Bar("report-void", f"{name} {says}") for name in since.values()]
