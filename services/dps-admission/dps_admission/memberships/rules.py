"""The life of a membership, places, the waiting order, and what suspends. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

from assay_kit.calendar import end_of_london_day
from assay_kit.steps import Life
from dps_admission.bars import Bar


class MembershipStatus(StrEnum):
    ADMITTED = "admitted"
    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class MembershipStep(StrEnum):
    TAKE_EFFECT = "take_effect"
    TAKE_BACK = "take_back"
    WAIT = "wait"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    LET_OFFER_LAPSE = "let_offer_lapse"
    SUSPEND = "suspend"
    ADD_CAUSE = "add_cause"
    END_CAUSE = "end_cause"
    LIFT = "lift"
    LEAVE = "leave"
    GIVE_NOTICE = "give_notice"
    GIVE_REMOVAL_NOTICE = "give_removal_notice"
    ANSWER_REMOVAL_NOTICE = "answer_removal_notice"
    WITHDRAW_REMOVAL_NOTICE = "withdraw_removal_notice"
    LET_REMOVAL_NOTICE_LAPSE = "let_removal_notice_lapse"
    REPORT_SERVICES = "report_services"
    DECLINE_SERVICES = "decline_services"
    CHANGE_SERVICES = "change_services"
    RESCHEDULE = "reschedule"
    AFFIRM = "affirm"
    ASK_TO_AFFIRM = "ask_to_affirm"
    PUT_EVIDENCE_FORWARD = "put_evidence_forward"
    VERIFY_EVIDENCE = "verify_evidence"
    REVIEW_SUSPENSION = "review_suspension"
    CHECK_INSURANCE = "check_insurance"
    REMOVE = "remove"
    EXPIRE = "expire"


_M, _S = MembershipStatus, MembershipStep
_WHILE_LIVE = (
    _S.GIVE_REMOVAL_NOTICE,
    _S.ANSWER_REMOVAL_NOTICE,
    _S.WITHDRAW_REMOVAL_NOTICE,
    _S.LET_REMOVAL_NOTICE_LAPSE,
    _S.REPORT_SERVICES,
    _S.DECLINE_SERVICES,
    _S.CHANGE_SERVICES,
)
_BEARS_CAUSES = (_M.ADMITTED, _M.WAITING, _M.OFFERED, _M.SUSPENDED)
"""An active one does not: its first cause suspends it, and it is active again when the last has gone."""
MEMBERSHIP_LIFE: Life[MembershipStatus, MembershipStep] = Life(
    name="membership",
    start=_M.ADMITTED,
    steps={
        # The state stays; every notice, declaration and review, with who and why, is on the timeline.
        **{(status, step): status for status in _M if status != _M.ENDED for step in _WHILE_LIVE},
        # Causes of suspension that come and go while others stand, or before there is anything to suspend.
        **{(status, step): status for status in _BEARS_CAUSES for step in (_S.ADD_CAUSE, _S.END_CAUSE)},
        (_M.ACTIVE, _S.GIVE_NOTICE): _M.ACTIVE,
        (_M.SUSPENDED, _S.GIVE_NOTICE): _M.SUSPENDED,
        (_M.ACTIVE, _S.AFFIRM): _M.ACTIVE,
        (_M.SUSPENDED, _S.AFFIRM): _M.SUSPENDED,
        (_M.ACTIVE, _S.ASK_TO_AFFIRM): _M.ACTIVE,
        (_M.SUSPENDED, _S.ASK_TO_AFFIRM): _M.SUSPENDED,
        (_M.SUSPENDED, _S.PUT_EVIDENCE_FORWARD): _M.SUSPENDED,
        (_M.SUSPENDED, _S.VERIFY_EVIDENCE): _M.SUSPENDED,
        (_M.SUSPENDED, _S.REVIEW_SUSPENSION): _M.SUSPENDED,
        # A change of the DPS moved the day by which the declaration is made again; from when to when is there.
        (_M.ACTIVE, _S.RESCHEDULE): _M.ACTIVE,
        (_M.SUSPENDED, _S.RESCHEDULE): _M.SUSPENDED,
        (_M.ACTIVE, _S.CHECK_INSURANCE): _M.ACTIVE,
        (_M.SUSPENDED, _S.CHECK_INSURANCE): _M.SUSPENDED,
        (_M.ADMITTED, _S.TAKE_EFFECT): _M.ACTIVE,
        (_M.ADMITTED, _S.TAKE_BACK): _M.ENDED,
        (_M.ADMITTED, _S.WAIT): _M.WAITING,
        (_M.ADMITTED, _S.LEAVE): _M.ENDED,
        (_M.ADMITTED, _S.REMOVE): _M.ENDED,
        (_M.ADMITTED, _S.EXPIRE): _M.ENDED,
        (_M.WAITING, _S.OFFER): _M.OFFERED,
        (_M.WAITING, _S.LEAVE): _M.ENDED,
        (_M.WAITING, _S.REMOVE): _M.ENDED,
        (_M.WAITING, _S.EXPIRE): _M.ENDED,
        (_M.OFFERED, _S.ACCEPT): _M.ACTIVE,
        (_M.OFFERED, _S.DECLINE): _M.ENDED,
        (_M.OFFERED, _S.LET_OFFER_LAPSE): _M.ENDED,
        (_M.OFFERED, _S.LEAVE): _M.ENDED,
        (_M.OFFERED, _S.REMOVE): _M.ENDED,
        (_M.OFFERED, _S.EXPIRE): _M.ENDED,
        (_M.ACTIVE, _S.SUSPEND): _M.SUSPENDED,
        (_M.SUSPENDED, _S.LIFT): _M.ACTIVE,
        (_M.ACTIVE, _S.LEAVE): _M.ENDED,
        (_M.SUSPENDED, _S.LEAVE): _M.ENDED,
        (_M.ACTIVE, _S.REMOVE): _M.ENDED,
        (_M.SUSPENDED, _S.REMOVE): _M.ENDED,
        (_M.ACTIVE, _S.EXPIRE): _M.ENDED,
        (_M.SUSPENDED, _S.EXPIRE): _M.ENDED,
    },
)
HOLDS_PLACE = frozenset({_M.OFFERED, _M.ACTIVE, _M.SUSPENDED})
LIVE = frozenset(set(MembershipStatus) - {_M.ENDED})


class Cause(StrEnum):
    """Why a membership is suspended; several may overlap."""

    EMBARGO = "embargo"
    DECISION_SET_ASIDE = "decision_set_aside"
    LAPSED_DECLARATION = "lapsed_declaration"
    LATE_DOCUMENT = "late_document"
    COUNCIL_DECISION = "council_decision"


BEGUN_BY_PEOPLE = frozenset({Cause.LAPSED_DECLARATION, Cause.LATE_DOCUMENT, Cause.COUNCIL_DECISION})
"""An embargo's cause comes and goes only with the embargo, a set-aside decision's only with the next decision."""


class RemovalReason(StrEnum):
    BREACH = "breach"
    MANDATORY_EXCLUSION_GROUND = "mandatory_exclusion_ground"
    DISCRETIONARY_EXCLUSION_GROUND = "discretionary_exclusion_ground"
    """Also where it stands on the debarment list by such a ground: that makes it excludable, and no more."""
    DEBARRED = "debarred"
    """On the debarment list by a mandatory ground."""
    CRITERIA_NO_LONGER_MET = "criteria_no_longer_met"
    CEASED_TRADING = "ceased_trading"


class OfferAnswer(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    ENDED = "ended"
    """The membership ended for another reason while the offer stood."""


class EmbargoExtent(StrEnum):
    WHOLE = "whole"
    PART = "part"


@dataclass(frozen=True, kw_only=True)
class Effects:
    """The effect matrix of domain.md section 2, for one status."""

    edit_own_details: bool
    apply_elsewhere: bool
    existing_placements: bool | None
    """None: as agreed, or not applicable."""
    new_placements: bool
    on_register: bool


EFFECTS: Mapping[MembershipStatus, Effects] = {
    status: Effects(
        edit_own_details=True,
        apply_elsewhere=True,
        existing_placements=existing,
        new_placements=new,
        on_register=register,
    )
    for status, existing, new, register in (
        (_M.ADMITTED, None, False, False),
        (_M.WAITING, None, False, False),
        (_M.OFFERED, None, False, False),
        (_M.ACTIVE, True, True, True),
        (_M.SUSPENDED, True, False, True),
        (_M.ENDED, None, False, False),
    )
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the order of waiting depends on. `set_published_at` orders question-set versions."""

    membership: UUID
    set_published_at: datetime
    quality: Fraction
    submitted_at: datetime
    application: UUID
    is_passed_over: bool = False


def waiting_order(waiting: Iterable[Standing]) -> list[Standing]:
    """Quality, then earlier submission, then application id.

    Percentages compare only within one question-set version, so those admitted under an earlier version come first.
    """
    return sorted(waiting, key=lambda one: (one.set_published_at, -one.quality, one.submitted_at, str(one.application)))


def next_for_offer(waiting: Iterable[Standing], *, places: int, held: int) -> list[Standing]:
    """Whom to offer the free places to. An embargoed applicant is passed over and keeps its position."""
    free = max(0, places - held)
    return [one for one in waiting_order(waiting) if not one.is_passed_over][:free]


def round_cut(called_at: datetime | None, windows_closed_on: Iterable[date], *, now: datetime) -> datetime | None:
    """Until when a round takes in what was received: when it was called, or the end of the last window. None: all."""
    if called_at is not None:
        return called_at
    return max((end for day in windows_closed_on if (end := end_of_london_day(day)) < now), default=None)


def bars_to_calling(*, places: int | None, is_called: bool) -> list[Bar]:
    """A cut that was set stays until its round has run: who is in it does not hang on who is decided when."""
    bars = []
    if places is None:
        bars.append(Bar("no-places", "The lot has no limit on places, so members are active at once."))
    if is_called:
        bars.append(Bar("round-called", "A round is called already; it runs first."))
    return bars


def bars_to_round(*, places: int | None, undecided: int, admitted: int, is_called: bool) -> list[Bar]:
    """A round that is called runs even where nobody of it is admitted: until it has run no other can be called."""
    bars = []
    if places is None:
        bars.append(Bar("no-places", "The lot has no limit on places, so members are active at once."))
    if undecided:
        bars.append(Bar("round-undecided", f"{undecided} applications of the round are not decided."))
    if not admitted and not is_called:
        bars.append(Bar("nobody-admitted", "Nobody admitted is waiting for this round."))
    return bars


def bars_to_holding(*, places: int | None, held: int) -> list[Bar]:
    if places is not None and held >= places:
        return [Bar("no-place-free", f"All {places} places are held.")]
    return []


def bars_when_over(valid_until: date | None, *, today: date) -> list[Bar]:
    """After its last day a DPS takes in nobody, though what ends it by itself may still be on its way."""
    if valid_until is not None and today > valid_until:
        return [Bar("validity-over", f"The DPS ended on {valid_until}.")]
    return []


def last_day_to_accept(in_days_of_offer: date, *, valid_until: date | None) -> date:
    """An offer ends with the DPS at the latest."""
    return in_days_of_offer if valid_until is None else min(in_days_of_offer, valid_until)


def bars_to_lifting(cause: Cause) -> list[Bar]:
    if cause == Cause.EMBARGO:
        return [Bar("lifts-with-embargo", "This suspension lifts only when the embargo is lifted.")]
    if cause not in BEGUN_BY_PEOPLE:
        return [Bar("lifts-with-decision", "This suspension ends with the new decision.")]
    if cause != Cause.COUNCIL_DECISION:
        return [Bar("lifts-on-evidence", "This suspension lifts once evidence that was put forward is verified.")]
    return []


K = TypeVar("K")


def embargoes_that_suspend(delivering: Sequence[K], *, whole: Mapping[UUID, K]) -> set[UUID]:
    """The whole embargoes that suspend a membership: all of them, or none while one delivering service is free.

    `whole` maps live whole embargoes to the service they are on.
    """
    embargoed = set(whole.values())
    if not delivering or any(service not in embargoed for service in delivering):
        return set()
    return {embargo for embargo, service in whole.items() if service in delivering}


def bars_to_confirming(*, is_unconfirmed: bool, confirmed_by_recorder: bool) -> list[Bar]:
    """An opening balance has no evaluation behind it, so two people stand for it."""
    if not is_unconfirmed:
        return [Bar("nothing-to-confirm", "This membership is no opening balance that waits for its confirmation.")]
    if confirmed_by_recorder:
        return [Bar("second-person", "Another person than who recorded the membership confirms it.")]
    return []


def bars_to_taking_back(*, is_unconfirmed: bool) -> list[Bar]:
    """What was recorded in error and not confirmed never was; once it is confirmed it ends as memberships do."""
    if not is_unconfirmed:
        return [Bar("nothing-to-take-back", "Only an opening balance that waits for its confirmation is taken back.")]
    return []


def bars_to_opening_membership(
    *, is_open: bool, has_opened: bool, is_known: bool, is_member: bool, owns_services: bool, can_deliver: bool
) -> list[Bar]:
    tests = (
        (not is_open, "scheme-not-open", "The DPS is not open."),
        (not has_opened, "lot-not-open", "The lot has not been opened."),
        (not is_known, "provider-unknown", "The directory does not know this provider."),
        (is_member, "already-member", "The provider is a member there already."),
        (not owns_services, "not-its-service", "A named service is not one of the provider's."),
        (not can_deliver, "cannot-deliver", "A named service is of another type than the lot's, or has ended."),
    )
    return [Bar(rule, says) for applies, rule, says in tests if applies]


def bars_to_changing_services(
    status: MembershipStatus, *, is_asked_already: bool, is_the_same: bool, owns_services: bool
) -> list[Bar]:
    tests = (
        (status == _M.ENDED, "already-ended", "This membership has ended."),
        (is_asked_already, "asked-already", "A change of its services waits to be answered."),
        (is_the_same, "nothing-changes", "These are the services that deliver it already."),
        (not owns_services, "not-your-service", "A named service is not one of yours."),
    )
    return [Bar(rule, says) for applies, rule, says in tests if applies]
