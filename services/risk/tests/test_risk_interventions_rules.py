from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_facts import TODAY

from assay_contracts.risk import Band as ToldBand
from assay_contracts.risk import Extent as ToldExtent
from assay_contracts.risk import InterventionKind
from assay_contracts.roles import Role
from risk.bands.life import LIFE as BAND_LIFE
from risk.bands.rules import Band
from risk.interventions.rules import (
    LIFE,
    RUNGS,
    Bar,
    Case,
    Extent,
    Kind,
    Outcome,
    Proposal,
    Status,
    Step,
    bars_to_authorising,
    bars_to_confirming,
    bars_to_deciding,
    bars_to_ending,
    bars_to_proposing,
    days_past_review,
    is_rung_skipped,
)
from risk.overrides.rules import LIFE as OVERRIDE_LIFE
from risk.overrides.rules import Bar as OverrideBar
from risk.overrides.rules import bars_since, bars_to_override, bars_to_standing
from risk.scoring_models.policy import Indicator, Level
from risk.scoring_models.rules import LIFE as MODEL_LIFE

MANAGER = frozenset({Role.COMMISSIONING_MANAGER.value})
OFFICER = frozenset({Role.COMPLIANCE_OFFICER.value})


def test_our_words_are_those_that_others_are_told() -> None:
    assert {each.value for each in Kind} == {each.value for each in InterventionKind}
    assert {each.value for each in Band} == {each.value for each in ToldBand}
    assert {each.value for each in Extent} == {each.value for each in ToldExtent}


@pytest.mark.parametrize("life", [LIFE, OVERRIDE_LIFE, MODEL_LIFE, BAND_LIFE], ids=lambda life: life.name)
def test_every_state_of_a_life_can_be_reached(life: Any) -> None:
    assert life.unreachable == frozenset()


def test_an_intervention_ends_in_five_ways() -> None:
    assert LIFE.final == {Status.REJECTED, Status.MET, Status.ESCALATED, Status.WITHDRAWN, Status.LIFTED}
    assert LIFE.allowed(Status.ESCALATED) == [Step.STAND_DOWN]  # it stays escalated
    assert LIFE.after(Status.ESCALATED, Step.STAND_DOWN) is Status.ESCALATED


def test_nothing_is_issued_without_authority() -> None:
    assert LIFE.after(Status.PROPOSED, Step.ISSUE) is None


def proposal(**about: Any) -> Proposal:
    usual: dict[str, Any] = {
        "kind": Kind.EMBARGO,
        "has_service": True,
        "extent": Extent.WHOLE,
        "limit_text": None,
        "response_due_on": TODAY,
        "review_on": TODAY + timedelta(days=28),
        "skip_reason": None,
        "taken_before": frozenset(),
    }
    return Proposal(**usual | about)


@pytest.mark.parametrize(
    ("about", "bars"),
    [
        ({}, []),
        ({"extent": Extent.PART, "limit_text": "No one with complex needs"}, []),
        ({"extent": Extent.PART}, [Bar.PART_NEEDS_ITS_LIMIT]),
        ({"extent": None}, [Bar.EMBARGO_NEEDS_AN_EXTENT]),
        ({"has_service": False}, [Bar.EMBARGO_NEEDS_A_SERVICE]),
        ({"review_on": TODAY}, [Bar.REVIEW_NOT_AHEAD]),
        ({"review_on": date.max}, [Bar.REVIEW_TOO_FAR]),
        ({"response_due_on": TODAY - timedelta(days=1)}, [Bar.RESPONSE_NOT_AHEAD]),
        ({"kind": Kind.IMPROVEMENT_PLAN}, [Bar.ONLY_AN_EMBARGO_HAS_AN_EXTENT]),
        ({"kind": Kind.DEFAULT_NOTICE, "extent": None}, [Bar.RUNG_SKIPPED]),
        ({"kind": Kind.DEFAULT_NOTICE, "extent": None, "skip_reason": "Fraud was found."}, []),
        ({"kind": Kind.DEFAULT_NOTICE, "extent": None, "taken_before": frozenset({Kind.IMPROVEMENT_PLAN})}, []),
    ],
)
def test_all_bars_to_a_proposal_are_told_at_once(about: dict[str, Any], bars: list[Bar]) -> None:
    assert bars_to_proposing(proposal(**about), today=TODAY) == bars


@given(st.sampled_from(sorted(RUNGS)), st.frozensets(st.sampled_from(Kind)))
def test_a_rung_is_skipped_when_the_one_below_was_never_reached(kind: Kind, taken: frozenset[Kind]) -> None:
    below = RUNGS[kind] - 1
    reached = below == 0 or any(RUNGS.get(each, 0) >= below for each in taken)
    assert is_rung_skipped(kind, taken) is not reached


def case(**about: Any) -> Case:
    return Case(**{"kind": Kind.EMBARGO, "proposed_by": "olga"} | about)


def test_whoever_proposes_does_not_decide() -> None:
    assert bars_to_deciding(case(), by="olga") == [Bar.PROPOSED_BY_YOU]
    assert bars_to_deciding(case(), by="mary") == []


def test_no_termination_without_a_continuity_plan() -> None:
    end = case(kind=Kind.TERMINATION_OF_CONTRACT)
    assert bars_to_authorising(end, plan_read=None, by="mary", today=TODAY) == [Bar.NEEDS_A_CONTINUITY_PLAN]
    planned = case(kind=Kind.TERMINATION_OF_CONTRACT, plan_edition=2)
    assert bars_to_authorising(planned, plan_read=2, by="mary", today=TODAY) == []
    for read in (None, 1, 3):
        assert bars_to_authorising(planned, plan_read=read, by="mary", today=TODAY) == [Bar.ANOTHER_PLAN]


def test_an_urgent_embargo_is_confirmed_by_another() -> None:
    urgent = case(issued_urgently_by="mary", awaits_confirmation=True)
    assert bars_to_confirming(urgent, by="mary") == [Bar.ISSUED_BY_YOU]
    assert bars_to_confirming(urgent, by="mark") == []
    assert bars_to_confirming(case(), by="mark") == [Bar.NOT_URGENT]


@pytest.mark.parametrize(
    ("about", "step", "roles", "bars"),
    [
        ({}, Step.LIFT, MANAGER, []),
        ({}, Step.LIFT, OFFICER, [Bar.NEEDS_A_COMMISSIONING_MANAGER]),
        ({}, Step.MEET, MANAGER, [Bar.ONLY_LIFTED]),
        ({}, Step.ESCALATE, OFFICER, [Bar.ONLY_LIFTED, Bar.NEEDS_A_COMMISSIONING_MANAGER]),
        ({"outcomes": [Outcome.MET, Outcome.OPEN]}, Step.LIFT, MANAGER, [Bar.CONDITION_OPEN]),
        ({"outcomes": [Outcome.NOT_MET]}, Step.LIFT, MANAGER, []),
        ({"kind": Kind.DEFAULT_NOTICE}, Step.MEET, OFFICER, []),
        ({"kind": Kind.DEFAULT_NOTICE}, Step.LIFT, MANAGER, [Bar.NOT_AN_EMBARGO]),
    ],
)
def test_ending_asks_who_and_whether_all_is_settled(
    about: dict[str, Any], step: Step, roles: frozenset[str], bars: list[Bar]
) -> None:
    assert bars_to_ending(case(**about), step, roles=roles) == bars


@pytest.mark.parametrize(("review_on", "days"), [(TODAY, 0), (date(2026, 3, 1), 1), (date(2026, 4, 1), 0)])
def test_a_review_is_overdue_from_the_day_after(review_on: date, days: int) -> None:
    assert days_past_review(review_on, today=TODAY) == days


# ---------------------------------------------------------------- overrides


@pytest.mark.parametrize(
    ("band", "about", "bars"),
    [
        (Band.GREEN, {}, []),
        (Band.RED, {"last_day": TODAY + timedelta(days=28)}, []),
        (Band.RED, {"last_day": TODAY + timedelta(days=29)}, [OverrideBar.TOO_LONG]),
        (Band.RED, {"last_day": TODAY - timedelta(days=1)}, [OverrideBar.ALREADY_OVER]),
        (Band.AMBER, {}, [OverrideBar.SAME_BAND]),
        (Band.NOT_ENOUGH_INFORMATION, {}, [OverrideBar.NOT_A_COLOUR]),
        (Band.GREEN, {"levels": {Indicator.UNEXPECTED_DEATHS: Level.SERIOUS}}, [OverrideBar.GREEN_OVER_GRAVE]),
        (Band.GREEN, {"levels": {Indicator.EMBARGO: Level.CRITICAL}}, [OverrideBar.GREEN_OVER_GRAVE]),
        (Band.GREEN, {"is_information_missing": True}, [OverrideBar.GREEN_OVER_MISSING]),
        (Band.RED, {"is_information_missing": True}, []),
    ],
)
def test_all_bars_to_an_override_are_told_at_once(band: Band, about: dict[str, Any], bars: list[OverrideBar]) -> None:
    usual: dict[str, Any] = {
        "computed": Band.AMBER,
        "levels": {Indicator.CONTRACTING_CONCERNS: Level.MODERATE},
        "is_information_missing": False,
        "last_day": TODAY,
        "today": TODAY,
    }
    assert bars_to_override(band, **usual | about) == bars


ONE, OTHER = Indicator.UNEXPECTED_DEATHS, Indicator.EMBARGO


@pytest.mark.parametrize(
    ("before", "now", "lapses"),
    [
        ((Band.AMBER, {}), (Band.AMBER, {}), False),
        ((Band.AMBER, {}), (Band.GREEN, {}), False),
        ((Band.GREEN, {}), (Band.NOT_ENOUGH_INFORMATION, {}), True),
        ((Band.AMBER, {}), (Band.RED, {}), True),
        ((Band.AMBER, {ONE: Level.MODERATE}), (Band.AMBER, {ONE: Level.SERIOUS}), True),
        ((Band.RED, {ONE: Level.SERIOUS}), (Band.RED, {ONE: Level.CRITICAL}), True),
        ((Band.RED, {ONE: Level.CRITICAL}), (Band.RED, {OTHER: Level.CRITICAL}), True),
        ((Band.RED, {ONE: Level.CRITICAL}), (Band.RED, {ONE: Level.CRITICAL}), False),
        ((Band.RED, {ONE: Level.CRITICAL}), (Band.RED, {ONE: Level.SERIOUS}), False),
    ],
)
def test_an_override_lapses_when_the_computed_result_gets_worse(
    before: tuple[Band, dict[str, Level]], now: tuple[Band, dict[str, Level]], lapses: bool
) -> None:
    about = {"band_before": before[0], "levels_before": before[1], "band_now": now[0], "levels_now": now[1]}
    assert bool(bars_since(Band.GREEN, **about)) is lapses  # type: ignore[arg-type]  # values are mixed
    for graver in Band:
        if graver.rank > now[0].rank:
            assert bars_since(graver, **about) == []  # type: ignore[arg-type]  # values are mixed


@given(st.sampled_from(list(Band)), st.dictionaries(st.text(max_size=3), st.sampled_from(Level)), st.booleans())
def test_only_green_has_what_it_may_not_stand_over(band: Band, levels: dict[str, Level], is_missing: bool) -> None:
    bars = bars_to_standing(band, levels=levels, is_information_missing=is_missing)
    is_grave = not {Level.SERIOUS, Level.CRITICAL}.isdisjoint(levels.values())
    assert bool(bars) is (band is Band.GREEN and (is_grave or is_missing))
