"""When a DPS and its lots may move and change. Pure: the profile says what the law is, callers pass everything in.

Every function returns all bars that apply, each naming its rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from assay_kit.steps import Life
from dps_admission.bars import Bar
from dps_admission.question_sets.rules import Asks

from .profiles import (
    AppliedFor,
    Basis,
    Clause,
    Conditions,
    ExclusionQuestions,
    Insurance,
    MemberLimit,
    OfferOrder,
    ProfileContent,
    Regime,
)

LAST_DAY = date(2199, 12, 31)
"""No validity reaches further: a later day is a slip of the pen."""


MOST_LOTS = 200
"""Everything about a scheme is read and locked at once, so it has no more lots than this."""


class SchemeStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class SchemeStep(StrEnum):
    OPEN = "open"
    CLOSE = "close"


class LotStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class LotStep(StrEnum):
    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    CALL_ROUND = "call_round"
    RUN_ROUND = "run_round"
    CLOSE = "close"


SCHEME_LIFE = Life(
    name="scheme",
    start=SchemeStatus.DRAFT,
    steps={
        (SchemeStatus.DRAFT, SchemeStep.OPEN): SchemeStatus.OPEN,
        (SchemeStatus.OPEN, SchemeStep.CLOSE): SchemeStatus.CLOSED,
    },
)
LOT_LIFE = Life(
    name="lot",
    start=LotStatus.DRAFT,
    steps={
        (LotStatus.DRAFT, LotStep.OPEN): LotStatus.OPEN,
        (LotStatus.OPEN, LotStep.PAUSE): LotStatus.PAUSED,
        (LotStatus.PAUSED, LotStep.RESUME): LotStatus.OPEN,
        # The state stays; which applications the round takes in, and who called it, is on the timeline.
        (LotStatus.OPEN, LotStep.CALL_ROUND): LotStatus.OPEN,
        (LotStatus.PAUSED, LotStep.CALL_ROUND): LotStatus.PAUSED,
        # What was called is run, whoever was in it: the next may be called.
        (LotStatus.OPEN, LotStep.RUN_ROUND): LotStatus.OPEN,
        (LotStatus.PAUSED, LotStep.RUN_ROUND): LotStatus.PAUSED,
        (LotStatus.CLOSED, LotStep.RUN_ROUND): LotStatus.CLOSED,
        (LotStatus.DRAFT, LotStep.CLOSE): LotStatus.CLOSED,
        (LotStatus.OPEN, LotStep.CLOSE): LotStatus.CLOSED,
        (LotStatus.PAUSED, LotStep.CLOSE): LotStatus.CLOSED,
    },
)


class Tier(StrEnum):
    TIER_1 = "tier_1"
    TIER_2 = "tier_2"
    SPECIALIST = "specialist"


class ChangeRationale(StrEnum):
    """Why a live DPS changes, in a code that can be counted."""

    EXTENDED_AS_ADVERTISED = "extended_as_advertised"
    SHORTENED = "shortened"
    CORRECTION = "correction"
    COUNCIL_DECISION = "council_decision"
    POLICY_REVISED = "policy_revised"
    LAW_CHANGED = "law_changed"


@dataclass(frozen=True, kw_only=True)
class Window:
    """A span of days, both included, in which applications come in."""

    opens_on: date
    closes_on: date

    def has(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on


@dataclass(frozen=True, kw_only=True)
class SchemeDates:
    notice_reference: str | None = None
    noticed_on: date | None = None
    award_on: date | None = None
    go_live_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    windows: Sequence[Window] = field(default=())
    tender_period_calendar_days: int | None = None
    """As the notice says."""


@dataclass(frozen=True, kw_only=True)
class LotShape:
    zones: Sequence[str]
    """Empty: borough-wide."""
    places: int | None
    """Places in each zone, or in the borough; None: no limit."""
    asks: Asks | None = None
    """What its question set asks; None: it has none yet."""


def bars_to_scheme(profile: ProfileContent, dates: SchemeDates, *, charges_fee: bool = False) -> list[Bar]:
    """What is wrong with a scheme's own dates, whatever its status."""
    bars = _disorder(dates)
    if charges_fee:
        bars.append(Bar("fee-forbidden", "Applicants may not be charged a fee.", profile.fee.source))
    if profile.applications.value == AppliedFor.ANY_TIME and dates.windows:
        says = "Applications must be accepted at any time, so there can be no application windows."
        bars.append(Bar("windows-forbidden", says, profile.applications.source))
    if any(window.closes_on < window.opens_on for window in dates.windows):
        bars.append(Bar("window-backwards", "An application window closes before it opens."))
    law, noticed = profile.tender_period_calendar_days, dates.tender_period_calendar_days
    if law.value is not None and noticed is not None and noticed < law.value:
        bars.append(Bar("tender-period-too-short", f"Members have at least {law.value} days to tender.", law.source))
    return bars + _past_transition(profile, dates)


def bars_to_open_framework(profile: ProfileContent, *, is_asked_for: bool) -> list[Bar]:
    if not is_asked_for or profile.regime == Regime.PA2023_LIGHT_TOUCH_FRAMEWORK:
        return []
    says = "Only a framework of the Procurement Act 2023 can be an open framework."
    return [Bar("not-a-framework", says, "Procurement Act 2023, section 49")]


def _disorder(dates: SchemeDates) -> list[Bar]:
    bars = []
    if dates.valid_from and dates.valid_until and dates.valid_until < dates.valid_from:
        bars.append(Bar("validity-backwards", "The validity ends before it begins."))
    if dates.noticed_on and dates.valid_from and dates.valid_from < dates.noticed_on:
        bars.append(Bar("valid-before-notice", "The validity begins before the notice was published."))
    if dates.award_on and dates.go_live_on and dates.go_live_on < dates.award_on:
        bars.append(Bar("live-before-award", "The go-live date is before the award."))
    return bars + _too_far(dates.valid_until)


def _too_far(until: date | None) -> list[Bar]:
    if until is None or until <= LAST_DAY:
        return []
    return [Bar("validity-too-long", f"No validity reaches beyond {LAST_DAY}.")]


def _past_transition(profile: ProfileContent, dates: SchemeDates) -> list[Bar]:
    if profile.transition is None:
        return []
    rule, source, bars = profile.transition.value, profile.transition.source, []
    if dates.noticed_on and dates.noticed_on >= rule.noticed_before:
        says = f"A procedure of the 2015 Regulations must have been noticed before {rule.noticed_before}."
        bars.append(Bar("noticed-too-late", says, source))
    if dates.valid_until and dates.valid_until > rule.latest_end:
        bars.append(Bar("ends-too-late", f"The validity must end by {rule.latest_end}.", source))
    return bars


def bars_to_opening(profile: ProfileContent, dates: SchemeDates, *, ready_lots: int, today: date) -> list[Bar]:
    bars = bars_to_scheme(profile, dates)
    if not dates.notice_reference or dates.noticed_on is None:
        bars.append(Bar("notice-missing", "A DPS opens only with the reference and date of its notice."))
    elif dates.noticed_on > today:
        bars.append(Bar("notice-not-published", "The notice is not published yet."))
    if dates.valid_from is None or dates.valid_until is None:
        bars.append(Bar("validity-missing", "A DPS opens only with the dates of its validity."))
    elif dates.valid_until < today:
        bars.append(Bar("validity-over", "The validity is already over."))
    if ready_lots < 1:
        bars.append(Bar("no-ready-lot", "A DPS opens only with one lot that has a published question set."))
    if profile.applications.value == AppliedFor.WINDOWS and not dates.windows:
        says = "The notice must say in which windows applications are accepted."
        bars.append(Bar("windows-missing", says, profile.applications.source))
    period, is_tendered = profile.tender_period_calendar_days, profile.offer_order.value == OfferOrder.ALL_MEMBERS
    if is_tendered and period.value is None and dates.tender_period_calendar_days is None:
        says = "Members are invited to tender, and the notice must say how many days they have for it."
        bars.append(Bar("tender-period-missing", says, period.source))
    return bars


def bars_to_new_validity(profile: ProfileContent, dates: SchemeDates, *, until: date, today: date) -> list[Bar]:
    """Whether an open DPS may end on `until`. Ending early is never blocked by SI 2024/716."""
    bars = _too_far(until)
    if dates.valid_from and until < dates.valid_from:
        bars.append(Bar("validity-backwards", "The validity would end before it began."))
    if until < today:
        bars.append(Bar("validity-in-the-past", "The validity cannot be made to end in the past."))
    is_later = dates.valid_until is None or until > dates.valid_until
    if not is_later:
        return bars
    if profile.transition and today > profile.transition.value.validity_frozen_after:
        day = profile.transition.value.validity_frozen_after
        bars.append(Bar("validity-frozen", f"The validity may not be extended after {day}.", profile.transition.source))
    if profile.transition and until > profile.transition.value.latest_end:
        day = profile.transition.value.latest_end
        bars.append(Bar("ends-too-late", f"The validity must end by {day}.", profile.transition.source))
    return bars


PERIODS = frozenset({"evaluation_days", "prolonged_days", "renewed_declaration_days", "calendar"})
"""Clauses about time, in which a live DPS may follow a later version of its profile."""
_ONE_OF_A_PROFILE = frozenset({"regime", "title", "policy"})


def bars_to_profile(before: ProfileContent, after: ProfileContent) -> list[Bar]:
    """What the next version of a profile may not do: change the law, or call it policy."""
    return [
        Bar("law-fixed", f"{name.replace('_', ' ').capitalize()} is law and stays as it is.", was.source)
        for name, was, now in _clauses(before, after)
        if was is not None
        and was.basis == Basis.LAW
        and (now is None or now.basis != Basis.LAW or now.value != was.value)
    ]


def bars_to_periods(profile: ProfileContent) -> list[Bar]:
    """What does not hang together in a revised profile."""
    bars, policy = [], profile.policy
    if profile.prolonged_days.value < profile.evaluation_days.value:
        bars.append(Bar("prolonged-shorter", "The prolonged period is shorter than the period itself."))
    if policy.representations_days_at_least > policy.representations_days:
        bars.append(Bar("window-shorter", "The least time for representations is longer than the usual time."))
    return bars


def bars_to_new_profile(before: ProfileContent, after: ProfileContent, *, is_later: bool) -> list[Bar]:
    """Whether an open DPS may go over to another profile: a later version of its own, in which only times differ."""
    if after.regime != before.regime:
        return [Bar("another-regime", "A DPS stays under the regime that its notice named.")]
    bars = [] if is_later else [Bar("not-later", "A DPS goes over only to a later version of its profile.")]
    return bars + [
        Bar("conditions-frozen", f"{name.replace('_', ' ').capitalize()} stays as it was advertised.", was.source)
        for name, was, now in _clauses(before, after)
        if was is not None and name not in PERIODS and (now is None or now.value != was.value)
    ]


def _clauses(
    before: ProfileContent, after: ProfileContent
) -> Iterator[tuple[str, Clause[Any] | None, Clause[Any] | None]]:
    for name in ProfileContent.model_fields:
        if name not in _ONE_OF_A_PROFILE:
            yield name, getattr(before, name), getattr(after, name)


def bars_to_another_lot(*, lots: int) -> list[Bar]:
    return [Bar("too-many-lots", f"A DPS has {MOST_LOTS} lots at most.")] if lots >= MOST_LOTS else []


def bars_to_lot(profile: ProfileContent, shape: LotShape) -> list[Bar]:
    bars = []
    if shape.places is not None and profile.member_limit.value == MemberLimit.FORBIDDEN:
        says = "The number of members may not be limited, so a lot cannot have a number of places."
        bars.append(Bar("limit-forbidden", says, profile.member_limit.source))
    if len(set(shape.zones)) != len(shape.zones):
        bars.append(Bar("zone-twice", "A zone is named twice."))
    return bars + bars_to_questions(profile, shape.asks)


_LAWS = {
    ExclusionQuestions.REGULATION_57: "regulation 57 of the Public Contracts Regulations 2015",
    ExclusionQuestions.SCHEDULES_6_AND_7: "Schedules 6 and 7 of the Procurement Act 2023",
}


def bars_to_questions(profile: ProfileContent, asks: Asks | None) -> list[Bar]:
    """What the profile forbids a lot's question set to ask, and what it has to ask."""
    if asks is None:
        return []
    bars, law = [], profile.exclusion_questions
    if asks.judges_insurance and profile.insurance.value == Insurance.CHECKED_AT_AWARD:
        says = "Insurance may not be required before award, so no question about it may be required or judged."
        bars.append(Bar("insurance-before-award", says, profile.insurance.source))
    if asks.exclusion_laws - {law.value}:
        says = f"Here the grounds of exclusion are those of {_LAWS[law.value]}, and no others may be asked."
        bars.append(Bar("grounds-of-another-law", says, law.source))
    if law.value == ExclusionQuestions.SCHEDULES_6_AND_7 and not asks.judges_debarment:
        says = "Every applicant is asked whether it is on the debarment list, and the answer is judged."
        bars.append(Bar("debarment-not-asked", says, law.source))
    return bars


def bars_to_changing_conditions(profile: ProfileContent, status: SchemeStatus) -> list[Bar]:
    """Whether the conditions of membership (threshold, places, zones, question set) may change now."""
    if status == SchemeStatus.DRAFT:
        return []
    if status == SchemeStatus.CLOSED:
        return [Bar("scheme-closed", "The DPS is closed.")]
    if profile.conditions.value == Conditions.MAY_NOT_CHANGE:
        says = "The conditions of membership may not change during the term."
    else:
        says = "The conditions stay as they were advertised."
    return [Bar("conditions-frozen", says, profile.conditions.source)]


def bars_to_opening_lot(*, scheme: SchemeStatus, has_question_set: bool) -> list[Bar]:
    bars = []
    if scheme != SchemeStatus.OPEN:
        bars.append(Bar("scheme-not-open", "A lot opens only in an open DPS."))
    if not has_question_set:
        bars.append(Bar("no-question-set", "A lot is ready only with a published question set."))
    return bars


def bars_to_pausing(profile: ProfileContent) -> list[Bar]:
    return _must_stay_open(profile.applications)


def _must_stay_open(applications: Clause[AppliedFor]) -> list[Bar]:
    if applications.value != AppliedFor.ANY_TIME:
        return []
    says = "Applications must be accepted at any time while the DPS is valid, so a lot cannot be paused."
    return [Bar("pause-forbidden", says, applications.source)]


def bars_to_closing_lot(profile: ProfileContent, scheme: SchemeStatus) -> list[Bar]:
    """A lot of an open DPS that must take applications at any time closes with the DPS, not before."""
    if scheme != SchemeStatus.OPEN:
        return []
    return [Bar("closing-forbidden", bar.says, bar.source) for bar in _must_stay_open(profile.applications)]


def bars_to_receiving(
    profile: ProfileContent, dates: SchemeDates, *, scheme: SchemeStatus, lot: LotStatus, today: date
) -> list[Bar]:
    """Whether an application to this lot may come in today."""
    bars = []
    if scheme != SchemeStatus.OPEN:
        bars.append(Bar("scheme-not-open", "The DPS is not open."))
    if lot != LotStatus.OPEN:
        bars.append(Bar("lot-not-open", f"The lot is {lot}."))
    if dates.valid_from and today < dates.valid_from:
        bars.append(Bar("not-yet-valid", f"Applications are taken from {dates.valid_from}."))
    if dates.valid_until and today > dates.valid_until:
        bars.append(Bar("validity-over", f"The DPS ended on {dates.valid_until}."))
    if dates.windows and not any(window.has(today) for window in dates.windows):
        says = "Applications are taken only in the windows that the notice gives."
        bars.append(Bar("outside-window", says, profile.applications.source))
    return bars


def bars_when_not_open() -> list[Bar]:
    return [Bar("scheme-not-open", "The DPS is not open.")]
