"""What may happen to a draft before it is published. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from assay_kit.calendar import end_of_london_day, london_day
from assessment.frameworks.framework import Policy
from assessment.rating.answers import AnswerRating

# As many as everybody is shown.
MOST_COMMENTS = 500

_NO_CHANGE = "The rating of {} is that already: leave it out."


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


def dispute_closes_at(
    policy: Policy, *, closes_at: datetime, closed_at: datetime | None, decided_at: datetime | None
) -> datetime:
    """The last instant at which the draft may be disputed.

    As long as comments may be made, and for some days after the last answer to one (`decided_at`), unless the provider
    has confirmed since (`closed_at`) that nothing is left to correct.
    """
    confirmed_at = closed_at if closed_at is not None and closed_at < closes_at else None
    # the confirmation itself is the end: whoever publishes at that instant is not too early
    ends = closes_at if confirmed_at is None else confirmed_at - timedelta(microseconds=1)
    if decided_at is None or (confirmed_at is not None and decided_at <= confirmed_at):
        return ends
    return max(ends, end_of_london_day(london_day(decided_at) + timedelta(days=policy.dispute_days)))


def bars_to_disputing(*, closes_at: datetime, undecided_comments: int, now: datetime) -> list[str]:
    """Why a draft may no longer be disputed; while a comment awaits its answer it always may."""
    return ["The time to dispute the draft is over."] if now > closes_at and not undecided_comments else []


def bars_to_senior_review(
    by: str, *, is_manager: bool, worked_on_by: Collection[str], handed_to: str | None, handed_name: str | None
) -> list[str]:
    """A dispute is looked at by a commissioning manager, or whoever one hands it to, that did not work on it."""
    if by in worked_on_by:
        return ["You took part in the validation; another person reviews the dispute."]
    bars = []
    if handed_to is not None and handed_to != by:
        bars.append(f"This review was handed to {handed_name}.")
    if handed_to is None and not is_manager:
        bars.append("A commissioning manager takes the review on, or hands it to you.")
    return bars


def bars_to_handing_over(by: str, to: str, *, worked_on_by: Collection[str], is_reviewed: bool) -> list[str]:
    """Neither who hands a review over nor who gets it has worked on what is reviewed."""
    bars = []
    if is_reviewed:
        bars.append("The review has its outcome.")
    if by in worked_on_by:
        bars.append("You took part in the validation; another manager hands the review over.")
    if to in worked_on_by:
        bars.append("They took part in the validation, or work on it; another person reviews the dispute.")
    return bars


def bars_to_publishing_reviewed(by: str, *, is_manager: bool, reviewer: str | None, took_part: bool) -> list[str]:
    """Whoever reviewed it publishes it, or a commissioning manager who took no part."""
    if by == reviewer or (is_manager and not took_part):
        return []
    return ["Whoever reviewed it publishes it, or a commissioning manager who took no part in the validation."]


def bars_to_publication(
    *,
    window_is_open: bool,
    may_dispute: bool,
    undecided_comments: int,
    open_corrections: int,
    is_under_review: bool,
    is_reviewed: bool,
) -> list[str]:
    """Everything that stands between a draft and its publication."""
    bars = []
    if window_is_open and not is_under_review:
        bars.append("The factual accuracy window is still open.")
    if undecided_comments:
        bars.append(f"{undecided_comments} comments on factual accuracy await a decision.")
    elif may_dispute and not window_is_open and not is_under_review:
        bars.append("The provider may still dispute what was answered to its comments.")
    if open_corrections:
        bars.append(f"{open_corrections} corrections await another person's agreement.")
    if is_under_review and not is_reviewed:
        bars.append("The senior review has no outcome yet.")
    return bars


def bars_to_deciding(by: str, worked_on_by: Collection[str], *, is_reviewer: bool) -> list[str]:
    """Who decides what is left undecided of a draft that was disputed."""
    if is_reviewer or by not in worked_on_by:
        return []
    return ["The draft is disputed, and you worked on it; whoever reviews the dispute decides what is left."]


def bars_to_decision(outcome: CommentOutcome, *, new_rating: AnswerRating | None, standing: AnswerRating) -> list[str]:
    """A rejected comment changes nothing, and a change is one."""
    if new_rating is None:
        return []
    if outcome is CommentOutcome.REJECTED:
        return ["A rejected comment leaves the rating as it is."]
    return [_NO_CHANGE.format("the comment's question")] if new_rating == standing else []


def bars_to_changes(changes: Mapping[str, AnswerRating], standing: Mapping[str, AnswerRating]) -> list[str]:
    """The findings, by question code, that would be given the rating that they have."""
    return [_NO_CHANGE.format(f"question {code}") for code, to in changes.items() if standing.get(code) == to]


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
