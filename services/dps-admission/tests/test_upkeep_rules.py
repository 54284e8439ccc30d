from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dps_admission.memberships.rules import Cause, MembershipStatus
from dps_admission.memberships.upkeep_rules import (
    bars_to_affirming,
    bars_to_remedy,
    bars_to_review,
    has_lapsed,
    look_again_on,
    reminder_due,
)
from dps_admission.spans import months_after

DAYS = (28, 14, 3)
LAST = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 15), 24, date(2028, 1, 15)),
    ],
)
def test_a_declaration_holds_for_whole_months(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_the_last_day_counts() -> None:
    assert not has_lapsed(LAST, LAST)
    assert has_lapsed(LAST, LAST + timedelta(days=1))


@given(
    last=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    starts=st.integers(0, 400),
    skips=st.lists(st.integers(1, 40), max_size=60),
)
def test_each_reminder_goes_out_at_most_once_and_every_one_to_who_looks_daily(
    last: date, starts: int, skips: list[int]
) -> None:
    """However irregularly the clock moves; and the declaration lapses on the first look after its last day."""
    begins = last - timedelta(days=starts)
    for steps, is_daily in ((skips, False), ([1] * (starts + 2), True)):
        looks, sent, day = look_again_on(last, begins, days_before=DAYS), [], begins
        for step in steps:
            day += timedelta(days=step)
            if day < looks or has_lapsed(last, day):
                continue
            found = reminder_due(last, day, days_before=DAYS, last_looked=looks)
            sent += [found] if found else []
            looks = look_again_on(last, day, days_before=DAYS)
            assert looks > day
        assert len(sent) == len(set(sent))
        assert sent == sorted(sent, reverse=True)
        if is_daily:
            assert sent == [days for days in DAYS if days < starts]
            assert looks <= last + timedelta(days=1)


@pytest.mark.parametrize("status", MembershipStatus)
def test_members_only_declare_again(status: MembershipStatus) -> None:
    is_member = status in (MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED)
    assert (bars_to_affirming(status, awaits_verification=False) == []) is is_member


@pytest.mark.parametrize(
    ("cause", "about", "expected"),
    [
        (Cause.LATE_DOCUMENT, {}, []),
        (Cause.LAPSED_DECLARATION, {"has_evidence": False}, []),
        (Cause.LATE_DOCUMENT, {"has_evidence": False}, ["evidence-missing"]),
        (Cause.LATE_DOCUMENT, {"awaits_verification": True}, ["awaits-verification"]),
        (Cause.LATE_DOCUMENT, {"is_open": False}, ["already-lifted"]),
        (Cause.EMBARGO, {}, ["not-lifted-by-evidence"]),
        (Cause.COUNCIL_DECISION, {}, ["not-lifted-by-evidence"]),
    ],
)
def test_evidence_lifts_administrative_causes_alone(cause: Cause, about: dict[str, bool], expected: list[str]) -> None:
    given_ = {"is_open": True, "awaits_verification": False, "has_evidence": True} | about
    assert [bar.rule for bar in bars_to_remedy(cause, **given_)] == expected


def test_a_review_is_put_off_only_so_far() -> None:
    assert bars_to_review(is_open=True, days=28, days_at_most=28) == []
    assert [bar.rule for bar in bars_to_review(is_open=True, days=29, days_at_most=28)] == ["review-too-late"]
    assert [bar.rule for bar in bars_to_review(is_open=False, days=1, days_at_most=28)] == ["already-lifted"]
