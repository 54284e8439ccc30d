"""What counts as a change of circumstances, and what becomes of a decision that it touches. Pure."""

from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from assay_contracts.assessment.ratings import Rating
from assay_kit.steps import Life
from dps_admission.bars import Bar


class ChangeKind(StrEnum):
    OWNERSHIP = "ownership"
    REGISTRATION = "registration"
    INSURANCE = "insurance"
    EXCLUSION_GROUND = "exclusion_ground"
    REGISTERED_MANAGER = "registered_manager"
    FINANCES = "finances"
    SERVICES = "services"
    OTHER = "other"
    # Told by other services.
    RATING = "rating"
    BAND = "band"
    EVIDENCE_LAPSED = "evidence_lapsed"


TOLD_BY_SERVICES = frozenset({ChangeKind.RATING, ChangeKind.BAND, ChangeKind.EVIDENCE_LAPSED})
NOT_FOR_PROVIDERS = frozenset({ChangeKind.BAND})
"""Early warning is the council's own: a provider is not told of its bands."""


class ChangedStatus(StrEnum):
    OPEN = "open"
    RECONFIRMED = "reconfirmed"
    REVIEWED = "reviewed"  # the decision was set aside and is evaluated anew
    ACKNOWLEDGED = "acknowledged"  # nothing was decided yet, and whoever decides knows of it
    OVERTAKEN = "overtaken"  # the membership ended, the application did, or what was told was taken back


class ChangedStep(StrEnum):
    RECONFIRM = "reconfirm"
    REVIEW = "review"
    ACKNOWLEDGE = "acknowledge"
    OVERTAKE = "overtake"


CHANGED_LIFE = Life(
    name="changed decision",
    start=ChangedStatus.OPEN,
    steps={
        (ChangedStatus.OPEN, ChangedStep.RECONFIRM): ChangedStatus.RECONFIRMED,
        (ChangedStatus.OPEN, ChangedStep.REVIEW): ChangedStatus.REVIEWED,
        (ChangedStatus.OPEN, ChangedStep.ACKNOWLEDGE): ChangedStatus.ACKNOWLEDGED,
        (ChangedStatus.OPEN, ChangedStep.OVERTAKE): ChangedStatus.OVERTAKEN,
    },
)
_LOW = frozenset({Rating.REQUIRES_IMPROVEMENT, Rating.POOR})

K = TypeVar("K")


def is_low(rating: Rating | None, *, is_imported: bool) -> bool:
    """Whether a rating touches decisions. An imported one is older than the day it came in."""
    return rating in _LOW and not is_imported


def turned_red(band: str, previous: str | None) -> bool:
    return band == "red" and previous != "red"


def is_about(care_service: K | None, delivering: Collection[K]) -> bool:
    """Whether a change about one service (None: about the provider) touches who delivers with these services."""
    return care_service is None or not delivering or care_service in delivering


def bars_to_answering(step: ChangedStep, *, is_undecided: bool) -> list[Bar]:
    """A decision is reconfirmed or reviewed; of what an application that is still open rests on, note is taken."""
    if step == ChangedStep.ACKNOWLEDGE and not is_undecided:
        return [Bar("decided", "It is decided: reconfirm the decision, or have it evaluated again.")]
    if step != ChangedStep.ACKNOWLEDGE and is_undecided:
        return [Bar("not-decided", "Nothing is decided yet: take note of the change, and then decide.")]
    return []


def bars_to_reviewing(*, has_decision: bool) -> list[Bar]:
    if has_decision:
        return []
    says = "No decision stands behind an opening balance: suspend it, or give notice of removal, or reconfirm it."
    return [Bar("no-decision", says)]
