"""What happened, in order: who registered, applied, was assessed, and what was learnt of whom."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from assay_kit.settings import Settings, Span
from demonstration import assessing, watching
from demonstration.activity import shares
from demonstration.admissions import OpenLot, admission, record_opening, set_up_scheme
from demonstration.driver import House
from demonstration.facts import Provider, Scheme, arrangements, people, providers
from demonstration.founding import Founders, Member
from demonstration.stories import Story, tell, working_morning

Say = Callable[[str], None]

_CONTRACTED_SINCE = date(2022, 4, 4)  # care homes and day services: invented
_WATCHED_FROM = datetime(2024, 3, 4, 10, tzinfo=UTC)
_ASSESSED_FROM = datetime(2024, 3, 11, 10, tzinfo=UTC)
_YEAR = timedelta(days=364)


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
        name = people().machine.name
        self._machine = self._house.machine(name, self._settings.secret(f"client-{name}"))
        years = self._years(until) if self._settings.demonstration is Span.WHOLE else ()
        stories = chain(self._beginnings(), years)
        tell(stories, move_clock=self._move, start=start, until=until)

    def _move(self, to: datetime) -> None:
        self._say(f"Telling what happened up to {to.day} {to:%B %Y}")
        self._move_clock(to)

    def _beginnings(self) -> Iterator[Story]:
        for scheme in arrangements().schemes:
            yield self._scheme_opens(scheme)
        for fact in self._applicants():
            yield self._applies(fact)
        yield self._contracts_begin()
        yield self._activity_is_counted()

    def _years(self, until: datetime) -> Iterator[Story]:
        yield self._feeds_speak(until)
        everybody = [*self._everybody()]
        for order, fact in enumerate(everybody):
            yield self._is_watched(fact, until)
            yield self._is_assessed(fact, order, len(everybody), until)
            yield self._registers_are_read_again(fact, until)
            if fact.story is not None:
                yield self._has_a_story(fact, until)

    def _everybody(self) -> Iterator[Provider]:
        kinds = providers()
        yield from chain(
            kinds.home_care, kinds.mental_health, kinds.learning_disability, kinds.care_homes, kinds.day_services
        )

    def _applicants(self) -> Iterator[Provider]:
        kinds = providers()
        yield from (fact for fact in kinds.home_care if fact.joins)
        yield from kinds.mental_health
        yield from kinds.learning_disability

    def _scheme_opens(self, scheme: Scheme) -> Story:
        yield _morning(scheme.goes_live_on, 9)
        self._lots |= set_up_scheme(self._founders, scheme)
        keys = {lot.key for lot in scheme.lots}
        for fact in providers().home_care:
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

    def _contracts_begin(self) -> Story:
        yield _morning(_CONTRACTED_SINCE, 9)
        for fact in providers().care_homes:
            self._registers(fact, fact.type or "residential_care", _CONTRACTED_SINCE)
        for fact in providers().day_services:
            self._registers(fact, "day_opportunities", _CONTRACTED_SINCE)

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
        yield _WATCHED_FROM
        yield from watching.feeds_speak(self._machine, start=_WATCHED_FROM, until=until)

    def _is_watched(self, fact: Provider, until: datetime) -> Story:
        yield _WATCHED_FROM
        member = self._members[fact.name]
        watching.read_registers(self._founders, member, _WATCHED_FROM.date())
        yield from watching.ordinary_years(self._machine, member, start=_WATCHED_FROM, until=until)

    def _is_assessed(self, fact: Provider, order: int, of: int, until: datetime) -> Story:
        """Once a year, spread over the year; sooner after a low rating; the last only if it can end in time.

        Home care was assessed in Assay from the first year on, the others from the second: their first is imported.
        """
        if fact.story == "unknown":
            return
        chance = random.Random(f"looks of {fact.name}")  # noqa: S311 - deterministic, not secret
        begins = _ten(_ASSESSED_FROM + order * (_YEAR / of))
        is_first = True
        while begins + timedelta(days=60) < until:
            yield begins
            member, looks = self._members[fact.name], _looks(fact, chance)
            if is_first and fact.lot is None:
                yield from assessing.imported(self._founders, member, at=begins, looks=looks)
            else:
                yield from assessing.assessed(self._founders, member, begins=begins, looks=looks, officer=order)
            is_first = False
            begins = _ten(begins + (timedelta(days=182) if looks in ("requires_improvement", "poor") else _YEAR))

    def _registers_are_read_again(self, fact: Provider, until: datetime) -> Story:
        """Within the last weeks, so that what the registers said is fresh on the demonstration's day."""
        at = _ten(until - timedelta(days=40))
        yield at
        watching.read_registers(self._founders, self._members[fact.name], at.date())

    def _has_a_story(self, fact: Provider, until: datetime) -> Story:
        yield _WATCHED_FROM
        member = self._members[fact.name]
        match fact.story:
            case "troubled":
                begins = _ten(until - timedelta(days=62))
                yield from watching.trouble(self._founders, self._machine, member, begins=begins)
            case "failing":
                begins = _ten(until - timedelta(days=80))
                yield from watching.failure(self._founders, self._machine, member, begins=begins)
            case "insolvent":
                yield from watching.insolvency(self._founders, member, _ten(until - timedelta(days=20)))
            case _:  # nothing is known of it: that is its story
                return

    def _registers(self, fact: Provider, service_type: str, on: date) -> Member:
        member = self._founders.provider_registers(fact, next(self._numbers), service_type=service_type, on=on)
        self._members[fact.name] = member
        return member


def _looks(fact: Provider, chance: random.Random) -> str:
    match fact.story, fact.cqc:
        case "failing", _:
            return "poor"
        case "troubled", _:
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
