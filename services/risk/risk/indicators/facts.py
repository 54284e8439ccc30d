"""What is known about one service on one day: all that indicators may look at, and what a result keeps. Pure."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Feed(StrEnum):
    """The flows whose silence means something: each feeds the indicator of the same name."""

    SAFEGUARDING_DECISIONS = "safeguarding_decisions"
    UNEXPECTED_DEATHS = "unexpected_deaths"
    CONTRACTING_CONCERNS = "contracting_concerns"


class Rating(_Fact):
    """The last published quality assessment. `rating` None: nothing in it was applicable."""

    rating: str | None = None
    published_on: date


class CqcRating(_Fact):
    """One current overall rating: of the whole location (`group` None) or of one service group in it."""

    rating: Literal["outstanding", "good", "requires_improvement", "inadequate"]
    rated_on: date | None
    group: str | None = None
    is_inherited: bool = False


class CqcReading(_Fact):
    """A location as the CQC register gave it. `ratings` holds real ratings only; `confirmed` is what of `successors` an
    officer said succeeds it."""

    is_registered: bool
    ratings: tuple[CqcRating, ...] = ()
    successors: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    manager_absent_since: date | None = None
    names_manager: bool | None = None


class FoodReading(_Fact):
    """`value`: "0" to "5", "pass", "improvement_required", "exempt" or "awaiting"."""

    value: Literal["0", "1", "2", "3", "4", "5", "pass", "improvement_required", "exempt", "awaiting"]
    rated_on: date | None = None


class CompanyReading(_Fact):
    status: str | None = None
    status_detail: str | None = None
    accounts_overdue: bool = False
    liquidation_cases: tuple[str, ...] = ()
    has_insolvency_history: bool = False


class ReadOn(_Fact):
    """When a register was last read, and since when it names no manager (it keeps no date for that itself)."""

    on: date
    names_no_manager_since: date | None = None


class Enquiry(_Fact):
    """One entry about one safeguarding enquiry, in force (not corrected since)."""

    reference: str
    on: date
    counts: bool
    closed_unfounded: bool = False
    restricted: bool = True


class Occurrence(_Fact):
    on: date
    restricted: bool = False


class Vacancy(_Fact):
    """What an officer recorded of a manager's post."""

    since: date
    filled_on: date | None = None
    restricted: bool = False


class Event(_Fact):
    """Something learnt of a kind that none of the ten counts: for the indicators that a model adds."""

    kind: str
    on: date
    substantiated: bool = False
    restricted: bool = False


class Waiting(_Fact):
    """Something sent about the service's location that nobody has placed with a service yet."""

    feed: Feed
    restricted: bool = True


class LiveIntervention(_Fact):
    since: date
    extent: str | None = None
    limit_text: str | None = None


class Facts(_Fact):
    """One service on the London day `on`."""

    on: date
    service_type: str
    people_supported: int
    is_regulated: bool
    prepares_food: bool
    has_food_id: bool
    requires_registered_manager: bool
    is_company: bool
    assessment: Rating | None = None
    cqc: CqcReading | None = None
    cqc_read: ReadOn | None = None
    food: FoodReading | None = None
    food_read: ReadOn | None = None
    company: CompanyReading | None = None
    company_read: ReadOn | None = None
    enquiries: tuple[Enquiry, ...] = ()
    deaths: tuple[Occurrence, ...] = ()
    concerns: tuple[Occurrence, ...] = ()
    vacancies: tuple[Vacancy, ...] = ()
    embargoes: tuple[LiveIntervention, ...] = ()
    default_notices: tuple[LiveIntervention, ...] = ()
    events: tuple[Event, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    last_heard: dict[Feed, date] = {}


_ENTRIES = ("enquiries", "deaths", "concerns", "vacancies", "events", "waiting")


def without_restricted(facts: Facts) -> Facts:
    """What would be known if nothing restricted had been learnt."""
    open_to_all = {name: tuple(each for each in getattr(facts, name) if not each.restricted) for name in _ENTRIES}
    return facts.model_copy(update=open_to_all)
