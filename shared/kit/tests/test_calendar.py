"""Days, working days and periods, against what GOV.UK publishes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay_kit.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    LONDON,
    Calendar,
    CalendarEnds,
    WorkingDays,
    at_london,
    end_of_london_day,
    london_day,
    start_of_london_day,
)

HERE = WorkingDays(Calendar.ENGLAND_AND_WALES)
ANYWHERE = WorkingDays(Calendar.UNITED_KINGDOM)

# https://www.gov.uk/bank-holidays.json, as published in 2026: month and day, by year.
ENGLAND_AND_WALES = {
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}
# Days that only Scotland or only Northern Ireland, or both of them, add to those.
ELSEWHERE = {
    2024: "01-02 03-18 07-12 08-05 12-02",
    2025: "01-02 03-17 07-14 08-04 12-01",
    2026: "01-02 03-17 06-15 07-13 08-03 11-30",
    2027: "01-04 03-17 07-12 08-02 11-30",
    2028: "01-04 03-17 07-12 08-07 11-30",
}

# The last days leave room for two of the longest periods within the years that are known.
covered = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 8, 1))
calendars = st.sampled_from([HERE, ANYWHERE])
lengths = st.integers(1, 40)


def _days(table: dict[int, str]) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for year, days in table.items() for day in days.split()}


def _weekdays_off(calendar: WorkingDays) -> set[date]:
    start = date(2024, 1, 1)
    days = (start + timedelta(days=n) for n in range((date(2028, 12, 31) - start).days + 1))
    return {day for day in days if day.weekday() < 5 and not calendar.is_working(day)}


def test_bank_holidays_of_england_and_wales_are_those_that_gov_uk_publishes() -> None:
    assert _weekdays_off(HERE) == _days(ENGLAND_AND_WALES)


def test_bank_holidays_of_any_part_of_the_united_kingdom_are_those_that_gov_uk_publishes() -> None:
    assert _weekdays_off(ANYWHERE) == _days(ENGLAND_AND_WALES) | _days(ELSEWHERE)


@pytest.mark.parametrize(
    "day",
    [
        date(2019, 12, 26),
        date(2020, 5, 8),  # Early May, moved to VE Day
        date(2022, 6, 2),  # Spring, moved for the Platinum Jubilee
        date(2022, 6, 3),
        date(2022, 9, 19),  # State Funeral of Queen Elizabeth II
        date(2023, 5, 8),  # Coronation of King Charles III
    ],
)
def test_days_proclaimed_once_are_known(day: date) -> None:
    assert not HERE.is_working(day)


def test_a_bank_holiday_that_was_moved_leaves_its_usual_day_a_working_day() -> None:
    assert HERE.is_working(date(2020, 5, 4))
    assert HERE.is_working(date(2022, 5, 30))


@pytest.mark.parametrize(
    ("calendar", "received", "n", "due"),
    [
        (HERE, date(2026, 3, 2), 10, date(2026, 3, 16)),  # Monday to Monday a fortnight on
        (HERE, date(2026, 2, 27), 1, date(2026, 3, 2)),  # received on a Friday
        (HERE, date(2026, 2, 28), 1, date(2026, 3, 2)),  # received on a Saturday: Monday is the first day
        (HERE, date(2026, 3, 27), 10, date(2026, 4, 14)),  # over Easter
        (HERE, date(2026, 12, 18), 10, date(2027, 1, 6)),  # Christmas, Boxing Day's substitute, New Year
        (HERE, date(2027, 12, 23), 3, date(2027, 12, 30)),  # both substitutes
        (HERE, date(2026, 3, 16), 1, date(2026, 3, 17)),  # St Patrick's Day is a working day here
        (ANYWHERE, date(2026, 3, 16), 1, date(2026, 3, 18)),  # and is not in the whole kingdom
        (ANYWHERE, date(2026, 6, 12), 1, date(2026, 6, 16)),  # Scotland's World Cup bank holiday
        (HERE, date(2026, 3, 2), 15, date(2026, 3, 23)),  # prolonged
    ],
)
def test_the_day_of_receipt_is_not_counted(calendar: WorkingDays, received: date, n: int, due: date) -> None:
    assert calendar.after(received, n) == due


@pytest.mark.parametrize(
    ("event", "n", "last"),
    [
        (date(2026, 3, 2), 10, date(2026, 3, 12)),
        (date(2026, 3, 5), 10, date(2026, 3, 16)),  # the 15th is a Sunday
        (date(2026, 3, 24), 10, date(2026, 4, 7)),  # the 3rd is Good Friday
        (date(2026, 2, 27), 1, date(2026, 3, 3)),  # a Friday and one day: two working days at least
    ],
)
def test_a_period_of_calendar_days_ends_on_a_working_day(event: date, n: int, last: date) -> None:
    assert HERE.calendar_days_after(event, n) == last


def test_a_period_may_ask_for_no_least_number_of_working_days() -> None:
    assert HERE.calendar_days_after(date(2026, 2, 27), 1, working_at_least=0) == date(2026, 3, 2)


@given(calendars, covered, lengths)
def test_a_period_ends_on_a_working_day_after_its_event(days: WorkingDays, event: date, n: int) -> None:
    end = days.after(event, n)
    assert days.is_working(end)
    assert end > event
    assert days.between(event, end) == n


@given(calendars, covered, lengths, lengths)
def test_one_period_after_another_is_a_period_of_both(days: WorkingDays, event: date, n: int, m: int) -> None:
    assert days.after(days.after(event, n), m) == days.after(event, n + m)


@given(covered, lengths)
def test_more_bank_holidays_never_shorten_a_period(event: date, n: int) -> None:
    assert ANYWHERE.after(event, n) >= HERE.after(event, n)


@given(calendars, covered, covered)
def test_counting_back_is_counting_forward_with_the_sign_turned(days: WorkingDays, a: date, b: date) -> None:
    assert days.between(a, b) == -days.between(b, a)


@given(calendars, covered)
def test_rolling_forward_twice_changes_nothing(days: WorkingDays, day: date) -> None:
    rolled = days.on_or_after(day)
    assert days.is_working(rolled)
    assert days.on_or_after(rolled) == rolled
    assert (rolled == day) == days.is_working(day)


@pytest.mark.parametrize("calendar", [HERE, ANYWHERE])
@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2029, 1, 1)])
def test_no_day_is_judged_outside_the_years_that_are_published(calendar: WorkingDays, day: date) -> None:
    with pytest.raises(CalendarEnds, match=f"{day.isoformat()} is outside"):
        calendar.is_working(day)


def test_no_date_is_computed_beyond_the_last_year() -> None:
    assert HERE.after(date(2028, 12, 27), 2) == date(2028, 12, 29)
    with pytest.raises(CalendarEnds):
        HERE.after(date(2028, 12, 27), 3)
    with pytest.raises(CalendarEnds):
        HERE.calendar_days_after(date(2028, 12, 24), 10)
    with pytest.raises(CalendarEnds):
        HERE.between(date(2028, 12, 24), date(2029, 1, 2))


@pytest.mark.parametrize("n", [0, -1])
def test_a_period_has_at_least_one_day(n: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        HERE.after(date(2026, 3, 2), n)
    with pytest.raises(ValueError, match="at least one day"):
        HERE.calendar_days_after(date(2026, 3, 2), n)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 7, 1)),  # half past midnight in summer
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 1, 31, 23, 30, tzinfo=UTC), date(2026, 1, 31)),  # no difference in winter
    ],
)
def test_a_london_day_is_not_a_utc_day(instant: datetime, day: date) -> None:
    assert london_day(instant) == day


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        london_day(datetime(2026, 1, 1))  # noqa: DTZ001  # that is the test


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    length = end_of_london_day(day) + timedelta(microseconds=1) - start_of_london_day(day)
    assert length == timedelta(hours=hours)


def test_the_end_of_a_summer_day_is_an_hour_earlier_in_utc() -> None:
    assert end_of_london_day(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)
    assert end_of_london_day(date(2026, 1, 1)) == datetime(2026, 1, 1, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "utc_hour"),
    [(time(0, 30), 0), (time(1, 30), 1), (time(2, 30), 1), (time(9), 8)],
)
def test_a_time_that_the_clocks_skip_still_is_an_instant(at: time, utc_hour: int) -> None:
    instant = at_london(date(2026, 3, 29), at)
    assert (instant.hour, instant.minute) == (utc_hour, at.minute)


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    assert at_london(date(2026, 10, 25), time(1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(covered, st.times())
def test_an_instant_lies_in_the_day_it_was_made_from(day: date, at: time) -> None:
    instant = at_london(day, at)
    assert instant.tzinfo is UTC
    assert london_day(instant) == day
    assert start_of_london_day(day) <= instant <= end_of_london_day(day)


@given(covered)
def test_days_follow_each_other_without_a_gap(day: date) -> None:
    tomorrow = day + timedelta(days=1)
    assert end_of_london_day(day) + timedelta(microseconds=1) == start_of_london_day(tomorrow)
    assert start_of_london_day(day).astimezone(LONDON).time() == time.min
