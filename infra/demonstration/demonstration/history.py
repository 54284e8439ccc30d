"""What happened, in order: who registered, applied, was assessed, and what was learnt of whom."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from assay_kit.settings import Settings, Span
from demonstration import assessing, watching
from demonstration.activity import shares
from demonstration.admissions import OpenLot, admission, declarations, record_opening, set_up_scheme
from demonstration.driver import House
from demonstration.facts import Provider, Scheme, arrangements, people, providers
from demonstration.founding import Founders, Member
from demonstration.stories import Story, tell, working_morning

Say = Callable[[str], None]

_CONTRACTED_SINCE = date(2022, 4, 4)  # care homes and day services: invented
_YEAR = timedelta(days=364)
_READ_AGAIN = (timedelta(days=97), timedelta(days=12))  # before the end; a reading may be relied on for three months


@dataclass(frozen=True)
class Years:
    """What is told in full: of whom, from when on, and over how long their first assessments are spread."""

    whom: tuple[Provider, ...]
    watched_from: datetime
    first_assessments_over: timedelta

    @property
    def assessed_from(self) -> datetime:
        return self.watched_from + timedelta(days=7)


def years_of(span: Span, until: datetime) -> Years:
    match span:
        case Span.WHOLE:
            return Years(providers().everybody, datetime(2024, 3, 4, 10, tzinfo=UTC), _YEAR)
        case Span.SAMPLE:
            return Years(providers().sample, _ten(until - timedelta(days=126)), timedelta(days=50))
        case Span.SHORT | Span.PEOPLE:
            return Years((), until, _YEAR)


class History:
    """The whole history of the demonstration; `tell` it once."""

    def __init__(self, house: House, settings: Settings, move_clock: Callable[[datetime], None], say: Say) -> None:
        self._house = house
        self._settings = settings
        self._founders = Founders(house, settings)
        self._move_clock = move_clock
        self._say = say
        self._lots: dict[str, OpenLot] = {}
        self._members: dict[str, Member] = {}
        self._numbers = iter(range(1, 1000))

    def tell(self, *, start: datetime, until: datetime) -> None:
        self._say("Letting the council's people in")
        self._founders.people_arrive()
        self._founders.machine_arrives()
        if self._settings.demonstration is Span.PEOPLE:
            self._move(until)
            return
        name = people().machine.name
        self._machine = self._house.machine(name, self._settings.secret(f"client-{name}"))
        self._years = years_of(self._settings.demonstration, until)
        tell(chain(self._beginnings(), self._what_follows(until)), move_clock=self._move, start=start, until=until)

    def _move(self, to: datetime) -> None:
        self._say(f"Telling what happened up to {to.day} {to:%B %Y}")
        self._move_clock(to)

    def _beginnings(self) -> Iterator[Story]:
        for scheme in arrangements().schemes:
            yield self._scheme_opens(scheme)
        for fact in self._applicants():
            yield self._applies(fact)
        yield self._contracts_begin()
        if self._settings.demonstration is not Span.SAMPLE:
            yield self._activity_is_counted()

    def _what_follows(self, until: datetime) -> Iterator[Story]:
        if not self._years.whom:
            return
        yield self._feeds_speak(until)
        for order, fact in enumerate(self._years.whom):
            yield self._is_watched(fact, until)
            yield self._is_assessed(fact, order, until)
            yield self._registers_are_read_again(fact, until)
            if fact.story is not None:
                yield self._has_a_story(fact, until)

    def _told_of(self, facts: Iterable[Provider]) -> list[Provider]:
        """A sample leaves the others out from the first day on."""
        is_sample = self._settings.demonstration is Span.SAMPLE
        return [fact for fact in facts if not is_sample or fact in self._years.whom]

    def _applicants(self) -> list[Provider]:
        joined = [fact for fact in providers().everybody if fact.joins]
        return [*self._told_of(joined), *providers().applicants]

    def _scheme_opens(self, scheme: Scheme) -> Story:
        yield _morning(scheme.goes_live_on, 9)
        self._lots |= set_up_scheme(self._founders, scheme)
        keys = {lot.key for lot in scheme.lots}
        for fact in self._told_of(providers().home_care):
            if fact.opening and fact.lot in keys:
                member = self._registers(fact, "home_care", scheme.goes_live_on)
                record_opening(self._founders, self._lots[fact.lot], member)

    def _applies(self, fact: Provider) -> Story:
        if fact.joins is None or fact.lot is None:
            raise ValueError(f"{fact.name} needs a lot and the day on which it applies.")
        yield _morning(fact.joins, 9)
        lot = self._lots[fact.lot]
        member = self._registers(fact, lot.fact.type, fact.joins)
        yield from admission(self._founders, lot, member, submitted_on=fact.joins)
        yield from declarations(member, admitted=_morning(fact.joins, 10))

    def _contracts_begin(self) -> Story:
        yield _morning(_CONTRACTED_SINCE, 9)
        for fact in self._told_of((*providers().care_homes, *providers().day_services)):
            member = self._registers(fact, fact.type or "day_opportunities", _CONTRACTED_SINCE)
            self._founders.contract_is_recorded(member, _CONTRACTED_SINCE)

    def _activity_is_counted(self) -> Story:
        """The papers' total for January 2024, shared among the home care providers; the shares are invented."""
        total = arrangements().activity
        yield _morning(date(2024, 2, 5), 10)
        members = [self._members[fact.name] for fact in providers().home_care]
        counted = shares(total.people, total.hours_per_week, [member.fact.name for member in members])
        for member, (supported, hours) in zip(members, counted, strict=True):
            self._machine.put(
                "directory",
                f"/care-services/{member.care_service_id}/activity/{total.month:%Y-%m}/council",
                {"people": supported, "hours": f"{hours * 31 / 7:.2f}"},
            )

    def _feeds_speak(self, until: datetime) -> Story:
        start = self._years.watched_from
        yield start
        yield from watching.feeds_speak(self._machine, start=start, until=until)

    def _is_watched(self, fact: Provider, until: datetime) -> Story:
        start = self._years.watched_from
        yield start
        member = self._members[fact.name]
        watching.read_registers(self._founders, member, start.date())
        yield from watching.ordinary_years(self._machine, member, start=start, until=until)

    def _is_assessed(self, fact: Provider, order: int, until: datetime) -> Story:
        """Once a year, spread over the year; sooner after a low rating; some are under way on the last day.

        Home care was assessed in Assay from the first year on, the others from the second: their first is imported.
        """
        if fact.story == "unknown":
            return
        chance = random.Random(f"looks of {fact.name}")  # noqa: S311 - deterministic, not secret
        begins = self._first_assessment(fact, order)
        is_first = True
        while begins < until:
            yield begins
            member, looks = self._members[fact.name], _looks(fact, chance)
            if is_first and fact.lot is None:
                yield from assessing.imported(self._founders, member, at=begins, looks=looks)
            else:
                yield from assessing.assessed(self._founders, member, begins=begins, looks=looks, officer=order)
            is_first = False
            begins = _ten(begins + (timedelta(days=182) if looks in ("requires_improvement", "poor") else _YEAR))

    def _first_assessment(self, fact: Provider, order: int) -> datetime:
        """By its turn, or whole years before the one whose day is given."""
        first = self._years.assessed_from
        if fact.assessed_on is None:
            return _ten(first + order * (self._years.first_assessments_over / len(self._years.whom)))
        given = _morning(fact.assessed_on, 10)
        return given - (given - first) // _YEAR * _YEAR

    def _registers_are_read_again(self, fact: Provider, until: datetime) -> Story:
        """So that what the registers said is fresh on the demonstration's day, and some weeks on."""
        for before in _READ_AGAIN:
            yield (at := _ten(until - before))
            watching.read_registers(self._founders, self._members[fact.name], at.date())

    def _has_a_story(self, fact: Provider, until: datetime) -> Story:
        yield self._years.watched_from
        member = self._members[fact.name]
        match fact.story:
            case "troubled":
                begins = _ten(until - timedelta(days=62))
                yield from watching.trouble(self._founders, self._machine, member, begins=begins)
            case "failing":
                begins = _ten(until - timedelta(days=80))
                yield from watching.failure(self._founders, self._machine, member, begins=begins)
            case "insolvent":
                yield from watching.insolvency(self._founders, member, _ten(until - timedelta(days=10)))
            case "unsettled":
                yield from watching.unrest(self._founders, member, begins=_ten(until - timedelta(days=41)))
            case _:  # nothing is known of it, or its assessment is its story
                return

    def _registers(self, fact: Provider, service_type: str, on: date) -> Member:
        member = self._founders.provider_registers(fact, next(self._numbers), service_type=service_type, on=on)
        self._members[fact.name] = member
        return member


def _looks(fact: Provider, chance: random.Random) -> str:
    match fact.story, fact.cqc:
        case "failing", _:
            return "poor"
        case (("troubled" | "remedying"), _):
            return "requires_improvement"
        case _, "Requires improvement":
            return chance.choice(["requires_improvement", "good"])
        case _, "Outstanding":
            return "excellent"
        case _:
            return chance.choices(["good", "excellent", "requires_improvement"], weights=[0.82, 0.1, 0.08])[0]


def _morning(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _ten(instant: datetime) -> datetime:
    return working_morning(instant.replace(hour=10, minute=0, second=0, microsecond=0))
