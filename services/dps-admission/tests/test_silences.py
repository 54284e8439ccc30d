"""Silence is recorded of whoever could have answered until the last day, and of nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from make_dps import REASON, House, applicant, ok
from sqlmodel import Session

from assay_kit.testing import Time, do_due

WHY = {"reason": REASON}
FAIL = {"finding": "fail", "comment": "No lead is named."}
QUESTION = {"question": "Which branch would deliver?"}


def window(house: House, part: str) -> dict[str, Any]:
    [one] = ok(house.manager().get(f"/v1/lot-applications/{part}/decisions"))["representations"]
    found: dict[str, Any] = one
    return found


@pytest.mark.parametrize("step", ["reconsideration", "withdrawal"])
def test_who_could_not_answer_for_the_whole_window_was_not_silent(
    house: House, session: Session, at: Time, step: str
) -> None:
    who = applicant(session)
    part, _ = house.minded(house.open_lot(), who, safeguarding_policy=FAIL)
    at.now += timedelta(days=1)
    presses = house.provider(who) if step == "withdrawal" else house.manager()
    ok(presses.post(f"/v1/lot-applications/{part}/{step}", json=WHY))
    ended = window(house, part)["ended_at"]
    at.now += timedelta(days=30)
    do_due(session, at.now)
    assert ended[:10] == "2026-03-03"
    assert (window(house, part)["ended_at"], window(house, part)["silent_at"]) == (ended, None)


def test_who_was_silent_to_the_last_day_was_silent_whatever_follows(house: House, session: Session, at: Time) -> None:
    part, _ = house.minded(house.open_lot(), applicant(session), safeguarding_policy=FAIL)
    at.now += timedelta(days=30)
    ok(house.manager().post(f"/v1/lot-applications/{part}/reconsideration", json=WHY))
    do_due(session, at.now)
    found = window(house, part)
    assert (found["ended_at"], found["silent_at"]) == (None, found["closes_at"])


def test_a_question_about_what_was_withdrawn_is_left_unanswered_by_nobody(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session)
    part = house.part(house.open_lot(), who)
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/clarifications", json=QUESTION))
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/withdrawal", json=WHY))
    at.now += timedelta(days=30)
    do_due(session, at.now)
    [asked] = ok(house.provider(who).get(f"/v1/lot-applications/{part}/clarifications"))["items"]
    assert asked["ended_at"] is not None
    assert asked["silent_at"] is None
