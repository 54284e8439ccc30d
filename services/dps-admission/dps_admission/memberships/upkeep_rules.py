"""When a declaration is renewed, when reminders go out, when it lapses; what lifts a suspension. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from dps_admission.bars import Bar
from dps_admission.schemes.profiles import Clause, Insurance

from .rules import Cause, MembershipStatus

BEARS_DECLARATION = frozenset({MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED})
"""Who has something to declare again."""
LIFTED_ON_EVIDENCE = frozenset({Cause.LAPSED_DECLARATION, Cause.LATE_DOCUMENT})


def has_lapsed(affirm_by: date, today: date) -> bool:
    return today > affirm_by


def reminder_due(affirm_by: date, today: date, *, days_before: Sequence[int], last_looked: date) -> int | None:
    """Which reminder goes out today: the most urgent one whose day has come since `last_looked`, that day included."""
    come = [days for days in days_before if last_looked <= affirm_by - timedelta(days=days) <= today]
    return min(come, default=None)


def look_again_on(affirm_by: date, today: date, *, days_before: Sequence[int]) -> date:
    """The next day after `today` on which a reminder is due or the declaration lapses."""
    days = [affirm_by - timedelta(days=days) for days in days_before]
    lapses = affirm_by + timedelta(days=1)
    return min((day for day in days if day > today), default=max(lapses, today + timedelta(days=1)))


def bars_to_affirming(status: MembershipStatus, *, awaits_verification: bool) -> list[Bar]:
    if status not in BEARS_DECLARATION:
        return [Bar("not-a-member", "Only an active or suspended member renews its declaration.")]
    if awaits_verification:
        return [Bar("awaits-verification", "A renewed declaration waits to be verified.")]
    return []


def bars_to_asking_to_affirm(status: MembershipStatus, *, has_lapsed: bool) -> list[Bar]:
    bars = bars_to_affirming(status, awaits_verification=False)
    if has_lapsed:
        bars.append(Bar("declaration-lapsed", "Its declaration has lapsed, and it was told to make it again."))
    return bars


def bars_to_remedy(cause: Cause, *, is_open: bool, awaits_verification: bool, has_evidence: bool) -> list[Bar]:
    """Whether a member may put evidence forward against a cause of its suspension."""
    if not is_open:
        return [Bar("already-lifted", "This cause has gone already.")]
    if cause not in LIFTED_ON_EVIDENCE:
        return [Bar("not-lifted-by-evidence", "Evidence does not lift this suspension.")]
    bars = []
    if awaits_verification:
        bars.append(Bar("awaits-verification", "Evidence that was put forward waits to be verified."))
    if cause == Cause.LATE_DOCUMENT and not has_evidence:
        bars.append(Bar("evidence-missing", "A document that was late is put forward as a file."))
    return bars


def bars_to_checking_insurance(status: MembershipStatus, *, expires_on: date, today: date) -> list[Bar]:
    bars = []
    if status not in BEARS_DECLARATION:
        bars.append(Bar("not-a-member", "Only the insurance of an active or suspended member is checked."))
    if expires_on < today:
        bars.append(Bar("insurance-expired", f"The insurance expired on {expires_on}."))
    return bars


def bars_to_uninsured(clause: Clause[Insurance], *, until: date | None, on: date) -> list[Bar]:
    """Where insurance is checked at award, a check is there and covers the day. `until`: its last day."""
    if clause.value != Insurance.CHECKED_AT_AWARD or (until is not None and until >= on):
        return []
    says = f"Insurance is checked at award, and no check of this member's covers {on}."
    return [Bar("insurance-not-checked", says, clause.source)]


def bars_to_review(*, is_open: bool, days: int, days_at_most: int) -> list[Bar]:
    if not is_open:
        return [Bar("already-lifted", "This cause has gone already.")]
    if days > days_at_most:
        return [Bar("review-too-late", f"The next review is within {days_at_most} days.")]
    return []
