"""What may happen to a draft before it is published. Pure."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

# As many as everybody is shown.
MOST_COMMENTS = 500


class CommentOutcome(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ReviewOutcome(StrEnum):
    UPHELD = "upheld"
    CHANGED = "changed"


def bars_to_commenting(*, closes_at: datetime, closed_at: datetime | None, now: datetime) -> list[str]:
    """Why the provider may no longer comment on factual accuracy."""
    if closed_at is not None:
        return ["The factual accuracy window has been closed."]
    return ["The factual accuracy window is over."] if now > closes_at else []


def bars_to_senior_review(by: str, validated_by: Collection[str]) -> list[str]:
    """A dispute is looked at by somebody who had no part in the validation."""
    return ["You took part in the validation; another person reviews the dispute."] if by in validated_by else []


def bars_to_publication(
    *, window_is_open: bool, undecided_comments: int, is_under_review: bool, is_reviewed: bool
) -> list[str]:
    """Everything that stands between a draft and its publication."""
    bars = []
    if window_is_open and not is_under_review:
        bars.append("The factual accuracy window is still open.")
    if undecided_comments:
        bars.append(f"{undecided_comments} comments on factual accuracy await a decision.")
    if is_under_review and not is_reviewed:
        bars.append("The senior review has no outcome yet.")
    return bars


def bars_to_decision(outcome: CommentOutcome, *, changes_rating: bool) -> list[str]:
    """A rejected comment changes nothing."""
    if outcome is CommentOutcome.REJECTED and changes_rating:
        return ["A rejected comment leaves the rating as it is."]
    return []


def bars_to_review_outcome(outcome: ReviewOutcome, *, changes: Collection[str], undecided_comments: int) -> list[str]:
    """What is wrong with the outcome of a senior review; `changes` are the questions it changes."""
    bars = []
    if outcome is ReviewOutcome.CHANGED and not changes:
        bars.append("Name at least one finding that was changed, or uphold the draft.")
    if outcome is ReviewOutcome.UPHELD and changes:
        bars.append("A draft that is upheld changes nothing.")
    if len(set(changes)) != len(changes):
        bars.append("Each finding is changed once.")
    if undecided_comments:
        bars.append(f"{undecided_comments} comments on factual accuracy await a decision.")
    return bars
