"""What the council may do about a service, who may, and what must be there first. Pure.

Red proposes; it never imposes. An embargo never lifts by time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from assay_contracts.roles import Role
from assay_kit.steps import Life

MOST_ANSWERS = 200
MOST_REVIEWS = 500


class Kind(StrEnum):
    ENHANCED_MONITORING = "enhanced_monitoring"
    IMPROVEMENT_PLAN = "improvement_plan"
    EMBARGO = "embargo"
    DEFAULT_NOTICE = "default_notice"
    SPECIAL_MEASURES_IMPROVEMENT_PLAN = "special_measures_improvement_plan"
    TERMINATION_OF_SUPPORT_PLANS = "termination_of_support_plans"
    TERMINATION_OF_CONTRACT = "termination_of_contract"

    @property
    def is_termination(self) -> bool:
        return self in {Kind.TERMINATION_OF_SUPPORT_PLANS, Kind.TERMINATION_OF_CONTRACT}


# The ladder: what is normally done before what. Either of the first two may begin it; an embargo stands beside it.
RUNGS: Mapping[Kind, int] = {
    Kind.ENHANCED_MONITORING: 1,
    Kind.IMPROVEMENT_PLAN: 1,
    Kind.DEFAULT_NOTICE: 2,
    Kind.SPECIAL_MEASURES_IMPROVEMENT_PLAN: 3,
    Kind.TERMINATION_OF_SUPPORT_PLANS: 4,
    Kind.TERMINATION_OF_CONTRACT: 5,
}


LONGEST_TO_REVIEW = timedelta(days=3653)


class Extent(StrEnum):
    WHOLE = "whole"
    PART = "part"


class Status(StrEnum):
    PROPOSED = "proposed"
    AUTHORISED = "authorised"
    REJECTED = "rejected"
    ISSUED = "issued"
    MET = "met"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    LIFTED = "lifted"


class Step(StrEnum):
    AUTHORISE = "authorise"
    AUTHORISE_URGENTLY = "authorise_urgently"
    REJECT = "reject"
    ISSUE = "issue"
    MEET = "meet"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    LIFT = "lift"
    PLAN_CONTINUITY = "plan_continuity"
    CONFIRM = "confirm"
    SETTLE_CONDITION = "settle_condition"
    REVIEW = "review"
    MAKE_REPRESENTATIONS = "make_representations"
    READ_REPRESENTATION = "read_representation"
    STAND_DOWN = "stand_down"


LIFE = Life(
    name="intervention",
    start=Status.PROPOSED,
    steps={
        (Status.PROPOSED, Step.AUTHORISE): Status.AUTHORISED,
        (Status.PROPOSED, Step.AUTHORISE_URGENTLY): Status.AUTHORISED,
        (Status.PROPOSED, Step.REJECT): Status.REJECTED,
        (Status.AUTHORISED, Step.ISSUE): Status.ISSUED,
        (Status.AUTHORISED, Step.REJECT): Status.REJECTED,
        (Status.ISSUED, Step.MEET): Status.MET,
        (Status.ISSUED, Step.ESCALATE): Status.ESCALATED,
        (Status.ISSUED, Step.WITHDRAW): Status.WITHDRAWN,
        (Status.ISSUED, Step.LIFT): Status.LIFTED,
        # what is written down without moving it on
        (Status.PROPOSED, Step.PLAN_CONTINUITY): Status.PROPOSED,
        (Status.ISSUED, Step.CONFIRM): Status.ISSUED,
        (Status.ISSUED, Step.SETTLE_CONDITION): Status.ISSUED,
        (Status.ISSUED, Step.REVIEW): Status.ISSUED,
        (Status.ISSUED, Step.MAKE_REPRESENTATIONS): Status.ISSUED,
        (Status.ISSUED, Step.READ_REPRESENTATION): Status.ISSUED,
        (Status.ESCALATED, Step.STAND_DOWN): Status.ESCALATED,
    },
)


class Outcome(StrEnum):
    """What became of a condition."""

    OPEN = "open"
    MET = "met"
    NOT_MET = "not_met"
    NO_LONGER_NEEDED = "no_longer_needed"


class Bar(StrEnum):
    """A ground on which a step is refused."""

    EMBARGO_NEEDS_A_SERVICE = "An embargo is placed on one service: name it"
    EMBARGO_NEEDS_AN_EXTENT = "Say whether the embargo is whole or part"
    PART_NEEDS_ITS_LIMIT = "A partial embargo needs the text of its limit"
    ONLY_AN_EMBARGO_HAS_AN_EXTENT = "Only an embargo has an extent and a limit"
    RUNG_SKIPPED = "The step before this one has not been taken: say why it is skipped"
    REVIEW_NOT_AHEAD = "The review date must be after today"
    REVIEW_TOO_FAR = "The review date must be within ten years"
    RESPONSE_NOT_AHEAD = "The response cannot be due before today"
    RESPONSE_TOO_FAR = "The response must be due within ten years"
    PROPOSED_BY_YOU = "Whoever proposed it may not decide it"
    ISSUED_BY_YOU = "Whoever issued it urgently may not confirm it"
    NEEDS_A_COMMISSIONING_MANAGER = "Only a commissioning manager may decide this"
    ANOTHER_PLAN = "Name the edition of the continuity plan that you read: another one stands now"
    NEEDS_A_CONTINUITY_PLAN = "A termination needs a continuity plan first"
    NOT_TOLD_YET = "CQC, health and the other placing councils must have been told first"
    NOT_ESCALATING = (
        "It escalates only what is in force, about the same service or its provider, and lower on the ladder"
    )
    CONDITION_NOT_MET = "It was not met: a condition was found not met"
    CONDITION_OVERDUE = "Each condition whose day is over needs a recorded outcome first"
    CONDITION_OPEN = "Each condition needs a recorded outcome first"
    ONLY_LIFTED = "An embargo ends only when it is lifted or withdrawn"
    NOT_AN_EMBARGO = "Only an embargo can be lifted"
    NOT_URGENT = "It does not wait for confirmation"
    ANSWERED_TOO_OFTEN = "It was answered as often as can be shown: write to the officer"
    ANSWER_UNREAD = "The provider has answered this, or what this goes further than: record first that it was read"
    READ_ALREADY = "It is recorded already that this answer was read"
    STANDS_NO_LONGER = "It stands no longer already"
    PLAN_ENDS_BEFORE_START = "The continuity plan cannot end before it starts"


@dataclass(frozen=True, kw_only=True)
class Escalated:
    """The measure that a new one is to take further."""

    kind: Kind
    is_in_force: bool
    is_about_the_same: bool


@dataclass(frozen=True, kw_only=True)
class Proposal:
    kind: Kind
    has_service: bool
    extent: Extent | None
    limit_text: str | None
    response_due_on: date | None
    review_on: date
    skip_reason: str | None
    taken_before: frozenset[Kind]
    escalates: Escalated | None = None


def bars_to_proposing(proposal: Proposal, *, today: date) -> list[Bar]:
    """Every bar that applies, so that the officer hears them all at once."""
    bars = _bars_of_extent(proposal)
    if is_rung_skipped(proposal.kind, proposal.taken_before) and not proposal.skip_reason:
        bars.append(Bar.RUNG_SKIPPED)
    if proposal.escalates is not None and not goes_further(proposal.kind, proposal.escalates):
        bars.append(Bar.NOT_ESCALATING)
    return bars + _bars_of_dates(proposal.review_on, proposal.response_due_on, today=today)


def goes_further(kind: Kind, than: Escalated) -> bool:
    """Whether `kind` is a step up."""
    return than.is_in_force and than.is_about_the_same and than.kind in lower_than(kind)


def lower_than(kind: Kind) -> frozenset[Kind]:
    """What `kind` is a step up from. An embargo stands beside the ladder: it takes the lowest rung further."""
    if kind is Kind.EMBARGO:
        return frozenset(each for each, rung in RUNGS.items() if rung == 1)
    return frozenset(each for each in Kind if RUNGS.get(each, 0) < RUNGS[kind])


def _bars_of_review(review_on: date, *, today: date) -> list[Bar]:
    found = {Bar.REVIEW_NOT_AHEAD: review_on <= today, Bar.REVIEW_TOO_FAR: review_on - today > LONGEST_TO_REVIEW}
    return [bar for bar, applies in found.items() if applies]


def _bars_of_dates(review_on: date, response_due_on: date | None, *, today: date) -> list[Bar]:
    answer_by = response_due_on or today
    found = {
        Bar.RESPONSE_NOT_AHEAD: answer_by < today,
        Bar.RESPONSE_TOO_FAR: answer_by - today > LONGEST_TO_REVIEW,
    }
    return _bars_of_review(review_on, today=today) + [bar for bar, applies in found.items() if applies]


def _bars_of_extent(proposal: Proposal) -> list[Bar]:
    if proposal.kind is not Kind.EMBARGO:
        return [Bar.ONLY_AN_EMBARGO_HAS_AN_EXTENT] if proposal.extent or proposal.limit_text else []
    bars = []
    if not proposal.has_service:
        bars.append(Bar.EMBARGO_NEEDS_A_SERVICE)
    if proposal.extent is None:
        bars.append(Bar.EMBARGO_NEEDS_AN_EXTENT)
    if proposal.extent is Extent.PART and not proposal.limit_text:
        bars.append(Bar.PART_NEEDS_ITS_LIMIT)
    return bars


def is_rung_skipped(kind: Kind, taken_before: frozenset[Kind]) -> bool:
    """Whether the rung below `kind` was never issued to this service or its provider."""
    rung = RUNGS.get(kind)
    if rung is None or rung == 1:
        return False
    return rung > 1 + max((RUNGS.get(each, 0) for each in taken_before), default=0)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the rules look at when somebody takes a step on an intervention. `unread_answers`: to it; until it is
    issued, to all that is in force about the same and lower than it, named as what it escalates or not."""

    kind: Kind
    proposed_by: str
    issued_urgently_by: str | None = None
    awaits_confirmation: bool = False
    plan_edition: int = 0
    others_told_on: date | None = None
    outcomes: Sequence[Outcome] = ()
    overdue_conditions: int = 0
    unread_answers: int = 0

    @property
    def bars_of_answers(self) -> list[Bar]:
        """The letter promises that an answer is read first."""
        return [Bar.ANSWER_UNREAD] if self.unread_answers else []


def bars_to_deciding(case: Case, *, by: str) -> list[Bar]:
    """Authorising or rejecting: by another person than the one who proposed it."""
    return [Bar.PROPOSED_BY_YOU] if by == case.proposed_by else []


def bars_to_authorising(case: Case, *, plan_read: int | None, by: str, today: date) -> list[Bar]:
    """`case.plan_edition`: 0 where there is no continuity plan; `plan_read`: the edition that was read.
    `case.others_told_on`: when the last of those who must know of a termination was told."""
    bars = bars_to_deciding(case, by=by)
    if case.kind.is_termination and not case.plan_edition:
        bars.append(Bar.NEEDS_A_CONTINUITY_PLAN)
    elif case.kind.is_termination and plan_read != case.plan_edition:
        bars.append(Bar.ANOTHER_PLAN)
    if case.others_told_on is not None and case.others_told_on > today:
        bars.append(Bar.NOT_TOLD_YET)
    return bars + case.bars_of_answers


@dataclass(frozen=True, kw_only=True)
class Dates:
    """What the provider is told of time. `is_another_review`: not the day that was proposed or authorised."""

    response_due_on: date | None
    review_on: date
    is_another_review: bool = False


def bars_to_dating(kind: Kind, dates: Dates, *, roles: frozenset[str], today: date) -> list[Bar]:
    """Asked again whenever somebody decides or issues: a letter asks for nothing by a day that is over. When an embargo
    is reviewed is a commissioning manager's to say."""
    bars = _bars_of_dates(dates.review_on, dates.response_due_on, today=today)
    if kind is Kind.EMBARGO and dates.is_another_review and Role.COMMISSIONING_MANAGER not in roles:
        bars.append(Bar.NEEDS_A_COMMISSIONING_MANAGER)
    return bars


def bars_to_reviewing(case: Case, next_review_on: date, *, roles: frozenset[str], today: date) -> list[Bar]:
    """It goes on: whoever may end it may say so, and of each condition whose day is over what became of it is known."""
    bars = _bars_of_review(next_review_on, today=today)
    if case.kind is Kind.EMBARGO and Role.COMMISSIONING_MANAGER not in roles:
        bars.append(Bar.NEEDS_A_COMMISSIONING_MANAGER)
    if case.overdue_conditions:
        bars.append(Bar.CONDITION_OVERDUE)
    return bars + case.bars_of_answers


def bars_to_confirming(case: Case, *, by: str) -> list[Bar]:
    if not case.awaits_confirmation:
        return [Bar.NOT_URGENT]
    return ([Bar.ISSUED_BY_YOU] if by == case.issued_urgently_by else []) + case.bars_of_answers


def bars_to_ending(case: Case, step: Step, *, roles: frozenset[str]) -> list[Bar]:
    """Meeting, escalating, withdrawing or lifting: nothing closes with a condition open."""
    bars = []
    if case.kind is Kind.EMBARGO:
        if step not in {Step.LIFT, Step.WITHDRAW}:
            bars.append(Bar.ONLY_LIFTED)
        if Role.COMMISSIONING_MANAGER not in roles:
            bars.append(Bar.NEEDS_A_COMMISSIONING_MANAGER)
    elif step is Step.LIFT:
        bars.append(Bar.NOT_AN_EMBARGO)
    if Outcome.OPEN in case.outcomes:
        bars.append(Bar.CONDITION_OPEN)
    if step is Step.MEET and Outcome.NOT_MET in case.outcomes:
        bars.append(Bar.CONDITION_NOT_MET)
    return bars + case.bars_of_answers


def bars_to_standing_down(case: Case, *, by: str, stands: bool) -> list[Bar]:
    """What was escalated goes on counting until somebody else than its proposer says that it stands no longer."""
    return bars_to_deciding(case, by=by) + ([] if stands else [Bar.STANDS_NO_LONGER])


def bars_to_answering(*, answers: int) -> list[Bar]:
    """What is kept is also shown: no answer is taken that would push another out of sight."""
    return [Bar.ANSWERED_TOO_OFTEN] if answers >= MOST_ANSWERS else []


def bars_to_reading(*, is_read: bool) -> list[Bar]:
    return [Bar.READ_ALREADY] if is_read else []


def days_past_review(review_on: date, *, today: date) -> int:
    """How many days a review is overdue; 0 on the day itself and before."""
    return max((today - review_on) // timedelta(days=1), 0)
