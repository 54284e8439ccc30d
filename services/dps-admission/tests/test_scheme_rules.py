import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from assay_kit.calendar import Calendar
from dps_admission.schemes import rules
from dps_admission.schemes.profiles import (
    AppliedFor,
    Basis,
    Conditions,
    ExclusionQuestions,
    Fee,
    Insurance,
    MemberLimit,
    ProfileContent,
    Regime,
    Removal,
)
from dps_admission.schemes.rules import LOT_LIFE, SCHEME_LIFE, LotShape, LotStatus, SchemeDates, SchemeStatus, Window

SHIPPED = {
    content["regime"]: ProfileContent.model_validate(content)
    for content in json.loads((files("dps_admission") / "defaults" / "profiles.json").read_text(encoding="utf-8"))
}
REG34 = SHIPPED[Regime.PCR2015_REG34]
LIGHT_TOUCH = SHIPPED[Regime.PCR2015_LIGHT_TOUCH]
MARKET = SHIPPED[Regime.PA2023_DYNAMIC_MARKET]
FRAMEWORK = SHIPPED[Regime.PA2023_LIGHT_TOUCH_FRAMEWORK]
TODAY = date(2026, 3, 2)
USUAL = SchemeDates(
    notice_reference="2019/S 1-1",
    noticed_on=date(2019, 11, 1),
    valid_from=date(2019, 12, 16),
    valid_until=date(2028, 3, 31),
)


def named(bars: list[Any]) -> list[str]:
    return [bar.rule for bar in bars]


ROWS = [
    (
        REG34,
        (AppliedFor.ANY_TIME, 10, 15, MemberLimit.FORBIDDEN, Conditions.AS_ADVERTISED, 5),
        (ExclusionQuestions.REGULATION_57, Insurance.MAY_BE_CRITERION, Removal.FOR_CAUSE, Fee.FORBIDDEN),
        (Calendar.ENGLAND_AND_WALES, 10),
    ),
    (
        LIGHT_TOUCH,
        (AppliedFor.AS_NOTICE, 10, 15, MemberLimit.ALLOWED, Conditions.AS_ADVERTISED, 5),
        (ExclusionQuestions.REGULATION_57, Insurance.MAY_BE_CRITERION, Removal.FOR_CAUSE, Fee.NONE),
        (Calendar.ENGLAND_AND_WALES, None),
    ),
    (
        MARKET,
        (AppliedFor.ANY_TIME, 10, 15, MemberLimit.FORBIDDEN, Conditions.MAY_NOT_CHANGE, 5),
        (ExclusionQuestions.SCHEDULES_6_AND_7, Insurance.CHECKED_AT_AWARD, Removal.SECTION_37, Fee.NONE_BEFORE_AWARD),
        (Calendar.UNITED_KINGDOM, None),
    ),
    (
        FRAMEWORK,
        (AppliedFor.WINDOWS, 20, 30, MemberLimit.ALLOWED, Conditions.AS_ADVERTISED, 5),
        (ExclusionQuestions.SCHEDULES_6_AND_7, Insurance.CHECKED_AT_AWARD, Removal.AS_NOTICE, Fee.NONE),
        (Calendar.UNITED_KINGDOM, None),
    ),
]


def test_all_four_regimes_are_shipped() -> None:
    assert set(SHIPPED) == set(Regime)
    assert len(ROWS) == len(Regime)


@pytest.mark.parametrize(
    ("profile", "period", "grounds", "days"), ROWS, ids=[str(profile.regime) for profile, *_ in ROWS]
)
def test_a_shipped_profile_says_what_the_law_says(
    profile: ProfileContent, period: tuple[Any, ...], grounds: tuple[Any, ...], days: tuple[Any, ...]
) -> None:
    assert period == (
        profile.applications.value,
        profile.evaluation_days.value,
        profile.prolonged_days.value,
        profile.member_limit.value,
        profile.conditions.value,
        profile.renewed_declaration_days.value,
    )
    assert grounds == (
        profile.exclusion_questions.value,
        profile.insurance.value,
        profile.removal.value,
        profile.fee.value,
    )
    assert days == (profile.calendar.value, profile.tender_period_calendar_days.value)


def test_what_regulation_34_fixes_is_marked_as_law() -> None:
    fixed = (REG34.applications, REG34.evaluation_days, REG34.prolonged_days, REG34.member_limit, REG34.fee)
    assert {clause.basis for clause in fixed} == {Basis.LAW}
    assert {LIGHT_TOUCH.evaluation_days.basis, MARKET.evaluation_days.basis} == {Basis.POLICY}


@pytest.mark.parametrize("life", [SCHEME_LIFE, LOT_LIFE], ids=lambda life: life.name)
def test_every_state_is_reached_and_closed_is_the_end(life: Any) -> None:
    assert life.unreachable == frozenset()
    assert life.final == frozenset({"closed"})


@pytest.mark.parametrize(
    ("profile", "expected"),
    [(REG34, ["limit-forbidden"]), (MARKET, ["limit-forbidden"]), (LIGHT_TOUCH, []), (FRAMEWORK, [])],
)
def test_places_are_refused_where_members_may_not_be_limited(profile: ProfileContent, expected: list[str]) -> None:
    bars = rules.bars_to_lot(profile, LotShape(zones=["North"], places=3))
    assert named(bars) == expected
    assert all(bar.source for bar in bars)
    assert rules.bars_to_lot(profile, LotShape(zones=["North"], places=None)) == []


@pytest.mark.parametrize(
    ("profile", "expected"),
    [(REG34, ["pause-forbidden"]), (MARKET, ["pause-forbidden"]), (LIGHT_TOUCH, []), (FRAMEWORK, [])],
)
def test_a_lot_is_not_paused_where_applications_come_at_any_time(profile: ProfileContent, expected: list[str]) -> None:
    assert named(rules.bars_to_pausing(profile)) == expected


def test_opening_needs_a_notice_and_a_ready_lot() -> None:
    empty = rules.bars_to_opening(LIGHT_TOUCH, SchemeDates(), ready_lots=0, today=TODAY)
    assert named(empty) == ["notice-missing", "validity-missing", "no-ready-lot"]
    assert rules.bars_to_opening(LIGHT_TOUCH, USUAL, ready_lots=1, today=TODAY) == []


@pytest.mark.parametrize(
    ("profile", "days", "expected"),
    [
        (REG34, None, []),  # the law's ten
        (REG34, 9, ["tender-period-too-short"]),
        (REG34, 20, []),
        (MARKET, None, ["tender-period-missing"]),
        (MARKET, 1, []),
        (LIGHT_TOUCH, None, []),  # offered in tier order: nobody tenders
    ],
)
def test_a_dps_opens_with_the_time_that_its_members_have_to_tender(
    profile: ProfileContent, days: int | None, expected: list[str]
) -> None:
    dates = replace(USUAL, valid_until=date(2028, 1, 31), tender_period_calendar_days=days)
    assert named(rules.bars_to_opening(profile, dates, ready_lots=1, today=TODAY)) == expected


@pytest.mark.parametrize(
    ("today", "until", "expected"),
    [
        (date(2026, 2, 23), date(2029, 2, 23), []),
        (date(2026, 2, 23), date(2029, 2, 24), ["ends-too-late"]),
        (date(2026, 2, 24), date(2028, 4, 1), ["validity-frozen"]),
        (date(2026, 2, 24), date(2029, 2, 24), ["validity-frozen", "ends-too-late"]),
        (date(2026, 2, 24), date(2027, 1, 1), []),
        (date(2026, 3, 2), date(2026, 3, 1), ["validity-in-the-past"]),
    ],
)
def test_the_validity_of_a_2015_scheme_keeps_the_transitional_dates(
    today: date, until: date, expected: list[str]
) -> None:
    assert named(rules.bars_to_new_validity(REG34, USUAL, until=until, today=today)) == expected


def test_a_2015_scheme_was_noticed_before_the_new_act() -> None:
    late = SchemeDates(noticed_on=date(2025, 2, 24))
    assert named(rules.bars_to_scheme(REG34, late)) == ["noticed-too-late"]
    assert rules.bars_to_scheme(REG34, SchemeDates(noticed_on=date(2025, 2, 23))) == []
    assert rules.bars_to_scheme(MARKET, late) == []


@pytest.mark.parametrize("profile", SHIPPED.values(), ids=lambda profile: profile.regime)
def test_no_regime_charges_applicants(profile: ProfileContent) -> None:
    assert named(rules.bars_to_scheme(profile, USUAL, charges_fee=True))[:1] == ["fee-forbidden"]


@pytest.mark.parametrize("profile", SHIPPED.values(), ids=lambda profile: profile.regime)
def test_conditions_change_only_in_a_draft(profile: ProfileContent) -> None:
    assert rules.bars_to_changing_conditions(profile, SchemeStatus.DRAFT) == []
    assert named(rules.bars_to_changing_conditions(profile, SchemeStatus.OPEN)) == ["conditions-frozen"]
    assert named(rules.bars_to_changing_conditions(profile, SchemeStatus.CLOSED)) == ["scheme-closed"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 4), ["outside-window"]),
        (date(2026, 1, 5), []),
        (date(2026, 1, 30), []),
        (date(2026, 1, 31), ["outside-window"]),
    ],
)
def test_a_framework_takes_applications_in_its_windows_only(day: date, expected: list[str]) -> None:
    window = Window(opens_on=date(2026, 1, 5), closes_on=date(2026, 1, 30))
    dates = SchemeDates(windows=[window])
    bars = rules.bars_to_receiving(FRAMEWORK, dates, scheme=SchemeStatus.OPEN, lot=LotStatus.OPEN, today=day)
    assert named(bars) == expected


@pytest.mark.parametrize("lot", LotStatus)
@pytest.mark.parametrize("scheme", SchemeStatus)
def test_applications_come_in_only_where_scheme_and_lot_are_open(scheme: SchemeStatus, lot: LotStatus) -> None:
    bars = rules.bars_to_receiving(REG34, USUAL, scheme=scheme, lot=lot, today=TODAY)
    is_open = scheme == SchemeStatus.OPEN and lot == LotStatus.OPEN
    assert (bars == []) is is_open
