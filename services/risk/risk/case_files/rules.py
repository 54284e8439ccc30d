"""Who answers for a service, when it is looked at next, and when its case may close. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from assay_kit.steps import Life

LONGEST_TO_REVIEW = timedelta(days=366)


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Step(StrEnum):
    ASSIGN = "assign"
    REVIEW = "review"
    RECORD_VISIT = "record_visit"
    ADD_ACTION = "add_action"
    CLOSE = "close"


LIFE = Life(
    name="case file",
    start=Status.OPEN,
    steps={
        (Status.OPEN, Step.CLOSE): Status.CLOSED,
        # what is written down without moving it on
        (Status.OPEN, Step.ASSIGN): Status.OPEN,
        (Status.OPEN, Step.REVIEW): Status.OPEN,
        (Status.OPEN, Step.RECORD_VISIT): Status.OPEN,
        (Status.OPEN, Step.ADD_ACTION): Status.OPEN,
    },
)


class Bar(StrEnum):
    """A ground on which something about a case file is refused."""

    REVIEW_NOT_AHEAD = "The next review must be after today"
    REVIEW_TOO_FAR = "The next review must be within a year"
    NOT_YET_VISITED = "A visit cannot have happened after today"
    ACTION_DUE_BEFORE_TODAY = "A new action cannot be due before today"
    ACTION_OPEN = "A case cannot close with an open action"
    INTERVENTION_UNDER_WAY = "A case cannot close while an intervention is proposed, authorised or in force"
    STILL_RED = "A case cannot close while the service is Red"


def bars_to_reviewing(next_review_on: date, *, today: date) -> list[Bar]:
    found = {
        Bar.REVIEW_NOT_AHEAD: next_review_on <= today,
        Bar.REVIEW_TOO_FAR: next_review_on - today > LONGEST_TO_REVIEW,
    }
    return [bar for bar, applies in found.items() if applies]


def bars_to_visiting(visited_on: date, *, today: date) -> list[Bar]:
    return [Bar.NOT_YET_VISITED] if visited_on > today else []


def bars_to_adding_an_action(due_on: date | None, *, today: date) -> list[Bar]:
    return [Bar.ACTION_DUE_BEFORE_TODAY] if due_on is not None and due_on < today else []


@dataclass(frozen=True, kw_only=True)
class Loose:
    """What is still loose about a service whose case somebody wants to close."""

    open_actions: int
    interventions_under_way: int
    is_red: bool


def bars_to_closing(loose: Loose) -> list[Bar]:
    """Every bar that applies, so that the officer hears them all at once."""
    found = {
        Bar.ACTION_OPEN: loose.open_actions > 0,
        Bar.INTERVENTION_UNDER_WAY: loose.interventions_under_way > 0,
        Bar.STILL_RED: loose.is_red,
    }
    return [bar for bar, applies in found.items() if applies]


def days_past_review(review_on: date, *, today: date) -> int:
    """How many days a review is overdue; 0 on the day itself and before."""
    return max((today - review_on).days, 0)
