"""What must hold of a band whatever is known: over all ten indicators, from facts to band."""

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from make_facts import POLICY, TODAY, cqc, days_ago, enquiries, facts, occurrences
from make_risk import feeds_heard, green_service, provider
from sqlmodel import Session, col, select

from assay_contracts.assessment import RatingPublished, RatingWithdrawn
from assay_contracts.assessment.ratings import Rating as RatingWord
from assay_contracts.directory import ActivityRecord, ActivityRecorded, CareServiceRecorded
from assay_contracts.directory.copies import Copies
from assay_contracts.roles import Role
from assay_kit.database import new_id
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from assay_kit.testing import NOON, hear
from risk.bands.rules import IN_CONFIDENCE, Band
from risk.bands.working import Worked, work_out
from risk.indicators.facts import (
    CompanyReading,
    CqcRating,
    Facts,
    Feed,
    FoodReading,
    LiveIntervention,
    Occurrence,
    Rating,
    ReadOn,
    Vacancy,
    Waiting,
)
from risk.intelligence.actions import record
from risk.intelligence.schemas import EntryWanted
from risk.registers.actions import keep
from risk.registers.rules import Method, Register
from risk.scoring_models.consistency import faults_of
from risk.scoring_models.policy import Indicator
from risk.tables import ServiceBand, StandingResult


def rated(*values: str) -> list[dict[str, Any]]:
    return [{"cqc": cqc(CqcRating(rating=value, rated_on=date(2025, 5, 1)))} for value in values]


WORSE_AND_WORSE: dict[Indicator, list[dict[str, Any]]] = {
    Indicator.QUALITY_ASSESSMENT: [
        {"rating": value} for value in ("excellent", "good", "requires_improvement", "poor")
    ],
    Indicator.CQC_RATING: [
        *rated("outstanding", "good"),
        {"cqc": cqc()},
        *rated("requires_improvement", "inadequate"),
        {"cqc": cqc(is_registered=False)},
    ],
    Indicator.FOOD_HYGIENE: [{"food": FoodReading(value=value)} for value in ("5", "4", "3", "2", "1", "0")],
    Indicator.SAFEGUARDING_DECISIONS: [{"enquiries": enquiries(*[days_ago(5)] * count)} for count in range(6)],
    Indicator.EMBARGO: [
        {"embargoes": ()},
        {"embargoes": (LiveIntervention(since=days_ago(9), extent="part"),)},
        {"embargoes": (LiveIntervention(since=days_ago(9), extent="whole"),)},
    ],
    Indicator.DEFAULT_NOTICE: [{"default_notices": ()}, {"default_notices": (LiveIntervention(since=days_ago(9)),)}],
    Indicator.UNEXPECTED_DEATHS: [{"deaths": occurrences(*[days_ago(5)] * count)} for count in range(4)],
    Indicator.CONTRACTING_CONCERNS: [{"concerns": occurrences(*[days_ago(5)] * count)} for count in range(8)],
    Indicator.COMPANY_STATUS: [
        {"company": CompanyReading(status="active")},
        {"company": CompanyReading(status="active", accounts_overdue=True)},
        {"company": CompanyReading(status="liquidation", liquidation_cases=("members-voluntary-liquidation",))},
        {"company": CompanyReading(status="administration")},
    ],
    Indicator.MANAGER_VACANCY: [{"absent": None}, {"absent": 10}, {"absent": 60}, {"absent": 100}],
}
AGES = st.sampled_from([0, 1, 14, 15, 92, 93, 300, 500])
NEVER_MISSING = {Indicator.QUALITY_ASSESSMENT, Indicator.CQC_RATING, *(Indicator(feed) for feed in Feed)}
"""Whether anybody looked, and whether the sources that would tell of harm are alive."""
SOURCES = ("assessment", "cqc_read", "food_read", "company_read", *Feed)
WORLD = st.fixed_dictionaries(
    {
        "known": st.fixed_dictionaries({key: st.sampled_from(steps) for key, steps in WORSE_AND_WORSE.items()}),
        "ages": st.fixed_dictionaries(dict.fromkeys(SOURCES, AGES)),
        "missing": st.sets(st.sampled_from(["assessment", "cqc", "food", "company", *Feed])),
        "not_applicable": st.sets(
            st.sampled_from(["is_regulated", "prepares_food", "is_company", "requires_registered_manager"])
        ),
    }
)


def made(world: dict[str, Any]) -> Facts:
    """The facts of an invented world: what is known, how old it is, what is missing and what does not apply."""
    known = {name: value for said in world["known"].values() for name, value in said.items()}
    ages, absent = world["ages"], known.pop("absent")
    known["assessment"] = Rating(rating=known.pop("rating"), published_on=days_ago(ages["assessment"]))
    known["cqc"] = known["cqc"].model_copy(
        update={"manager_absent_since": None if absent is None else days_ago(absent)}
    )
    known |= {name: ReadOn(on=days_ago(ages[name])) for name in ("cqc_read", "food_read", "company_read")}
    known["last_heard"] = {feed: days_ago(ages[feed]) for feed in Feed if feed not in world["missing"]}
    known |= dict.fromkeys(world["missing"] - set(Feed))
    return facts(**known | dict.fromkeys(world["not_applicable"], False))


def worked(world: dict[str, Any]) -> Worked:
    return work_out(made(world), POLICY, model_version=1)


@pytest.mark.parametrize("indicator", Indicator)
@given(world=WORLD, places=st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_worse_news_never_improves_a_band(indicator: Indicator, world: dict[str, Any], places: tuple[int, int]) -> None:
    steps = WORSE_AND_WORSE[indicator]
    better, worse = (min(place, len(steps) - 1) for place in sorted(places))
    before = worked(world | {"known": world["known"] | {indicator: steps[better]}})
    after = worked(world | {"known": world["known"] | {indicator: steps[worse]}})
    assert after.verdict.band.rank >= before.verdict.band.rank


@pytest.mark.parametrize("source", SOURCES)
@given(world=WORLD, ages=st.tuples(AGES, AGES))
def test_what_grows_old_never_improves_a_band(source: str, world: dict[str, Any], ages: tuple[int, int]) -> None:
    younger, older = (worked(world | {"ages": world["ages"] | {source: age}}) for age in sorted(ages))
    assert older.verdict.band.rank >= younger.verdict.band.rank


@given(world=WORLD)
def test_missing_data_is_never_green(world: dict[str, Any]) -> None:
    found = worked(world)
    applicable = [each for each in found.readings if each.is_applicable]
    known = [each for each in applicable if each.is_known]
    needed = [each for each in applicable if each.indicator in NEVER_MISSING]
    if found.verdict.band is Band.GREEN:
        assert all(each.is_known for each in needed)
        assert len(known) * 100 >= 70 * len(applicable)


@pytest.mark.parametrize("feed", Feed)
def test_one_silent_source_of_harm_is_enough_not_to_be_green(feed: Feed) -> None:
    heard = {each: days_ago(15 if each is feed else 1) for each in Feed}
    few = dict.fromkeys(("is_regulated", "prepares_food", "is_company", "requires_registered_manager"), False)
    found = work_out(facts(last_heard=heard, **few), POLICY, model_version=1)
    assert len([each for each in found.readings if each.is_applicable]) == 6
    assert found.verdict.band is Band.NOT_ENOUGH_INFORMATION


NEEDS = st.sets(st.sampled_from([*sorted(NEVER_MISSING), Indicator.FOOD_HYGIENE]))


@given(world=WORLD, needs=NEEDS, percent=st.sampled_from([0, 49, 50, 70, 100]))
def test_no_model_that_is_taken_makes_missing_data_green(
    world: dict[str, Any], needs: set[Indicator], percent: int
) -> None:
    band = POLICY.band.model_copy(update={"green_needs": tuple(sorted(needs)), "green_known_percent": percent})
    policy = POLICY.model_copy(update={"band": band})
    found = work_out(made(world), policy, model_version=1)
    if faults_of(policy) or found.verdict.band is not Band.GREEN:
        return
    applicable = [each for each in found.readings if each.is_applicable]
    assert all(each.is_known for each in applicable if each.indicator in NEVER_MISSING)
    assert sum(each.is_known for each in applicable) * 2 >= len(applicable)


@given(world=WORLD)
def test_the_same_facts_and_model_give_the_same_answer_whatever_way_they_were_kept(world: dict[str, Any]) -> None:
    first = worked(world)
    kept = Facts.model_validate_json(made(world).model_dump_json(exclude_defaults=True))
    assert work_out(kept, POLICY, model_version=1) == first


@given(world=WORLD)
def test_a_digest_is_the_hash_of_what_the_answer_says(world: dict[str, Any]) -> None:
    found = worked(world)
    said = [[each.indicator, each.state, each.level, each.reason, each.confidential] for each in found.readings]
    openly = [each.openly for each in found.readings if each.openly]
    is_known = all(each.is_known and not each.is_of_concern for each in openly)
    to_all = [] if is_known else [list(found.verdict.open_reasons)]
    assert found.digest == content_hash([1, found.verdict.band, found.verdict.points, said, *to_all])


@given(world=WORLD, data=st.data())
def test_the_order_of_what_was_learnt_does_not_matter(world: dict[str, Any], data: st.DataObject) -> None:
    one = made(world)
    parts = ("enquiries", "deaths", "concerns", "vacancies")
    other = one.model_copy(update={part: tuple(data.draw(st.permutations(getattr(one, part)))) for part in parts})
    assert work_out(other, POLICY, model_version=1).digest == work_out(one, POLICY, model_version=1).digest


def in_confidence(days: list[int]) -> tuple[Occurrence, ...]:
    return occurrences(*map(days_ago, days), restricted=True)


_DAY = st.integers(0, 400).map(days_ago)
_VACANCY = st.builds(Vacancy, since=_DAY, filled_on=st.none() | _DAY, restricted=st.just(True))
DAYS = st.lists(st.integers(0, 400), max_size=3)
HELD = st.fixed_dictionaries(
    {
        "enquiries": DAYS.map(lambda days: enquiries(*map(days_ago, days))),
        "deaths": DAYS.map(in_confidence),
        "concerns": DAYS.map(in_confidence),
        "vacancies": st.lists(_VACANCY, max_size=2),
        "waiting": st.lists(st.builds(Waiting, feed=st.sampled_from(Feed), restricted=st.just(True)), max_size=2),
    }
)


@given(world=WORLD, waits=st.booleans(), held=HELD)
def test_what_is_held_in_confidence_changes_no_reason_but_the_fixed_sentence(
    world: dict[str, Any], waits: bool, held: dict[str, Any]
) -> None:
    """Not in Green, where nothing of concern is known, and not in Not enough information either."""
    waiting = (Waiting(feed=Feed.UNEXPECTED_DEATHS, restricted=False),) if waits else ()
    known = made(world).model_copy(update={"enquiries": (), "waiting": waiting})
    more = {part: (*getattr(known, part), *found) for part, found in held.items()}
    before = work_out(known, POLICY, model_version=1).verdict
    after = work_out(known.model_copy(update=more), POLICY, model_version=1).verdict
    assert IN_CONFIDENCE not in before.open_reasons
    if after.band is before.band:
        assert [reason for reason in after.open_reasons if reason != IN_CONFIDENCE] == list(before.open_reasons)


CALM: dict[str, Any] = {
    "known": {indicator: steps[0] for indicator, steps in WORSE_AND_WORSE.items()},
    "ages": dict.fromkeys(SOURCES, 1),
    "missing": set(),
    "not_applicable": set(),
}
NOTHING_HELD: dict[str, Any] = dict.fromkeys(("enquiries", "deaths", "concerns", "vacancies", "waiting"), ())


@given(world=WORLD, held=HELD)
@example(world=CALM, held=NOTHING_HELD | {"waiting": (Waiting(feed=Feed.UNEXPECTED_DEATHS, restricted=True),)})
def test_results_that_say_something_else_to_everybody_are_not_the_same(
    world: dict[str, Any], held: dict[str, Any]
) -> None:
    """That a death is no longer restricted, and that more waits to be placed at the location, openly."""
    known = made(world).model_copy(update=held)
    opened = {
        "deaths": occurrences(*(each.on for each in held["deaths"][:1])) + held["deaths"][1:],
        "waiting": (Waiting(feed=Feed.UNEXPECTED_DEATHS, restricted=False), *held["waiting"]),
    }
    one, other = (work_out(each, POLICY, model_version=1) for each in (known, known.model_copy(update=opened)))
    assert (one.digest == other.digest) <= (one.verdict.open_reasons == other.verdict.open_reasons)


def test_a_result_of_long_ago_is_still_the_same() -> None:
    """Of an answer that was once given, with all that was ever counted: it may never change."""
    said = facts(
        assessment=Rating(rating="requires_improvement", published_on=days_ago(40)),
        enquiries=enquiries(days_ago(3), days_ago(30)),
        deaths=occurrences(days_ago(50), restricted=True),
        concerns=occurrences(*[days_ago(70)] * 4),
        embargoes=(LiveIntervention(since=days_ago(7), extent="part", limit_text="No new nursing placements."),),
        company=CompanyReading(status="active", accounts_overdue=True),
    )
    found = work_out(said, POLICY, model_version=1)
    assert (found.verdict.band, found.verdict.points, TODAY) == (Band.RED, 10, date(2026, 3, 2))
    assert found.digest == "db89e7f35ba2527363a44e3a141397a9bf9d6794c659dd53b18e0c08bc610cb4"


@pytest.mark.parametrize("arrives", ["as it happens", "an hour late"])
def test_events_late_twice_or_in_any_order_give_the_same_end_state(session: Session, arrives: str) -> None:
    """Each happened at an instant of its own. A vacancy is on record that counts once the service needs a manager."""
    feeds_heard(session)
    service = green_service(session, provider(session))
    *told, counted = _events_about(service)
    ends = set()
    for number, permuted in enumerate(permutations(told)):
        order = [*permuted[: number % 5], counted, *permuted[number % 5 :]]
        with session.begin_nested() as savepoint:
            last = NOON
            for place, (source, event, event_id) in enumerate([*order, *order]):
                last = NOON + timedelta(hours=1, seconds=place) if arrives == "an hour late" else max(last, event.at)
                if place == 2:
                    _a_vacancy_is_recorded(session, service, at=last)
                hear(session, event, source=source, event_id=event_id, now=last)
            ends.add(_end_state(session, service.id))
            savepoint.rollback()
        session.expire_all()
    assert len(ends) == 1
    assert {band for band, _, _ in ends} == {"amber"}


SEEN = [  # what a register said, day by day: it goes to and fro
    {"names_manager": False},
    {"names_manager": True},
    {"names_manager": False},
    {"names_manager": None},
]


@pytest.mark.parametrize("readings", [SEEN, [SEEN[0], SEEN[0], SEEN[1], SEEN[0]], [SEEN[0], SEEN[3], SEEN[0], SEEN[3]]])
def test_readings_of_a_register_in_any_order_give_the_same_end_state(
    session: Session, readings: list[dict[str, Any]]
) -> None:
    about = {"is_regulated": True, "requires_registered_manager": True, "cqc_location_id": "1-700000001"}
    service = green_service(session, provider(session), **about)
    ratings = (CqcRating(rating="good", rated_on=date(2025, 5, 1)),)
    said = [(NOON - timedelta(days=50 - 10 * place), cqc(*ratings, **each)) for place, each in enumerate(readings)]
    by = Principal(subject="system", name="Assay")
    ends = set()
    for order in permutations(said):
        with session.begin_nested() as savepoint:
            for at, reading in order:
                keep(session, Register.CQC, "1-700000001", reading, None, at=at, method=Method.FETCHED, by=by, now=NOON)
            ends.add(_end_state(session, service.id))
            savepoint.rollback()
        session.expire_all()
    assert len(ends) == 1


def _a_vacancy_is_recorded(session: Session, service: Any, *, at: datetime) -> None:
    about = {"provider_id": service.provider_id, "care_service_id": service.id, "source": "Visit"}
    wanted = EntryWanted(**about, kind="manager_vacancy", event_on=days_ago(100), restricted=False, substantiated=True)
    by = Principal(subject="person:olga", name="Olga", roles=frozenset({Role.COMPLIANCE_OFFICER}))
    record(session, wanted, Copies(session), by=by, now=at)


def _events_about(service: Any) -> list[tuple[str, Any, Any]]:
    """In the order in which they happened: the last makes what is on record count."""
    about = {"care_service_id": service.id, "provider_id": service.provider_id}
    poor = RatingPublished(
        **about,
        at=NOON + timedelta(seconds=2),
        assessment_id=new_id(),
        rating=RatingWord.POOR,
        published_on=date(2026, 3, 1),
        framework_version=1,
        next_due_on=date(2027, 3, 1),
    )
    older = poor.model_copy(
        update={"assessment_id": new_id(), "rating": RatingWord.REQUIRES_IMPROVEMENT, "published_on": date(2026, 2, 28)}
    )
    older = older.model_copy(update={"at": NOON + timedelta(seconds=1)})
    withdrawn = RatingWithdrawn(
        **about, at=NOON + timedelta(seconds=3), assessment_id=poor.assessment_id, replaced_by=new_id()
    )
    activity = ActivityRecord(
        care_service_id=service.id,
        provider_id=service.provider_id,
        commissioner="council",
        month=date(2026, 2, 1),
        people=70,
        hours=10,
        recorded_at=NOON,
    )
    recorded = ActivityRecorded(at=NOON, activity=activity)
    needs = service.model_copy(update={"version": 2, "requires_registered_manager": True, "is_regulated": False})
    announced = CareServiceRecorded(at=NOON - timedelta(minutes=30), care_service=needs)
    told = [
        ("directory", announced),
        ("assessment", older),
        ("assessment", poor),
        ("assessment", withdrawn),
        ("directory", recorded),
    ]
    return [(source, event, new_id()) for source, event in told]


def _end_state(session: Session, care_service_id: Any) -> tuple[str, str, str]:
    wanted = (
        select(ServiceBand.band, ServiceBand.computed_band, StandingResult.digest)
        .join(StandingResult, col(StandingResult.care_service_id) == ServiceBand.care_service_id)
        .where(ServiceBand.care_service_id == care_service_id)
    )
    [(band, computed, digest)] = session.exec(wanted).all()
    return band, computed, digest
