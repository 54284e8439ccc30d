"""The life of an assessment, its windows and its dates. Pure: days and people are passed in."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from enum import StrEnum

from assay_contracts.assessment.ratings import Rating
from assay_kit.calendar import end_of_london_day, london_day, start_of_london_day
from assay_kit.steps import Life
from assessment.frameworks.framework import Policy


class Status(StrEnum):
    SCHEDULED = "scheduled"
    SELF_ASSESSING = "self_assessing"
    SUBMITTED = "submitted"
    VALIDATING = "validating"
    DRAFT_ISSUED = "draft_issued"
    DISPUTED = "disputed"
    SENIOR_REVIEW = "senior_review"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    BEGIN_SELF_ASSESSMENT = "begin_self_assessment"
    SUBMIT = "submit"
    BEGIN_VALIDATION = "begin_validation"
    VALIDATE_WITHOUT_SELF_ASSESSMENT = "validate_without_self_assessment"
    ISSUE_DRAFT = "issue_draft"
    DISPUTE = "dispute"
    BEGIN_SENIOR_REVIEW = "begin_senior_review"
    HAND_REVIEW_OVER = "hand_review_over"
    PUBLISH = "publish"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    CONFIRM_ACCURACY = "confirm_accuracy"
    CLOSE_ACCURACY_WINDOW = "close_accuracy_window"
    DECIDE_COMMENT = "decide_comment"
    CONCLUDE_SENIOR_REVIEW = "conclude_senior_review"
    PROPOSE_WITHDRAWAL = "propose_withdrawal"
    REFUSE_WITHDRAWAL = "refuse_withdrawal"
    PROPOSE_CORRECTION = "propose_correction"
    REFUSE_CORRECTION = "refuse_correction"
    CORRECT_DRAFT = "correct_draft"


class Cause(StrEnum):
    """Why an assessment is held."""

    ANNUAL = "annual"
    FOLLOW_UP = "follow_up"
    RED_BAND = "red_band"
    NEW_SERVICE = "new_service"
    RESPONSIVE = "responsive"
    EARLY_REQUEST = "early_request"
    IMPORTED = "imported"


class NotSelfAssessed(StrEnum):
    """Why an officer validates without the provider's own answers."""

    OVERDUE = "overdue"
    RESPONSIVE_VISIT = "responsive_visit"


_S, _T = Status, Step
LIFE: Life[Status, Step] = Life(
    "assessment",
    Status.SCHEDULED,
    {
        (_S.SCHEDULED, _T.BEGIN_SELF_ASSESSMENT): _S.SELF_ASSESSING,
        (_S.SCHEDULED, _T.VALIDATE_WITHOUT_SELF_ASSESSMENT): _S.VALIDATING,
        (_S.SCHEDULED, _T.CANCEL): _S.CANCELLED,
        (_S.SELF_ASSESSING, _T.SUBMIT): _S.SUBMITTED,
        (_S.SELF_ASSESSING, _T.VALIDATE_WITHOUT_SELF_ASSESSMENT): _S.VALIDATING,
        (_S.SELF_ASSESSING, _T.CANCEL): _S.CANCELLED,
        (_S.SUBMITTED, _T.BEGIN_VALIDATION): _S.VALIDATING,
        (_S.SUBMITTED, _T.CANCEL): _S.CANCELLED,
        (_S.VALIDATING, _T.ISSUE_DRAFT): _S.DRAFT_ISSUED,
        (_S.VALIDATING, _T.CANCEL): _S.CANCELLED,
        (_S.DRAFT_ISSUED, _T.PUBLISH): _S.PUBLISHED,
        (_S.DRAFT_ISSUED, _T.DISPUTE): _S.DISPUTED,
        (_S.DRAFT_ISSUED, _T.CANCEL): _S.CANCELLED,
        (_S.DISPUTED, _T.BEGIN_SENIOR_REVIEW): _S.SENIOR_REVIEW,
        (_S.DISPUTED, _T.CANCEL): _S.CANCELLED,
        (_S.SENIOR_REVIEW, _T.PUBLISH): _S.PUBLISHED,
        (_S.SENIOR_REVIEW, _T.CANCEL): _S.CANCELLED,
        (_S.PUBLISHED, _T.WITHDRAW): _S.WITHDRAWN,
        # what is written down without moving it on
        (_S.DRAFT_ISSUED, _T.CONFIRM_ACCURACY): _S.DRAFT_ISSUED,
        (_S.DRAFT_ISSUED, _T.CLOSE_ACCURACY_WINDOW): _S.DRAFT_ISSUED,
        (_S.DRAFT_ISSUED, _T.DECIDE_COMMENT): _S.DRAFT_ISSUED,
        (_S.DRAFT_ISSUED, _T.PROPOSE_CORRECTION): _S.DRAFT_ISSUED,
        (_S.DRAFT_ISSUED, _T.REFUSE_CORRECTION): _S.DRAFT_ISSUED,
        (_S.DRAFT_ISSUED, _T.CORRECT_DRAFT): _S.DRAFT_ISSUED,
        (_S.DISPUTED, _T.DECIDE_COMMENT): _S.DISPUTED,
        (_S.DISPUTED, _T.HAND_REVIEW_OVER): _S.DISPUTED,
        (_S.SENIOR_REVIEW, _T.HAND_REVIEW_OVER): _S.SENIOR_REVIEW,
        (_S.SENIOR_REVIEW, _T.DECIDE_COMMENT): _S.SENIOR_REVIEW,
        (_S.SENIOR_REVIEW, _T.CONCLUDE_SENIOR_REVIEW): _S.SENIOR_REVIEW,
        (_S.PUBLISHED, _T.PROPOSE_WITHDRAWAL): _S.PUBLISHED,
        (_S.PUBLISHED, _T.REFUSE_WITHDRAWAL): _S.PUBLISHED,
    },
)

# A rating that was given before Assay is recorded as it was: published, with nothing before.
IMPORTED_LIFE: Life[Status, Step] = Life("imported rating", Status.PUBLISHED, {})

# Until one of these is reached a service can have no other assessment under way.
OPEN = frozenset(Status) - {Status.PUBLISHED, Status.CANCELLED, Status.WITHDRAWN}
AWAITING_ANSWERS = frozenset({Status.SCHEDULED, Status.SELF_ASSESSING})
# A computed rating exists from here on.
DRAFT_SEEN = frozenset({Status.DRAFT_ISSUED, Status.DISPUTED, Status.SENIOR_REVIEW, Status.PUBLISHED, Status.WITHDRAWN})


def has_draft(status: Status, draft_issued_at: datetime | None) -> bool:
    """Whether there is a draft to be read: one that was issued stays readable when the assessment is called off."""
    return draft_issued_at is not None or status in DRAFT_SEEN


def bars_to_cancelling(
    status: Status, *, has_draft: bool, is_manager: bool, took_part: bool, reviewer: str | None, by: str
) -> list[str]:
    """Who may call an assessment off. Once a rating can be seen those who found it may not make it go away."""
    if not has_draft or (status == Status.SENIOR_REVIEW and by == reviewer):
        return []
    bars = []
    if not is_manager:
        bars.append("After the draft a commissioning manager calls an assessment off.")
    if took_part:
        bars.append("You took part in the validation; another person calls it off.")
    return bars


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it is shorter: 31 August + 6 is 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_near(day: date, today: date) -> bool:
    """Whether a day that people plan for is today or within three years: farther is a slip of the pen."""
    return today <= day <= months_after(today, 36)


def answers_due_at(policy: Policy, opens_on: date) -> datetime:
    """The last instant at which answers are in time."""
    return end_of_london_day(opens_on + timedelta(days=policy.self_assessment_days))


def accuracy_closes_at(policy: Policy, issued_at: datetime) -> datetime:
    """The last instant at which a comment on factual accuracy is in time; the day of issue is not counted."""
    return end_of_london_day(london_day(issued_at) + timedelta(days=policy.factual_accuracy_days))


def next_due_on(policy: Policy, rating: Rating | None, published_at: datetime) -> date:
    """When the next assessment is due: sooner after a rating that needs following up."""
    follows_up = rating is not None and rating in policy.follow_up_ratings
    months = policy.follow_up_months if follows_up else policy.next_assessment_months
    return months_after(london_day(published_at), months)


def reminders(policy: Policy, due_at: datetime, scheduled_at: datetime) -> dict[int, datetime]:
    """When to remind the provider, by days before the answers are due. Those already past are left out."""
    due_on, today = london_day(due_at), london_day(scheduled_at)
    days = {count: due_on - timedelta(days=count) for count in policy.reminder_days}
    return {count: start_of_london_day(day) for count, day in days.items() if day >= today}


def may_go_without_answers(because: NotSelfAssessed, *, cause: Cause, due_at: datetime, now: datetime) -> str | None:
    """Why an officer may not validate without the provider's answers yet; None where that is allowed."""
    match because:
        case NotSelfAssessed.OVERDUE if now <= due_at:
            return f"The provider has until {london_day(due_at):%-d %B %Y} to answer."
        case NotSelfAssessed.RESPONSIVE_VISIT if cause not in (Cause.RESPONSIVE, Cause.RED_BAND):
            return "Only a responsive assessment, or one that a Red band brought forward, may do without answers."
        case _:
            return None
