"""The demonstration's facts say what the council's papers say, and its stories are told in order."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from unittest.mock import create_autospec

from hypothesis import given
from hypothesis import strategies as st

from assay_kit.calendar import Calendar, WorkingDays
from demonstration import watching
from demonstration.activity import people_supported, shares
from demonstration.driver import Caller
from demonstration.facts import arrangements, people, providers
from demonstration.founding import Founders, Member
from demonstration.passwords import names, words_to_choose_from
from demonstration.stories import Story, tell
from directory.people.rules import PasswordFault, faults_of_password

START = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_register_of_25_january_2024_has_the_papers_numbers() -> None:
    kinds = providers()
    everybody = [*kinds.home_care, *kinds.mental_health, *kinds.learning_disability]
    members = Counter(
        each.lot for each in everybody if each.opening or (each.joins and each.joins < arrangements().register_on)
    )
    appointed = arrangements().appointed_on_that_day
    assert {lot: members[lot] for lot in appointed} == appointed


def test_thirteen_home_care_providers_were_there_at_the_start() -> None:
    opening = Counter(each.lot for each in providers().home_care if each.opening)
    assert opening == {"tier-1": 9, "tier-2": 1, "specialist-ld": 2, "specialist-carers": 1}


def test_each_zone_of_tier_1_has_its_three() -> None:
    zones = Counter(each.zone for each in providers().home_care if each.lot == "tier-1")
    assert zones == dict.fromkeys(arrangements().zones, 3)


def test_awards_are_made_on_working_days_in_the_papers_months_before_anything_goes_live() -> None:
    days = WorkingDays(Calendar.ENGLAND_AND_WALES)
    awarded = {scheme.key: scheme.awarded_on for scheme in arrangements().schemes}
    assert {key: f"{day:%Y-%m}" for key, day in awarded.items()} == {
        "home-care": "2019-12",
        "mental-health": "2023-05",
        "ld-autism": "2023-11",
    }
    assert all(days.is_working(day) for day in awarded.values())
    assert all(scheme.awarded_on < scheme.goes_live_on for scheme in arrangements().schemes)


def test_no_register_tells_of_a_day_after_it_was_read() -> None:
    officer = create_autospec(Caller, instance=True)
    fact = next(each for each in providers().care_homes if each.hygiene and each.cqc)
    member = Member(fact, 1, "provider", "service", officer, "1-1", "90000001", 9_000_001)
    on = date(2024, 3, 4)

    watching.read_registers(cast(Founders, SimpleNamespace(officers=[officer])), member, on)

    said = [call.args[2]["reading"] for call in officer.post.call_args_list]
    assert len(said) == 3
    rated = [rating["rated_on"] for rating in said[0]["ratings"]] + [said[1]["rated_on"]]
    assert all(date.fromisoformat(day) < on for day in rated)


def test_the_units_of_mental_health_supported_living_add_up() -> None:
    units = arrangements().supported_living_units["mh-supported-living"]
    homes = providers().mental_health
    assert sum(each.units_in_place or 0 for each in homes) == units.in_place
    assert sum(each.units_in_development or 0 for each in homes) == units.in_development


def test_the_people_of_home_care_add_up_to_the_papers_total() -> None:
    assert sum(people_supported(each) for each in providers().home_care) == arrangements().activity.people


def test_every_role_has_somebody() -> None:
    held = {role for person in people().council for role in person.roles}
    assert len(held) == 7


@given(
    st.integers(0, 10_000), st.integers(0, 100_000), st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=30)
)
def test_shares_add_up_exactly(supported: int, hours: int, names: list[str]) -> None:
    shared = shares(supported, hours, names)
    assert (sum(each for each, _ in shared), sum(each for _, each in shared)) == (supported, hours)
    assert min(min(each) for each in shared) >= 0


def test_stories_go_on_in_the_order_of_their_instants_and_end_at_the_last_day() -> None:
    told: list[str] = []
    moved: list[datetime] = []

    def story(name: str, *days: int) -> Story:
        for day in days:
            yield START + timedelta(days=day)
            told.append(f"{name}{day}")

    steps = tell([story("a", 1, 3), story("b", 2, 9)], move_clock=moved.append, start=START, until=START + timedelta(4))
    assert told == ["a1", "b2", "a3"]
    assert steps == 3
    assert moved == [START + timedelta(days=day) for day in (1, 2, 3, 4)]


def test_no_word_of_a_password_names_anybody() -> None:
    """Whatever four words are drawn, everybody may have them as a password."""
    words = words_to_choose_from()
    assert len(words) > 60
    every_word = "-".join(words)
    for name in names():
        assert PasswordFault.NAMES_THE_PERSON not in faults_of_password(
            every_word, email=f"{name}@council.example", name=name
        )
