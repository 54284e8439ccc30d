"""What stands in the way of withdrawing a rating, or of recording one that was given before. Pure."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID


def bars_to_replacement(*, replaced: UUID, replacement: UUID, published: Sequence[UUID]) -> list[str]:
    """Why one rating cannot take another's place; `published` are those of the same service, the newest first.

    Where the newest is withdrawn the next one stands, whatever else was meant.
    """
    if replacement == replaced:
        return ["A rating cannot replace itself."]
    if replacement not in published:
        return ["The replacement must be a published assessment of the same service."]
    if published[0] == replaced and replacement != published[1]:
        return ["Another rating would stand: the replacement must be the newest of the others."]
    return []


def bars_to_approving_withdrawal(by: str, proposed_by: str) -> list[str]:
    """Two people withdraw a rating."""
    return ["You proposed this withdrawal; another person approves it."] if by == proposed_by else []


def bars_to_refusing_withdrawal(by: str, proposed_by: str, *, is_manager: bool) -> list[str]:
    """Whoever proposed a withdrawal takes it back; a commissioning manager turns it down."""
    if by == proposed_by or is_manager:
        return []
    return ["A commissioning manager turns a withdrawal down, or whoever proposed it takes it back."]


def bars_to_import(*, published_on: date, today: date) -> list[str]:
    """A rating given before is from the past."""
    return ["An imported rating was published in the past."] if published_on > today else []
