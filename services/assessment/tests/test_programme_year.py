"""A year's programme: who has how much to do, and many assessments scheduled at once."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import make_assessment as make
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session

from assay_contracts.directory.copies import care_service_copy, keep_care_service
from assay_kit.testing import NOON
from assessment.assessments.rules import Cause
from assessment.frameworks.reading import shipped
from assessment.programme.actions import set_due_date
from assessment.programme.rules import months_from, opens_before, share_out

POLICY = shipped().policy
OFFICERS = [{"officer": f"person:{name.lower()}", "officer_name": name} for name in ("Ann", "Bob")]


def due(session: Session, due_on: date, **about: Any) -> UUID:
    service = make.care_service(session, **about)
    set_due_date(
        session,
        care_service_id=service.id,
        provider_id=service.provider_id,
        due_on=due_on,
        cause=Cause.ANNUAL,
        because="A year on.",
        now=NOON,
    )
    return service.id


def schedule(people: make.People, **about: Any) -> dict[str, Any]:
    wanted = {"due_before": "2026-12-01", "officers": OFFICERS} | about
    return dict(make.ok(people.manager.post("/v1/programme/scheduling", json=wanted)))


def test_what_falls_due_is_scheduled_at_once_and_shared_out(people: make.People, session: Session) -> None:
    near, far = due(session, date(2026, 4, 1), name="Near"), due(session, date(2026, 11, 30), name="Far")
    due(session, date(2026, 12, 1))
    due(session, date(2026, 5, 1), ended_on=date(2026, 2, 1))

    plan = schedule(people, only_plan=True)
    assert ([each["assessment_id"] for each in plan["items"]], plan["left"]) == ([None] * 2, 0)
    assert make.ok(people.officer.get("/v1/assessments"))["items"] == []

    made = schedule(people)["items"]
    assert [(each["service_name"], each["officer_name"]) for each in made] == [
        ("Near", "Ann"),
        ("Far", "Bob"),
    ]
    # 28 days to answer, 28 to validate, 14 to be checked; what is too late for that opens today
    assert [made[0]["opens_on"], made[1]["opens_on"]] == ["2026-03-02", "2026-09-21"]
    assert [each["care_service_id"] for each in made] == [str(near), str(far)]
    assert schedule(people)["items"] == []


def test_only_the_services_named_are_scheduled_and_others_are_left(
    people: make.People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.programme.bulk.MOST_SCHEDULED", 2)
    ids = [due(session, date(2026, 4, day)) for day in (1, 2, 3)]
    named = schedule(people, care_service_ids=[str(ids[2])], officers=[])
    assert [(each["care_service_id"], each["officer"]) for each in named["items"]] == [(str(ids[2]), None)]
    due(session, date(2026, 4, 4))
    first = schedule(people)
    assert (len(first["items"]), first["left"]) == (2, 1)
    assert (len(schedule(people)["items"]), schedule(people)["items"]) == (1, [])


def test_what_is_refused_does_not_stand_in_the_way_of_the_rest(
    people: make.People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.programme.bulk.MOST_SCHEDULED", 2)
    unknown = [due(session, date(2026, 4, day)) for day in (1, 2)]
    session.execute(delete(care_service_copy).where(care_service_copy.c.id.in_(unknown)))
    known = [due(session, date(2026, 4, day)) for day in (3, 4)]
    first = schedule(people)
    assert [each["assessment_id"] for each in first["items"]] == [None, None]
    assert (first["left"], schedule(people)["items"][0]["care_service_id"]) == (2, str(unknown[0]))
    rest = schedule(people, after=first["items"][-1]["care_service_id"])
    assert ([each["care_service_id"] for each in rest["items"]], rest["left"]) == ([str(each) for each in known], 0)
    assert all(each["assessment_id"] for each in rest["items"])
    assert schedule(people, after=rest["items"][-1]["care_service_id"])["items"] == []


def test_the_year_says_what_is_due_when_and_how_much_each_officer_has_to_do(
    people: make.People, session: Session
) -> None:
    make.published(people, session)
    due(session, date(2026, 2, 28))
    for day in (date(2026, 5, 31), date(2026, 6, 1)):
        due(session, day)
    make.scheduled(people, session, officer="person:ann", officer_name="Ann")
    make.scheduled(people, session, officer="person:ann", officer_name="Ann", opens_on="2026-05-20")
    make.scheduled(people, session, opens_on="2027-06-01")
    schedule(people, due_before="2026-06-02", officers=[OFFICERS[1]])

    year = make.ok(people.auditor.get("/v1/programme/year"))
    months = {each["month"]: each for each in year["months"]}
    assert (year["starts_on"], year["overdue"], list(months)[-1]) == ("2026-03-01", 1, "2027-02-01")
    assert (months["2026-05-01"]["due"], months["2026-06-01"]["due"], months["2026-07-01"]["due"]) == (1, 1, 0)
    assert sum(each["not_scheduled"] for each in year["months"]) == 0
    assert months["2026-03-01"]["published"] == 1
    ann, bob, nobody = year["officers"]
    assert (ann["officer_name"], ann["under_way"], ann["by_month"][0], ann["by_month"][3]) == ("Ann", 2, 1, 1)
    assert (bob["officer_name"], bob["under_way"]) == ("Bob", 3)
    assert (nobody["officer"], nobody["under_way"], nobody["after"]) == (None, 1, 1)

    later = make.ok(people.auditor.get("/v1/programme/year?starts_on=2026-06-15"))
    assert (later["starts_on"], later["months"][0]["due"], later["officers"][0]["before"]) == ("2026-06-01", 1, 1)
    assert people.provider.get("/v1/programme/year").status_code == 403


def test_the_year_is_counted_in_a_fixed_number_of_statements(people: make.People, session: Session) -> None:
    def ask() -> int:
        with make.statements(session) as statements:
            make.ok(people.auditor.get("/v1/programme/year"))
        return len(statements)

    few = ask()
    for number in range(30):
        due(session, date(2026, 4, 1) + timedelta(days=number))
    schedule(people)
    assert ask() == few


def test_a_service_the_directory_never_told_of_is_refused_alone(people: make.People, session: Session) -> None:
    known = due(session, date(2026, 4, 2))
    unknown = make.care_service_record()
    set_due_date(
        session,
        care_service_id=unknown.id,
        provider_id=unknown.provider_id,
        due_on=date(2026, 4, 1),
        cause=Cause.ANNUAL,
        because="A year on.",
        now=NOON,
    )
    first, second = schedule(people)["items"]
    assert (first["refused"] is None, second["care_service_id"], second["refused"]) == (False, str(known), None)
    keep_care_service(session, unknown)
    assert schedule(people)["items"][0]["assessment_id"]


@given(
    count=st.integers(0, 60),
    work=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20)),
    officers=st.lists(st.sampled_from("abcdef"), min_size=1, unique=True),
)
def test_work_is_shared_out_so_that_nobody_is_given_more_while_another_has_less(
    count: int, work: dict[str, int], officers: list[str]
) -> None:
    taken = share_out(count, officers, work)
    assert len(taken) == count
    before = {officer: work.get(officer, 0) for officer in officers}
    after = {officer: before[officer] + taken.count(officer) for officer in officers}
    given_more = [officer for officer in officers if officer in taken]
    assert all(after[officer] - 1 <= min(after.values()) for officer in given_more)


def test_without_officers_nobody_leads() -> None:
    assert share_out(2, [], {}) == [None, None]


@given(st.dates(), st.dates(), st.integers(0, 180))
def test_an_assessment_never_opens_in_the_past(due_on: date, today: date, days: int) -> None:
    assert opens_before(POLICY, due_on, today, days_to_validate=days) >= today


@given(st.dates(max_value=date(9998, 1, 1)))
def test_a_year_is_twelve_months_one_after_the_other(day: date) -> None:
    months = months_from(day)
    assert (len(set(months)), months[0]) == (12, day.replace(day=1))
    assert all(month.day == 1 for month in months)
    assert all(later - earlier <= timedelta(days=31) for earlier, later in pairwise(months))
