"""The life of an application and of each of its lot applications, and their clocks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from assay_kit.calendar import WorkingDays, end_of_london_day
from assay_kit.steps import Life
from dps_admission.bars import Bar


class ApplicationStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ApplicationStep(StrEnum):
    SUBMIT = "submit"
    CLOSE = "close"
    REOPEN = "reopen"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    RESCHEDULE = "reschedule"


class LotApplicationStatus(StrEnum):
    EVALUATING = "evaluating"
    CLARIFYING = "clarifying"
    MINDED_TO_REFUSE = "minded_to_refuse"
    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class LotApplicationStep(StrEnum):
    ASK = "ask"
    ANSWER = "answer"
    GIVE_UP_WAITING = "give_up_waiting"
    ADMIT = "admit"
    PROPOSE_REFUSAL = "propose_refusal"
    RECONSIDER = "reconsider"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    SET_ASIDE = "set_aside"
    PROLONG = "prolong"
    RESCHEDULE = "reschedule"


_A, _AS = ApplicationStatus, ApplicationStep
APPLICATION_LIFE = Life(
    name="application",
    start=_A.DRAFT,
    steps={
        (_A.DRAFT, _AS.SUBMIT): _A.SUBMITTED,
        # A change of the DPS moved the day on which it expires.
        (_A.DRAFT, _AS.RESCHEDULE): _A.DRAFT,
        (_A.DRAFT, _AS.EXPIRE): _A.EXPIRED,
        (_A.DRAFT, _AS.WITHDRAW): _A.WITHDRAWN,
        (_A.SUBMITTED, _AS.WITHDRAW): _A.WITHDRAWN,
        (_A.SUBMITTED, _AS.CLOSE): _A.CLOSED,
        # A decision that is set aside opens the application again: it closes when all are decided.
        (_A.CLOSED, _AS.REOPEN): _A.SUBMITTED,
        # So it does where the provider had withdrawn what was still open beside it.
        (_A.WITHDRAWN, _AS.REOPEN): _A.SUBMITTED,
    },
)

_L, _LS = LotApplicationStatus, LotApplicationStep
LOT_APPLICATION_LIFE = Life(
    name="lot application",
    start=_L.EVALUATING,
    steps={
        (_L.EVALUATING, _LS.ASK): _L.CLARIFYING,
        (_L.CLARIFYING, _LS.ASK): _L.CLARIFYING,
        (_L.CLARIFYING, _LS.ANSWER): _L.EVALUATING,
        (_L.CLARIFYING, _LS.GIVE_UP_WAITING): _L.EVALUATING,
        (_L.EVALUATING, _LS.ADMIT): _L.ADMITTED,
        (_L.EVALUATING, _LS.PROPOSE_REFUSAL): _L.MINDED_TO_REFUSE,
        # There is a report, and something that it does not know of: it is evaluated again before anything is decided.
        (_L.EVALUATING, _LS.RECONSIDER): _L.EVALUATING,
        (_L.MINDED_TO_REFUSE, _LS.RECONSIDER): _L.EVALUATING,
        (_L.MINDED_TO_REFUSE, _LS.ADMIT): _L.ADMITTED,
        (_L.MINDED_TO_REFUSE, _LS.REFUSE): _L.REFUSED,
        (_L.EVALUATING, _LS.WITHDRAW): _L.WITHDRAWN,
        (_L.CLARIFYING, _LS.WITHDRAW): _L.WITHDRAWN,
        (_L.MINDED_TO_REFUSE, _LS.WITHDRAW): _L.WITHDRAWN,
        # The DPS closes with this one undecided: the provider is told by letter.
        (_L.EVALUATING, _LS.LAPSE): _L.WITHDRAWN,
        (_L.CLARIFYING, _LS.LAPSE): _L.WITHDRAWN,
        (_L.MINDED_TO_REFUSE, _LS.LAPSE): _L.WITHDRAWN,
        # The state stays; who prolonged the period and why is on the timeline.
        (_L.EVALUATING, _LS.PROLONG): _L.EVALUATING,
        (_L.CLARIFYING, _LS.PROLONG): _L.CLARIFYING,
        (_L.MINDED_TO_REFUSE, _LS.PROLONG): _L.MINDED_TO_REFUSE,
        # A change of the DPS moved the day on which it is due; from when to when is on the timeline.
        (_L.EVALUATING, _LS.RESCHEDULE): _L.EVALUATING,
        (_L.CLARIFYING, _LS.RESCHEDULE): _L.CLARIFYING,
        (_L.MINDED_TO_REFUSE, _LS.RESCHEDULE): _L.MINDED_TO_REFUSE,
        (_L.ADMITTED, _LS.SET_ASIDE): _L.EVALUATING,
        (_L.REFUSED, _LS.SET_ASIDE): _L.EVALUATING,
    },
)
OPEN = frozenset({_L.EVALUATING, _L.CLARIFYING, _L.MINDED_TO_REFUSE})


@dataclass(frozen=True, kw_only=True)
class DueDate:
    """`day` is the last day of the period; `instant` its last moment in London."""

    received_on: date
    day: date
    instant: datetime


def due_date(received_on: date, *, days: int, calendar: WorkingDays) -> DueDate:
    """The day of receipt is not counted. CalendarEnds where the calendar's years do not reach."""
    day = calendar.after(received_on, days)
    return DueDate(received_on=received_on, day=day, instant=end_of_london_day(day))


def moved_due_date(received_on: date, due_on: date, *, days: int, today: date, calendar: WorkingDays) -> date:
    """The due date under another period. Nobody is late by a change alone: it ends no period before today."""
    return max(calendar.after(received_on, days), min(due_on, today))


@dataclass(frozen=True, kw_only=True)
class DraftClock:
    expires_at: datetime
    remind_at: datetime


def draft_clock(saved_at: datetime, *, life: int, reminder: int, ends_on: date | None) -> DraftClock:
    """A draft lives `life` days after it was last saved, and never beyond the DPS (`ends_on`, a London day).

    Its owner is reminded `reminder` days before; at once where less than that is left.
    """
    expires_at = saved_at + timedelta(days=life)
    if ends_on is not None:
        expires_at = min(expires_at, end_of_london_day(ends_on))
    return DraftClock(expires_at=expires_at, remind_at=max(saved_at, expires_at - timedelta(days=reminder)))


@dataclass(frozen=True, kw_only=True)
class AnswerWindow:
    """The time for representations, and what it does to the evaluation period."""

    closes_on: date
    prolongs_to: date | None
    is_shortened: bool


def representations_window(
    today: date,
    *,
    received_on: date,
    due_on: date,
    may_prolong_to_days: int | None,
    days: int,
    days_at_least: int,
    calendar: WorkingDays,
) -> AnswerWindow:
    """The window runs inside the period; if it would end late the period is prolonged once, else it shortens.

    `may_prolong_to_days` is None when the period has been prolonged already. Never under `days_at_least`; and whole
    where the period is over anyway, for then shortening keeps nothing, and what is late is not prolonged out of it.
    """
    full = calendar.after(today, days)
    if full <= due_on:
        return AnswerWindow(closes_on=full, prolongs_to=None, is_shortened=False)
    prolonged = None if due_on < today else _prolonged(received_on, due_on, may_prolong_to_days, calendar)
    end = prolonged or due_on
    if full <= end or end < today:
        return AnswerWindow(closes_on=full, prolongs_to=prolonged, is_shortened=False)
    closes_on = max(end, calendar.after(today, days_at_least))
    return AnswerWindow(closes_on=closes_on, prolongs_to=prolonged, is_shortened=closes_on < full)


def _prolonged(received_on: date, beyond: date, days: int | None, calendar: WorkingDays) -> date | None:
    if days is None:
        return None
    to = calendar.after(received_on, days)
    return to if to > beyond else None


class Urgency(StrEnum):
    IN_TIME = "in_time"
    DUE_SOON = "due_soon"  # so much of the period has passed that managers are told
    OVERDUE = "overdue"


def due_soon_at(received_at: datetime, due_at: datetime, *, percent: int) -> datetime:
    """The instant at which so many percent of the period have passed."""
    return received_at + (due_at - received_at) * percent / 100


def urgency(due_soon: datetime, due_at: datetime, *, now: datetime) -> Urgency:
    if now > due_at:
        return Urgency.OVERDUE
    return Urgency.DUE_SOON if now >= due_soon else Urgency.IN_TIME


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One lot and zone that a draft applies to, as the rules see it."""

    lot: str
    zone: str | None
    lot_zones: Sequence[str]
    price_needed: bool
    has_price: bool
    services: int
    is_member: bool
    is_open_already: bool


def bars_to_choices(choices: Sequence[Choice]) -> list[Bar]:
    """What is wrong with the lots and zones chosen, when an application is submitted."""
    bars = [] if choices else [Bar("no-lot", "Choose at least one lot.")]
    seen: set[tuple[str, str | None]] = set()
    for choice in choices:
        where = f"{choice.lot}, {choice.zone}" if choice.zone else choice.lot
        if (choice.lot, choice.zone) in seen:
            bars.append(Bar("lot-twice", f"{where} is chosen twice."))
        seen.add((choice.lot, choice.zone))
        bars += _bars_to_choice(choice, where)
    return bars


def _bars_to_choice(choice: Choice, where: str) -> list[Bar]:
    has_fitting_zone = choice.zone in choice.lot_zones if choice.lot_zones else choice.zone is None
    tests = (
        (not has_fitting_zone, "wrong-zone", f"{where}: the lot has no such zone."),
        (choice.price_needed and not choice.has_price, "price-missing", f"{where}: give a price."),
        (choice.services < 1, "no-service", f"{where}: name a service of yours that would deliver it."),
        (choice.is_member, "already-member", f"{where}: you are a member already."),
        (choice.is_open_already, "already-applied", f"{where}: an application of yours is open already."),
    )
    return [Bar(rule, says) for applies, rule, says in tests if applies]


def bars_to_prolonging(*, already: bool, to: date, due_on: date, today: date) -> list[Bar]:
    bars = []
    if already:
        bars.append(Bar("prolonged-once", "The period was prolonged already; it can be once only."))
    if to <= due_on:
        bars.append(Bar("not-longer", "The longest period has been used already."))
    elif due_on < today:
        bars.append(Bar("period-over", f"The period ended on {due_on}; nothing is prolonged once it is over."))
    return bars


def bars_to_asking(*, today: date, answer_on: date, is_working_day: bool) -> list[Bar]:
    """Whether a question may have to be answered by the end of a day."""
    if answer_on <= today:
        return [Bar("too-soon", "Give the provider until tomorrow at least.")]
    if not is_working_day:
        return [Bar("not-a-working-day", "An answer is due on a working day.")]
    return []
