from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay_kit.calendar import Calendar, CalendarEnds, WorkingDays
from dps_admission.applications.checks import (
    CheckKind,
    CheckOutcome,
    DocumentFacts,
    Facts,
    InsuranceFacts,
    ServiceFacts,
    run_checks,
)
from dps_admission.applications.rules import (
    APPLICATION_LIFE,
    LOT_APPLICATION_LIFE,
    OPEN,
    ApplicationStatus,
    Choice,
    LotApplicationStatus,
    LotApplicationStep,
    Urgency,
    bars_to_choices,
    bars_to_prolonging,
    draft_clock,
    due_date,
    due_soon_at,
    moved_due_date,
    representations_window,
    urgency,
)

ENGLAND = WorkingDays(Calendar.ENGLAND_AND_WALES)
UK = WorkingDays(Calendar.UNITED_KINGDOM)
DAYS = st.dates(date(2020, 1, 1), date(2027, 6, 30))


def test_an_application_ends_closed_expired_or_withdrawn() -> None:
    assert APPLICATION_LIFE.unreachable == frozenset()
    assert APPLICATION_LIFE.final == {ApplicationStatus.EXPIRED}
    for ended in (ApplicationStatus.CLOSED, ApplicationStatus.WITHDRAWN):
        assert [step for at, step in APPLICATION_LIFE.steps if at == ended] == ["reopen"]


def test_only_what_is_open_can_be_withdrawn_and_only_what_is_decided_set_aside() -> None:
    steps = LOT_APPLICATION_LIFE.steps
    assert {at for at, step in steps if step == LotApplicationStep.WITHDRAW} == OPEN
    decided = {LotApplicationStatus.ADMITTED, LotApplicationStatus.REFUSED}
    assert {at for at, step in steps if step == LotApplicationStep.SET_ASIDE} == decided
    assert LOT_APPLICATION_LIFE.unreachable == frozenset()


def test_nothing_is_refused_that_was_not_minded_to_be() -> None:
    before = {at for (at, _), to in LOT_APPLICATION_LIFE.steps.items() if to == LotApplicationStatus.REFUSED}
    assert before == {LotApplicationStatus.MINDED_TO_REFUSE}


@pytest.mark.parametrize(
    ("received", "calendar", "due"),
    [
        (date(2026, 4, 2), ENGLAND, date(2026, 4, 20)),  # Maundy Thursday: Good Friday and Easter Monday do not count
        (date(2026, 12, 24), ENGLAND, date(2027, 1, 12)),  # Christmas, Boxing Day's substitute, New Year
        (date(2026, 12, 24), UK, date(2027, 1, 13)),  # and 2 January's substitute in Scotland
        (date(2026, 3, 16), UK, date(2026, 3, 31)),  # St Patrick's Day counts as a holiday anywhere in the UK
        (date(2026, 3, 16), ENGLAND, date(2026, 3, 30)),
        (date(2026, 3, 7), ENGLAND, date(2026, 3, 20)),  # a Saturday
    ],
)
def test_ten_working_days_from_the_day_after_receipt(received: date, calendar: WorkingDays, due: date) -> None:
    assert due_date(received, days=10, calendar=calendar).day == due


def test_a_period_ends_with_its_last_day_in_london() -> None:
    due = due_date(date(2026, 6, 1), days=10, calendar=ENGLAND)
    assert due.instant == datetime(2026, 6, 15, 22, 59, 59, 999999, tzinfo=UTC)


def test_no_date_is_made_up_beyond_the_calendar() -> None:
    with pytest.raises(CalendarEnds):
        due_date(date(2028, 12, 29), days=10, calendar=ENGLAND)


def window(today: date, *, received: date, prolonged: bool = False) -> Any:
    due = ENGLAND.after(received, 15 if prolonged else 10)
    return due, representations_window(
        today,
        received_on=received,
        due_on=due,
        may_prolong_to_days=None if prolonged else 15,
        days=5,
        days_at_least=2,
        calendar=ENGLAND,
    )


@pytest.mark.parametrize(
    ("spent", "prolonged", "length", "is_prolonged", "is_shortened"),
    [
        (3, False, 5, False, False),
        (5, False, 5, False, False),
        (6, False, 5, True, False),
        (10, False, 5, True, False),
        (11, True, 4, False, True),
        (13, True, 2, False, True),
        (14, True, 2, False, True),
        (15, True, 2, False, True),
    ],
)
def test_a_window_runs_inside_the_period_is_prolonged_once_then_shortened(
    spent: int, prolonged: bool, length: int, is_prolonged: bool, is_shortened: bool
) -> None:
    received = date(2026, 6, 1)
    today = ENGLAND.after(received, spent)
    _, found = window(today, received=received, prolonged=prolonged)
    assert ENGLAND.between(today, found.closes_on) == length
    assert (found.prolongs_to is not None) is is_prolonged
    assert found.is_shortened is is_shortened


@given(received=DAYS, spent=st.integers(0, 30), prolonged=st.booleans())
def test_a_window_is_never_under_two_days_nor_over_five(received: date, spent: int, prolonged: bool) -> None:
    today = ENGLAND.on_or_after(received + timedelta(days=spent))
    due, found = window(today, received=received, prolonged=prolonged)
    length = ENGLAND.between(today, found.closes_on)
    assert 2 <= length <= 5
    period = found.prolongs_to or due
    assert found.prolongs_to is None or found.prolongs_to > today
    assert length == 5 if today > period else found.closes_on <= max(period, ENGLAND.after(today, 2))
    assert found.is_shortened == (length < 5)
    assert not (prolonged and found.prolongs_to)


@pytest.mark.parametrize(("percent", "days"), [(80, 8), (50, 5)])
def test_a_decision_is_due_soon_when_as_much_has_passed_as_the_profile_says(percent: int, days: int) -> None:
    received = datetime(2026, 6, 1, tzinfo=UTC)
    due = received + timedelta(days=10)
    soon = due_soon_at(received, due, percent=percent)
    assert soon == received + timedelta(days=days)
    assert urgency(soon, due, now=soon - timedelta(seconds=1)) == Urgency.IN_TIME
    assert urgency(soon, due, now=soon) == Urgency.DUE_SOON
    assert urgency(soon, due, now=due) == Urgency.DUE_SOON
    assert urgency(soon, due, now=due + timedelta(microseconds=1)) == Urgency.OVERDUE


def test_a_period_is_prolonged_once_and_only_to_a_later_day() -> None:
    day = date(2026, 6, 15)
    later = date(2026, 6, 22)
    assert bars_to_prolonging(already=False, to=later, due_on=day, today=day) == []
    said = [bar.rule for bar in bars_to_prolonging(already=True, to=day, due_on=day, today=day)]
    assert said == ["prolonged-once", "not-longer"]
    [past] = bars_to_prolonging(already=False, to=later, due_on=day, today=day + timedelta(days=1))
    assert past.rule == "period-over"


def choice(**about: Any) -> Choice:
    usual: dict[str, Any] = {
        "lot": "Tier 1",
        "zone": "North",
        "lot_zones": ["North", "South"],
        "price_needed": False,
        "has_price": False,
        "services": 1,
        "is_member": False,
        "is_open_already": False,
    }
    return Choice(**usual | about)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, []),
        ({"zone": None}, ["wrong-zone"]),
        ({"zone": "West"}, ["wrong-zone"]),
        ({"lot_zones": []}, ["wrong-zone"]),
        ({"lot_zones": [], "zone": None}, []),
        ({"price_needed": True}, ["price-missing"]),
        ({"price_needed": True, "has_price": True}, []),
        ({"services": 0}, ["no-service"]),
        ({"is_member": True, "is_open_already": True}, ["already-member", "already-applied"]),
    ],
)
def test_a_choice_of_lot_and_zone_names_all_that_is_wrong(about: dict[str, Any], expected: list[str]) -> None:
    assert [bar.rule for bar in bars_to_choices([choice(**about)])] == expected


def test_a_lot_and_zone_is_chosen_once_and_at_least_one_is() -> None:
    assert [bar.rule for bar in bars_to_choices([])] == ["no-lot"]
    assert [bar.rule for bar in bars_to_choices([choice(), choice(zone="South"), choice()])] == ["lot-twice"]


TODAY = date(2026, 3, 2)
SERVICE = ServiceFacts(id="a", is_regulated=True, cqc_location_id="1-2", is_of_type=True, has_ended=False)
INSURED = InsuranceFacts(
    asked=True, level=Decimal(5_000_000), level_needed=Decimal(5_000_000), expires_on=date(2026, 3, 2)
)


def facts(**about: Any) -> Facts:
    usual: dict[str, Any] = {
        "today": TODAY,
        "company_number": "01234567",
        "says_not_a_company": False,
        "cqc_provider_id": "1-1",
        "regulated_activity": "Personal care",
        "services": (SERVICE,),
        "insurance": INSURED,
        "documents": (),
        "others_open": 0,
        "price": Decimal("19.50"),
        "ceiling": Decimal("19.50"),
    }
    return Facts(**usual | about)


def outcomes(**about: Any) -> dict[CheckKind, CheckOutcome]:
    return {result.kind: result.outcome for result in run_checks(facts(**about))}


def insured(**about: Any) -> InsuranceFacts:
    usual = {
        "asked": True,
        "level": INSURED.level,
        "level_needed": INSURED.level_needed,
        "expires_on": INSURED.expires_on,
    }
    return InsuranceFacts(**usual | about)


def document(expires_on: date | None) -> DocumentFacts:
    return DocumentFacts(filename="certificate.pdf", expires_on=expires_on)


def test_every_check_runs_and_what_is_not_connected_says_so() -> None:
    found = outcomes()
    assert set(found) == set(CheckKind)
    waiting = {kind for kind, outcome in found.items() if outcome == CheckOutcome.CANNOT_RUN}
    assert waiting == {CheckKind.COMPANY_STATUS, CheckKind.CQC_REGISTER}
    reasons = {result.kind: result.reason for result in run_checks(facts())}
    assert "not connected" in reasons[CheckKind.CQC_REGISTER]


@pytest.mark.parametrize(
    ("kind", "about", "outcome"),
    [
        (CheckKind.COMPANY_NUMBER, {"company_number": None}, CheckOutcome.FAILED),
        (CheckKind.COMPANY_NUMBER, {"company_number": None, "says_not_a_company": True}, CheckOutcome.NOT_NEEDED),
        (CheckKind.COMPANY_STATUS, {"company_number": None, "says_not_a_company": True}, CheckOutcome.NOT_NEEDED),
        (CheckKind.CQC_REGISTRATION, {"cqc_provider_id": None}, CheckOutcome.FAILED),
        (CheckKind.SERVICES, {"services": ()}, CheckOutcome.FAILED),
        (CheckKind.CQC_REGISTRATION, {"regulated_activity": None}, CheckOutcome.NOT_NEEDED),
        (CheckKind.CQC_REGISTER, {"regulated_activity": None}, CheckOutcome.NOT_NEEDED),
        (CheckKind.INSURANCE, {"insurance": INSURED}, CheckOutcome.PASSED),
        (CheckKind.INSURANCE, {"insurance": insured(expires_on=date(2026, 3, 1))}, CheckOutcome.FAILED),
        (CheckKind.INSURANCE, {"insurance": insured(level=Decimal("4999999.99"))}, CheckOutcome.FAILED),
        (CheckKind.INSURANCE, {"insurance": insured(level=None)}, CheckOutcome.FAILED),
        (CheckKind.INSURANCE, {"insurance": insured(asked=False, level=None)}, CheckOutcome.NOT_NEEDED),
        (CheckKind.DOCUMENTS, {"documents": ()}, CheckOutcome.NOT_NEEDED),
        (CheckKind.DOCUMENTS, {"documents": (document(TODAY), document(None))}, CheckOutcome.PASSED),
        (CheckKind.DOCUMENTS, {"documents": (document(date(2026, 3, 1)),)}, CheckOutcome.FAILED),
        (CheckKind.DUPLICATE, {"others_open": 1}, CheckOutcome.FAILED),
        (CheckKind.PRICE, {"price": Decimal("19.51")}, CheckOutcome.FAILED),
        (CheckKind.PRICE, {"price": None}, CheckOutcome.FAILED),
        (CheckKind.PRICE, {"ceiling": None}, CheckOutcome.NOT_NEEDED),
    ],
)
def test_a_check_finds(kind: CheckKind, about: dict[str, Any], outcome: CheckOutcome) -> None:
    assert outcomes(**about)[kind] == outcome


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [
        ("is_regulated", CheckKind.CQC_REGISTRATION),
        ("cqc_location_id", CheckKind.CQC_REGISTRATION),
        ("is_of_type", CheckKind.SERVICES),
        ("has_ended", CheckKind.SERVICES),
    ],
)
def test_a_named_service_must_be_what_the_lot_needs(flaw: str, kind: CheckKind) -> None:
    found = outcomes(services=(SERVICE, flawed("b", flaw)))
    assert {one for one, outcome in found.items() if outcome == CheckOutcome.FAILED} == {kind}


def test_whatever_a_lot_is_for_a_service_of_another_type_does_not_deliver_it() -> None:
    found = outcomes(regulated_activity=None, services=(SERVICE, flawed("b", "is_of_type")))
    assert found[CheckKind.CQC_REGISTRATION] == CheckOutcome.NOT_NEEDED
    assert found[CheckKind.SERVICES] == CheckOutcome.FAILED


def test_the_same_words_about_another_service_are_about_another_fact() -> None:
    first, second = (
        next(one for one in run_checks(facts(services=services)) if one.kind == CheckKind.CQC_REGISTRATION)
        for services in ((SERVICE, flawed("b", "cqc_location_id")), (SERVICE, flawed("c", "cqc_location_id")))
    )
    assert first.reason == second.reason
    assert first.inputs != second.inputs


def flawed(name: str, flaw: str) -> ServiceFacts:
    sound: dict[str, Any] = {"id": name, "is_regulated": True, "cqc_location_id": "1-3", "is_of_type": True}
    wrong = {"has_ended": True, "cqc_location_id": None}.get(flaw, False)
    return ServiceFacts(**sound | {"has_ended": False, flaw: wrong})


@given(received=DAYS, first=st.integers(5, 30), second=st.integers(5, 30), passed=st.integers(0, 60))
def test_a_moved_due_date_is_the_new_period_and_makes_nobody_late(
    received: date, first: int, second: int, passed: int
) -> None:
    due_on, today = ENGLAND.after(received, first), received + timedelta(days=passed)
    moved = moved_due_date(received, due_on, days=second, today=today, calendar=ENGLAND)
    assert moved >= ENGLAND.after(received, second)
    assert moved >= min(due_on, today)
    if today <= received:
        assert moved == ENGLAND.after(received, second)


@pytest.mark.parametrize(
    ("ends_on", "expires", "reminds"),
    [
        (None, datetime(2026, 5, 31, 12, tzinfo=UTC), datetime(2026, 5, 17, 12, tzinfo=UTC)),
        (date(2026, 4, 1), datetime(2026, 4, 1, 22, 59, 59, 999999, tzinfo=UTC),
         datetime(2026, 3, 18, 22, 59, 59, 999999, tzinfo=UTC)),
        (date(2026, 3, 3), datetime(2026, 3, 3, 23, 59, 59, 999999, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_draft_ends_with_its_life_or_with_the_dps(ends_on: date | None, expires: datetime, reminds: datetime) -> None:
    clock = draft_clock(datetime(2026, 3, 2, 12, tzinfo=UTC), life=90, reminder=14, ends_on=ends_on)
    assert (clock.expires_at, clock.remind_at) == (expires, reminds)
