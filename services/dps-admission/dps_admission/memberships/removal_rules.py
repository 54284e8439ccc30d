"""When a member may be removed: for what, after which notice, and how long a notice stands. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from assay_kit.calendar import WorkingDays
from dps_admission.bars import Bar
from dps_admission.schemes.profiles import Clause, ExclusionQuestions, LocalPolicy, Removal

from .rules import MembershipStatus, RemovalReason


class NoticeEnd(StrEnum):
    """What became of a notice."""

    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REPLACED = "replaced"  # by another notice, with its own time to answer
    OVERTAKEN = "overtaken"  # the membership ended in another way


_MAY_REMOVE: Mapping[Removal, Collection[RemovalReason]] = {
    Removal.FOR_CAUSE: frozenset(RemovalReason),
    Removal.AS_NOTICE: frozenset(RemovalReason),
    # Section 37: a supplier that is excluded or excludable, or that no longer meets the conditions of membership.
    Removal.SECTION_37: frozenset(
        {
            RemovalReason.MANDATORY_EXCLUSION_GROUND,
            RemovalReason.DISCRETIONARY_EXCLUSION_GROUND,
            RemovalReason.DEBARRED,
            RemovalReason.CRITERIA_NO_LONGER_MET,
        }
    ),
}
# An excluded supplier (section 57(1), and regulation 57(1) to (3) of 2015) may be awarded nothing, and one on the
# debarment list by such a ground must be removed (section 37(1)): that nobody acted in time changes nothing about it.
_NEVER_LAPSES = frozenset({RemovalReason.MANDATORY_EXCLUSION_GROUND, RemovalReason.DEBARRED})


@dataclass(frozen=True, kw_only=True)
class NoticeTimes:
    answer_by: date
    lapses_on: date | None
    """None: it stands until somebody acts on it."""


def notice_times(why: RemovalReason, today: date, policy: LocalPolicy, calendar: WorkingDays) -> NoticeTimes:
    """The member has working days for its answer, the council calendar days after that to act."""
    answer_by = calendar.after(today, policy.removal_answer_days)
    if why in _NEVER_LAPSES:
        return NoticeTimes(answer_by=answer_by, lapses_on=None)
    return NoticeTimes(answer_by=answer_by, lapses_on=answer_by + timedelta(days=policy.removal_notice_calendar_days))


def next_reminder(times: NoticeTimes, *, after: date, days: int) -> date | None:
    """When managers are told next that a notice waits: the time to answer is over, and so many days before it lapses.

    One that never lapses comes back to them every so many days.
    """
    over = times.answer_by + timedelta(days=1)
    if after < over:
        return over
    if times.lapses_on is None:
        return after + timedelta(days=days)
    warning = times.lapses_on - timedelta(days=days)
    return warning if after < warning else None


def bars_to_removal_notice(
    clause: Clause[Removal], exclusions: Clause[ExclusionQuestions], status: MembershipStatus, why: RemovalReason
) -> list[Bar]:
    bars = []
    if status == MembershipStatus.ENDED:
        bars.append(Bar("already-ended", "This membership has ended."))
    if why not in _MAY_REMOVE[clause.value]:
        says = f"Nobody is removed for {why.replace('_', ' ')} alone: name the ground of exclusion or the condition."
        bars.append(Bar("no-ground-of-removal", says, clause.source))
    if why == RemovalReason.DEBARRED and exclusions.value == ExclusionQuestions.REGULATION_57:
        says = "The debarment list is the 2023 Act's and excludes nobody here: name the ground of regulation 57."
        bars.append(Bar("no-ground-of-removal", says, exclusions.source))
    return bars


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice that stands, as the rules see it."""

    given_by: str
    answer_by: date
    lapses_on: date | None
    is_answered: bool

    def is_over(self, today: date) -> bool:
        return self.lapses_on is not None and today > self.lapses_on


def bars_to_removal(notice: Notice | None, *, by: str, today: date) -> list[Bar]:
    if notice is None or notice.is_over(today):
        return [Bar("no-removal-notice", "The reasons must have been given before removal.")]
    bars = []
    if notice.given_by == by:
        bars.append(Bar("second-person", "Another person than who gave the notice removes the member."))
    if not notice.is_answered and today <= notice.answer_by:
        says = f"The member may answer until {notice.answer_by}; wait for its answer or for the end of that day."
        bars.append(Bar("answer-awaited", says))
    return bars


def bars_to_answering_notice(notice: Notice | None, *, today: date) -> list[Bar]:
    if notice is None or notice.is_over(today):
        return [Bar("no-removal-notice", "No notice of removal stands.")]
    return [Bar("already-answered", "You have answered already.")] if notice.is_answered else []
