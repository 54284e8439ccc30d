"""Whoever has to act is told, and reminded before something is late."""

from datetime import date, datetime, timedelta
from typing import Any

import make_assessment as make
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_plan import ACTION, WANTING, act_on_all, approve, asked_for, messages, url
from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.testing import NOON, Time, do_due
from assessment.frameworks.reading import shipped
from assessment.main import SERVICE
from assessment.remedial_actions.rules import remind_at

POLICY = shipped().policy


@pytest.fixture
def plan(people: make.People, session: Session) -> dict[str, Any]:
    return asked_for(people, session)


@pytest.fixture
def approved(people: make.People, plan: dict[str, Any]) -> dict[str, Any]:
    return approve(people, plan)


def due(session: Session, month: int, day: int) -> None:
    do_due(session, NOON.replace(month=month, day=day))


def test_the_provider_is_reminded_fourteen_and_three_days_before_once_for_all_that_is_due_then(
    people: make.People, session: Session, approved: dict[str, Any], at: Time
) -> None:
    def said() -> list[tuple[str, str]]:
        letters = messages(session, "remedial_actions_due")
        assert {letter.to.provider_id for letter in letters} <= {make.PROVIDER}
        return [(letter.personalisation["due_on"], letter.personalisation["days"]) for letter in letters]

    due(session, 3, 16)
    assert said() == []
    for _ in range(2):
        due(session, 3, 17)
    assert said() == [("2026-03-31", "14")]
    at.now = NOON.replace(day=18)
    later, done = (approved["issues"][number]["actions"][0]["id"] for number in (0, 1))
    extension = {"due_on": "2026-04-10", "reason": "The trainer was ill for two weeks."}
    make.ok(people.officer.post(f"{url(approved)}/actions/{later}/extension", json=extension))
    progress = {"progress": "done", "note": "All plans are rewritten."}
    make.ok(people.provider.post(f"{url(approved)}/actions/{done}/progress", json=progress))
    due(session, 3, 28)
    assert said()[1:] == [("2026-03-31", "3"), ("2026-04-10", "13")]
    due(session, 4, 30)
    assert len(said()) == 3, "what is past is told of as overdue, and not as due"


def test_both_sides_hear_once_of_what_is_overdue(
    people: make.People, session: Session, approved: dict[str, Any]
) -> None:
    due(session, 4, 1)
    due(session, 4, 2)
    letters = messages(session, "remedial_actions_overdue")
    assert [(each.to.provider_id, each.to.person) for each in letters] == [
        (None, "person:oscar-officer"),
        (make.PROVIDER, None),
    ]
    assert {each.personalisation["due_on"] for each in letters} == {"2026-03-31"}
    assert len({each.reference for each in letters}) == 2


def test_the_provider_is_told_of_every_answer_to_its_plan(
    people: make.People, session: Session, approved: dict[str, Any]
) -> None:
    assert len(messages(session, "remedial_plan_approved")) == 1
    action = approved["issues"][0]["actions"][0]["id"]
    extension = {"due_on": "2026-04-10", "reason": "The trainer was ill for two weeks."}
    make.ok(people.officer.post(f"{url(approved)}/actions/{action}/extension", json=extension))
    [extended] = messages(session, "remedial_action_extended")
    assert (extended.personalisation["due_on"], extended.personalisation["reason"]) == tuple(extension.values())
    outcomes = ["completely_remedied", "completely_remedied", "partly_remedied", "not_remedied"]
    for issue, outcome in zip(approved["issues"], outcomes, strict=True):
        verified = {"outcome": outcome, "reason": "Seen on the second visit."}
        make.ok(people.officer.post(f"{url(approved)}/issues/{issue['id']}/verification", json=verified))
    make.ok(people.officer.post(f"{url(approved)}/closure"))
    told_of = messages(session, "remedial_issue_verified")
    assert [each.personalisation["outcome"] for each in told_of] == outcomes
    [closed] = messages(session, "remedial_plan_closed")
    assert [closed.personalisation[each] for each in ("completely", "partly", "not_at_all")] == ["2", "1", "1"]
    letters = (extended, closed, *told_of)
    assert {each.to.provider_id for each in letters} == {make.PROVIDER}
    assert len({each.reference for each in letters}) == len(letters)


def test_nobody_is_reminded_of_a_plan_that_nobody_approved(
    people: make.People, session: Session, plan: dict[str, Any]
) -> None:
    act_on_all(people, plan)
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    due(session, 3, 30)
    assert messages(session, "remedial_actions_due") == []


def test_the_next_due_instant_is_that_of_the_next_reminder(session: Session, approved: dict[str, Any]) -> None:
    [work] = [each for each in SERVICE.due if each.name == "remedial action reminders"]
    instant = work.next(session)
    assert instant is not None
    assert (london_day(instant), ACTION["due_on"], len(WANTING)) == (date(2026, 3, 17), "2026-03-31", 4)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 60))
def test_a_reminder_is_ahead_and_on_one_of_its_days(due_on: date, before: int) -> None:
    after = datetime.combine(due_on, NOON.timetz()) - timedelta(days=before)
    instant = remind_at(POLICY, due_on, after)
    days = [each for each in POLICY.action_reminder_days if each < before]
    assert (None if instant is None else (due_on - london_day(instant)).days) == max(days, default=None)
    assert instant is None or instant > after
