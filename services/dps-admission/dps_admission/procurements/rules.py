"""The life of a procurement under a DPS, whom it invites, and when it may be decided. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assay_kit.calendar import WorkingDays
from assay_kit.steps import Life
from dps_admission.bars import Bar
from dps_admission.memberships.rules import EFFECTS, MembershipStatus
from dps_admission.schemes.profiles import OfferOrder, ProfileContent
from dps_admission.schemes.rules import SchemeDates, SchemeStatus


class ProcurementStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    AWARDED = "awarded"
    NOT_AWARDED = "not_awarded"
    CANCELLED = "cancelled"


class ProcurementStep(StrEnum):
    RESCHEDULE = "reschedule"
    CLOSE = "close"
    AWARD = "award"
    END_WITHOUT_AWARD = "end_without_award"
    CANCEL = "cancel"


_P, _S = ProcurementStatus, ProcurementStep
PROCUREMENT_LIFE = Life(
    name="procurement",
    start=_P.OPEN,
    steps={
        (_P.OPEN, _S.RESCHEDULE): _P.OPEN,
        (_P.OPEN, _S.CLOSE): _P.CLOSED,
        (_P.CLOSED, _S.AWARD): _P.AWARDED,
        (_P.CLOSED, _S.END_WITHOUT_AWARD): _P.NOT_AWARDED,
        (_P.OPEN, _S.CANCEL): _P.CANCELLED,
        (_P.CLOSED, _S.CANCEL): _P.CANCELLED,
    },
)


class InvitationAnswer(StrEnum):
    TENDERED = "tendered"
    DECLINED = "declined"


class OutcomeKind(StrEnum):
    AWARDED = "awarded"
    NOT_AWARDED = "not_awarded"


WORKING_DAYS_LEFT = 2
"""How many a tender period that ends sooner leaves at least, as every period of the law has (reg 2(4))."""


@dataclass(frozen=True, kw_only=True)
class Member:
    membership: UUID
    provider: UUID
    zone: str | None
    status: MembershipStatus
    barred_by: Bar | None = None
    """What keeps its provider out of everything."""


def concerned(members: Iterable[Member], *, zone: str | None) -> list[Member]:
    """The members of the lot in the zone that is bought for; borough-wide purchases concern every zone's.

    Who has not taken up its place is no member yet.
    """
    in_force = [one for one in members if EFFECTS[one.status].on_register]
    return [one for one in in_force if zone is None or one.zone in (None, zone)]


def invited(members: Iterable[Member]) -> list[Member]:
    """All of them who may take new placements, each provider once."""
    chosen: dict[UUID, Member] = {}
    for one in sorted(members, key=lambda member: str(member.membership)):
        if EFFECTS[one.status].new_placements and one.barred_by is None:
            chosen.setdefault(one.provider, one)
    return list(chosen.values())


def why_not_invited(member: Member) -> Bar:
    says = f"The membership is {member.status}: it takes no new placements."
    return member.barred_by or Bar(f"membership-{member.status}", says)


def bars_to_inviting(
    profile: ProfileContent,
    *,
    scheme: SchemeStatus,
    dates: SchemeDates,
    closes_on: date,
    today: date,
    members: int,
    knows_zone: bool,
) -> list[Bar]:
    bars = []
    if scheme != SchemeStatus.OPEN:
        bars.append(Bar("scheme-not-open", "The DPS is not open."))
    if profile.offer_order.value == OfferOrder.TIER_ORDER:
        says = "Work under this arrangement is offered in tier order, placement by placement."
        bars.append(Bar("offered-in-tier-order", says, profile.offer_order.source))
    if not knows_zone:
        bars.append(Bar("wrong-zone", "The lot has no such zone."))
    if scheme == SchemeStatus.OPEN and members < 1:
        bars.append(Bar("nobody-to-invite", "No member of the lot may be invited."))
    if dates.valid_until is not None and closes_on > dates.valid_until:
        bars.append(Bar("ends-after-dps", f"The DPS ends on {dates.valid_until}, and the tender period after it."))
    noticed = dates.tender_period_calendar_days
    return bars + bars_to_tender_period(profile, noticed=noticed, closes_on=closes_on, today=today)


def bars_to_tender_period(profile: ProfileContent, *, noticed: int | None, closes_on: date, today: date) -> list[Bar]:
    """As the law or the notice gives it, whichever is longer.

    `today` is the day on which the invitations go out: it is not counted, and the last day is a working day.
    """
    days = max(profile.tender_period_calendar_days.value or 1, noticed or 1)
    calendar = WorkingDays(profile.calendar.value)
    earliest = calendar.calendar_days_after(today, days, working_at_least=0 if days < 2 else 2)
    if closes_on >= earliest:
        return []
    says = f"The tender period is at least {days} days, so it ends on {earliest} at the earliest."
    return [Bar("tender-period-too-short", says, profile.tender_period_calendar_days.source)]


def bars_to_ending_sooner(profile: ProfileContent, *, closes_on: date, today: date) -> list[Bar]:
    """Whoever has begun a tender learns of it today: today is not counted."""
    earliest = WorkingDays(profile.calendar.value).after(today, WORKING_DAYS_LEFT)
    if closes_on >= earliest:
        return []
    says = f"Those invited have {WORKING_DAYS_LEFT} working days from the day on which they are told, until {earliest}."
    return [Bar("too-little-time-left", says)]


def bars_to_answering(*, is_open: bool) -> list[Bar]:
    return [] if is_open else [Bar("tender-period-over", "The tender period is over.")]


def bars_to_answer(answer: InvitationAnswer, *, files: int) -> list[Bar]:
    """Who withdraws a tender sends none of its files again: they stay sealed."""
    if answer == InvitationAnswer.TENDERED or not files:
        return []
    return [Bar("files-without-tender", "Files belong to a tender: who declines sends none.")]


def bars_to_outcome(outcome: OutcomeKind, *, names_whom: bool) -> list[Bar]:
    if (outcome == OutcomeKind.AWARDED) == names_whom:
        return []
    return [Bar("award-names-whom", "An award names the invitation that it goes to, and no other outcome does.")]


def bars_to_award(*, tendered: bool, member: MembershipStatus) -> list[Bar]:
    """`member`: as the membership is, or as it was when the DPS closed and ended it: contracts go on after that."""
    bars = []
    if not tendered:
        bars.append(Bar("no-tender", "Only a member that tendered can be awarded."))
    if not EFFECTS[member].new_placements:
        bars.append(Bar("no-new-placements", f"The membership is {member}, and takes no new placements."))
    return bars
