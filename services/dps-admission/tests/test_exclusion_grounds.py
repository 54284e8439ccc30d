"""Exclusion grounds are those of the procedure's own law, and count for as long as it says: no longer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from make_dps import House, applicant, content, criterion_reason, lot_body, ok, refused, scheme_body, set_of_2023_act
from make_dps import sheet as whole_sheet
from sqlmodel import Session
from test_scheme_rules import FRAMEWORK, LIGHT_TOUCH, MARKET, REG34

from assay_kit.testing import Time
from dps_admission.evaluations.grounds import grounds_said
from dps_admission.evaluations.rules import criteria_of
from dps_admission.question_sets.content import ExclusionGround
from dps_admission.question_sets.rules import Asks
from dps_admission.schemes.profiles import ExclusionQuestions, ProfileContent, Regime
from dps_admission.schemes.rules import bars_to_questions

ACT = (Regime.PA2023_DYNAMIC_MARKET, Regime.PA2023_LIGHT_TOUCH_FRAMEWORK)
NOTICE = {"noticed_on": "2025-03-03", "valid_from": "2025-03-10"}
COMMENCEMENT = date(2025, 2, 24)
REG_57, ACTS = ExclusionQuestions.REGULATION_57, ExclusionQuestions.SCHEDULES_6_AND_7


def said(ground: str, on: str) -> dict[str, Any]:
    return {ground: True, f"{ground}_date": on, f"{ground}_self_cleaning": "We replaced who was responsible."}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((REG34, {REG_57}, False), []),
        ((LIGHT_TOUCH, {REG_57}, False), []),
        ((REG34, {ACTS}, True), ["grounds-of-another-law"]),
        ((LIGHT_TOUCH, {REG_57, ACTS}, True), ["grounds-of-another-law"]),
        ((MARKET, {ACTS}, True), []),
        ((FRAMEWORK, {ACTS}, False), ["debarment-not-asked"]),
        ((MARKET, {REG_57}, False), ["grounds-of-another-law", "debarment-not-asked"]),
    ],
)
def test_each_regime_asks_the_grounds_of_its_own_law(
    case: tuple[ProfileContent, set[ExclusionQuestions], bool], expected: list[str]
) -> None:
    profile, laws, debarment = case
    asks = Asks(exclusion_laws=frozenset(laws), judges_debarment=debarment)
    assert [bar.rule for bar in bars_to_questions(profile, asks)] == expected
    assert bars_to_questions(profile, None) == []


@pytest.mark.parametrize("regime", Regime)
def test_no_lot_takes_a_set_with_the_grounds_of_another_law(house: House, session: Session, regime: Regime) -> None:
    own, other = lot_body(session)["question_set_id"], set_of_2023_act(session)
    if regime in ACT:
        own, other = other, own
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session, regime=regime)))
    address = f"/v1/schemes/{made['id']}/lots"
    strange = refused(house.commissioner().post(address, json=lot_body(session, question_set_id=other)))
    assert "grounds-of-another-law" in strange
    ok(house.commissioner().post(address, json=lot_body(session, question_set_id=own)))


def test_the_shipped_sets_ask_the_grounds_of_one_law_each(session: Session) -> None:
    for chosen, law in ((lot_body(session)["question_set_id"], REG_57), (set_of_2023_act(session), ACTS)):
        shipped = content(session, {"question_set_id": chosen})
        grounds = [one.grading for one in shipped.questions() if isinstance(one.grading, ExclusionGround)]
        assert len(grounds) >= 10
        assert {one.law for one in grounds} == {law}


@pytest.mark.parametrize(
    ("ground", "happened", "until"),
    [
        ("serious_crime", "2021-03-02", "2026-03-02"),
        ("serious_crime", "2020-02-29", "2025-02-28"),
        ("labour_law", "2023-03-02", "2026-03-02"),
        ("insolvency", "2001-01-01", None),
    ],
)
def test_a_ground_counts_for_its_years_and_not_a_day_longer(
    session: Session, ground: str, happened: str, until: str | None
) -> None:
    shipped = content(session, lot_body(session))
    [found] = grounds_said(shipped, said(ground, happened))
    assert found.counts_until == (date.fromisoformat(until) if until else None)
    last = date.fromisoformat(until) if until else date(2199, 1, 1)
    for day, counts in ((last, True), (date.fromordinal(last.toordinal() + 1), until is None)):
        judged = {one.question for one in criteria_of(shipped, said(ground, happened), on=day)}
        assert (ground in judged) is counts
        assert found.is_in_time(day) is counts


def test_who_did_not_say_yes_has_no_ground_and_a_ground_without_a_day_counts(session: Session) -> None:
    shipped = content(session, lot_body(session))
    assert grounds_said(shipped, {"serious_crime": False, "serious_crime_date": "1999-01-01"}) == []
    [found] = grounds_said(shipped, {"serious_crime": True})
    assert found.is_in_time(date(2199, 1, 1))


def test_a_conviction_of_twelve_years_ago_refuses_nobody(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who, answers=said("serious_crime", "2014-03-02") | said("labour_law", "2025-06-01"))
    shown = ok(house.commissioner().get(f"/v1/lot-applications/{part}/evaluation"))
    [over] = shown["out_of_time"]
    assert (over["question"], over["happened_on"], over["counts_until"]) == (
        "serious_crime", "2014-03-02", "2019-03-02",
    )  # fmt: skip
    judged = {one["question"]: one for one in shown["criteria"]}
    assert "serious_crime" not in judged
    assert (judged["labour_law"]["happened_on"], judged["labour_law"]["counts_until"]) == ("2025-06-01", "2028-06-01")
    assert judged["modern_slavery"]["happened_on"] is None

    marks = whole_sheet(session, lot)
    del marks["serious_crime"]
    report = house.evaluate(part, marks | {"labour_law": {"finding": "fail", "comment": "Nothing has changed since."}})
    assert report["content"]["failed"] == ["labour_law"]
    assert report["content"]["out_of_time"] == [over]
    crime = [criterion_reason("serious_crime")]
    proposed = refused(house.decide(part, "minded_to_refuse", criteria=[criterion_reason("labour_law"), *crime]))
    assert proposed == ["reason-too-many"]


@pytest.mark.parametrize(
    ("ground", "years", "start"),
    [
        ("insolvency", 3, None),
        ("competition_law", 3, None),
        ("professional_misconduct", 3, None),
        ("breach_of_contract", 3, None),
        ("acting_improperly", 3, None),
        ("poor_performance", 5, COMMENCEMENT),
        ("labour_misconduct", 5, COMMENCEMENT),
        ("environmental_misconduct", 5, COMMENCEMENT),
        ("national_security", None, COMMENCEMENT),
        ("manslaughter_or_theft", 5, COMMENCEMENT),
        ("offences_of_dishonesty", 5, None),
    ],
)
def test_the_grounds_of_the_2023_act_count_for_its_years_and_from_its_commencement(
    session: Session, ground: str, years: int | None, start: date | None
) -> None:
    shipped = content(session, {"question_set_id": set_of_2023_act(session)})
    first = start or date(2025, 2, 1)
    [found] = grounds_said(shipped, said(ground, first.isoformat()))
    assert found.counts_until == (None if years is None else first.replace(year=first.year + years))
    assert found.is_in_time(first)
    [before] = grounds_said(shipped, said(ground, (first - timedelta(days=1)).isoformat()))
    assert before.is_in_time(first) is (start is None)
    assert (before.counts_until is None) is (start is not None or years is None)


def test_a_set_from_before_grounds_named_their_law_can_be_read() -> None:
    stored = {"kind": "exclusion", "exclusion": "mandatory", "years": 5, "event_date": "a", "self_cleaning": "b"}
    assert ExclusionGround.model_validate(stored).law == REG_57


LAST_DAY = said("labour_law", "2023-03-09")
FAILS = {"labour_law": {"finding": "fail", "comment": "Nothing has changed since."}}


def test_time_is_counted_until_the_day_of_the_determination(house: House, session: Session, at: Time) -> None:
    """What was in time when the application was received is so no longer when its time is over."""
    lot = house.open_lot()
    part = house.part(lot, applicant(session), answers=LAST_DAY)
    for day, judged in ((9, True), (10, False)):
        at.now = datetime(2026, 3, day, 12, tzinfo=UTC)
        shown = ok(house.commissioner().get(f"/v1/lot-applications/{part}/evaluation"))
        assert ("labour_law" in {one["question"] for one in shown["criteria"]}) is judged
        assert [one["question"] for one in shown["out_of_time"]] == ([] if judged else ["labour_law"])


def test_nobody_is_refused_for_a_ground_whose_time_ended_after_the_report(
    house: House, session: Session, at: Time
) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session), answers=LAST_DAY)
    at.now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    report = house.evaluate(part, whole_sheet(session, lot) | FAILS)
    assert (report["content"]["tested_on"], report["content"]["failed"]) == ("2026-03-09", ["labour_law"])
    ground = [criterion_reason("labour_law")]
    ok(house.decide(part, "minded_to_refuse", criteria=ground))
    at.now += timedelta(days=40)
    refusal = {"reason": "The ground stands against it.", "criteria": ground}
    assert "criteria-met" in refused(house.manager().post(f"/v1/lot-applications/{part}/refusal", json=refusal))
