from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dps_admission.evaluations import rules
from dps_admission.evaluations.rules import (
    TOTAL,
    Assigned,
    Conflict,
    Criterion,
    Finding,
    Mark,
    Method,
    OpenCheck,
    Part,
    quality_percent,
    result_of,
)

QUALITY = Criterion(question="quality", text="How?", method=Method.SCORE, weight=20, minimum=2)
POLICY = Criterion(question="policy", text="Is there one?", method=Method.FINDING)
CRITERIA = [QUALITY, POLICY]
PASS = Mark(finding=Finding.PASS, comment="Met.")
FAIL = Mark(finding=Finding.FAIL, comment="Not met.")
OPINION = Mark(finding=Finding.DISCRETIONARY, comment="Somebody should decide.")


def score(value: int) -> Mark:
    return Mark(score=value, comment="Seen.")


def named(bars: list[Any]) -> list[str]:
    return [bar.rule for bar in bars]


def evaluator(name: str = "Eve", **about: Any) -> Assigned:
    usual: dict[str, Any] = {"part": Part.EVALUATOR, "conflict": Conflict.NONE, "has_finished": True}
    return Assigned(person=name, **usual | about)


BOTH = [evaluator("Eve"), evaluator("Ed")]
MODERATOR = evaluator("Mo", part=Part.MODERATOR, has_finished=False)

marks = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 5)), min_size=1, max_size=12)


@given(marks)
def test_quality_is_a_percentage_of_the_weighted_top(pairs: list[tuple[int, int]]) -> None:
    percent = quality_percent(pairs)
    assert percent is not None
    assert 0 <= percent <= 100
    assert (percent == 100) is all(given == 5 for _, given in pairs)
    assert percent * sum(weight * 5 for weight, _ in pairs) == 100 * sum(weight * given for weight, given in pairs)


@given(marks, st.integers(2, 9))
def test_only_the_proportion_of_weights_matters(pairs: list[tuple[int, int]], times: int) -> None:
    assert quality_percent(pairs) == quality_percent([(weight * times, given) for weight, given in pairs])


def test_nothing_scored_is_no_percentage() -> None:
    assert quality_percent([]) is None
    nothing = result_of([POLICY], [{"policy": PASS}], consensus={}, threshold=Fraction(60), failed_checks=[])
    assert nothing.failed == [TOTAL]


@pytest.mark.parametrize(
    ("pairs", "passes"),
    [
        ([(1, 3)], True),  # 60 exactly
        ([(100_000, 3), (1, 2)], False),  # 59.9998...: shown as 59.99, never as 60
        ([(100_000, 3), (1, 4)], True),
        ([(20, 5), (20, 3), (20, 2), (40, 2)], False),  # 56
    ],
)
def test_the_threshold_is_compared_unrounded(pairs: list[tuple[int, int]], passes: bool) -> None:
    criteria = [
        Criterion(question=f"q{n}", text="?", method=Method.SCORE, weight=weight, minimum=2)
        for n, (weight, _) in enumerate(pairs)
    ]
    sheet = {f"q{n}": score(given) for n, (_, given) in enumerate(pairs)}
    result = result_of(criteria, [sheet], consensus={}, threshold=Fraction(60), failed_checks=[])
    assert result.passes is passes


@pytest.mark.parametrize(
    ("sheet", "checks", "failed"),
    [
        ({"quality": score(3), "policy": PASS}, [], []),
        ({"quality": score(1), "policy": PASS}, [], ["quality", TOTAL]),
        ({"quality": score(3), "policy": FAIL}, [], ["policy"]),
        ({"quality": score(3), "policy": PASS}, ["insurance"], ["check:insurance"]),
    ],
)
def test_everything_that_fails_is_named(sheet: dict[str, Mark], checks: list[str], failed: list[str]) -> None:
    result = result_of(CRITERIA, [sheet], consensus={}, threshold=Fraction(60), failed_checks=checks)
    assert result.failed == failed


def test_a_consensus_stands_in_for_what_evaluators_found() -> None:
    sheets = [{"quality": score(2), "policy": OPINION}, {"quality": score(4), "policy": PASS}]
    assert rules.needing_consensus(CRITERIA, sheets) == ["quality", "policy"]
    consensus = {"quality": score(3), "policy": PASS}
    result = result_of(CRITERIA, sheets, consensus=consensus, threshold=Fraction(60), failed_checks=[])
    assert result.quality == 60
    assert result.passes


def test_one_shared_doubt_still_needs_a_person() -> None:
    assert rules.needing_consensus([POLICY], [{"policy": OPINION}, {"policy": OPINION}]) == ["policy"]
    assert rules.needing_consensus([POLICY], [{"policy": FAIL}, {"policy": FAIL}]) == []


@pytest.mark.parametrize(
    ("assigned", "visible"),
    [
        ([], False),
        (BOTH, True),
        ([BOTH[0], evaluator("Ed", has_finished=False)], False),
        ([BOTH[0], evaluator("Ed", conflict=Conflict.NOT_DECLARED, has_finished=False)], False),
        ([*BOTH, evaluator("Al", conflict=Conflict.CONFLICTED, has_finished=False)], True),
        ([BOTH[0], evaluator("Ed", conflict=Conflict.CONFLICTED, has_finished=False)], False),
        ([*BOTH, MODERATOR], True),
        (BOTH[:1], False),
    ],
)
def test_sheets_are_seen_only_when_every_evaluator_has_finished(assigned: list[Assigned], visible: bool) -> None:
    assert rules.may_see_sheets(assigned, evaluators_at_least=2) is visible


@pytest.mark.parametrize(
    ("assigned", "part", "are_sheets_seen", "expected"),
    [
        (BOTH, Part.EVALUATOR, False, []),
        (BOTH, Part.EVALUATOR, True, ["scores-seen"]),
        (BOTH, Part.MODERATOR, True, []),
        ([*BOTH, MODERATOR], Part.MODERATOR, True, ["one-moderator"]),
    ],
)
def test_nobody_becomes_an_evaluator_once_scores_were_seen(
    assigned: list[Assigned], part: Part, are_sheets_seen: bool, expected: list[str]
) -> None:
    assert named(rules.bars_to_assigning(assigned, part=part, are_sheets_seen=are_sheets_seen)) == expected


SHEETS = [{"quality": score(3), "policy": PASS}] * 2


@pytest.mark.parametrize(
    ("assigned", "sheets", "open_checks", "expected"),
    [
        ([*BOTH, MODERATOR], SHEETS, [], []),
        (BOTH[:1], SHEETS[:1], [], ["too-few-evaluators"]),
        ([*BOTH, evaluator("Eb", conflict=Conflict.CONFLICTED)], SHEETS, [], []),
        ([*BOTH, evaluator("Mo", conflict=Conflict.NOT_DECLARED)], SHEETS, [], ["no-declaration"]),
        ([BOTH[0], evaluator("Ed", has_finished=False)], SHEETS, [], ["not-finished"]),
        (BOTH, [SHEETS[0], {"quality": score(4), "policy": PASS}], [], ["no-consensus"]),
        (BOTH, SHEETS, [OpenCheck(kind="insurance", reason="Expired.")], ["check-open"]),
    ],
)
def test_a_report_is_complete_or_says_what_is_missing(
    assigned: list[Assigned], sheets: list[dict[str, Mark]], open_checks: list[OpenCheck], expected: list[str]
) -> None:
    bars = rules.bars_to_report(
        CRITERIA, assigned, sheets, consensus={}, evaluators_at_least=2, open_checks=open_checks
    )
    assert named(bars) == expected


@pytest.mark.parametrize(
    ("assigned", "expected"),
    [
        (None, ["not-an-evaluator"]),
        (MODERATOR, ["not-an-evaluator"]),
        (evaluator(conflict=Conflict.NOT_DECLARED), ["no-declaration"]),
        (evaluator(conflict=Conflict.CONFLICTED), ["no-declaration"]),
        (evaluator(has_finished=True), ["already-finished"]),
        (evaluator(has_finished=False), []),
    ],
)
def test_only_a_declared_evaluator_scores_and_only_once(assigned: Assigned | None, expected: list[str]) -> None:
    assert named(rules.bars_to_scoring(assigned)) == expected


@pytest.mark.parametrize(
    ("sheet", "complete", "expected"),
    [
        ({}, False, []),
        ({}, True, ["not-scored", "not-scored"]),
        ({"quality": score(5), "policy": PASS}, True, []),
        ({"quality": PASS}, False, ["wrong-mark"]),
        ({"policy": score(3)}, False, ["wrong-mark"]),
        ({"quality": Mark(comment="None.")}, False, ["wrong-mark"]),
        ({"else": PASS}, False, ["unknown-criterion"]),
    ],
)
def test_a_sheet_fits_its_criteria(sheet: dict[str, Mark], complete: bool, expected: list[str]) -> None:
    assert named(rules.bars_to_sheet(CRITERIA, sheet, complete=complete)) == expected


@pytest.mark.parametrize(
    ("assigned", "question", "mark", "expected"),
    [
        (MODERATOR, "quality", score(3), []),
        (evaluator(), "quality", score(3), ["not-a-moderator"]),
        (None, "quality", score(3), ["not-a-moderator"]),
        (evaluator(part=Part.MODERATOR, conflict=Conflict.NOT_DECLARED), "quality", score(3), ["no-declaration"]),
        (MODERATOR, "policy", PASS, ["nothing-to-settle"]),
        (MODERATOR, "quality", OPINION, ["must-settle"]),
    ],
)
def test_the_moderator_settles_what_differs(
    assigned: Assigned | None, question: str, mark: Mark, expected: list[str]
) -> None:
    bars = rules.bars_to_moderating(assigned, question=question, differing=["quality"], mark=mark)
    assert named(bars) == expected


def test_who_evaluated_does_not_decide() -> None:
    people: dict[str, set[str]] = {"involved": {"eve", "ed"}, "conflicted": {"ed"}}
    assert named(rules.bars_to_deciding(person="eve", **people)) == ["decider-was-involved"]
    assert named(rules.bars_to_deciding(person="ed", **people)) == ["decider-has-conflict"]
    assert rules.bars_to_deciding(person="mia", **people) == []


@pytest.mark.parametrize(
    ("admits", "failed", "expected"),
    [
        (True, [], []),
        (True, ["quality"], ["criteria-failed"]),
        (False, ["quality"], []),
        (False, [], ["criteria-met"]),
    ],
)
def test_the_outcome_follows_the_report(admits: bool, failed: list[str], expected: list[str]) -> None:
    assert named(rules.bars_to_outcome(admits=admits, failed=failed)) == expected


def test_a_refusal_gives_a_reason_for_each_failure_and_for_no_other() -> None:
    bars = rules.bars_to_reasons(failed=["quality", "policy"], reasons=["policy", "other", "policy"])
    assert named(bars) == ["reason-missing", "reason-too-many", "reason-twice"]


def test_representations_meet_a_criterion_but_never_a_score() -> None:
    failed = {"policy": Method.FINDING, "check:insurance": None, "how": Method.SCORE, TOTAL: None}
    bars = rules.bars_to_admitting_on_representations(failed=failed, accepted={"policy"})
    assert named(bars) == ["reason-missing", "needs-rescoring", "needs-rescoring"]


@pytest.mark.parametrize(
    ("over", "answered", "expected"),
    [(False, False, ["window-open"]), (True, False, []), (False, True, []), (True, True, [])],
)
def test_refusal_waits_for_the_answer_or_the_end_of_the_window(over: bool, answered: bool, expected: list[str]) -> None:
    about: dict[str, Any] = {"noticed": ["policy"], "failed": ["policy"], "reasons": ["policy"]}
    assert named(rules.bars_to_refusing(window_is_over=over, has_answer=answered, **about)) == expected


def test_nobody_is_refused_on_what_the_proposal_did_not_name() -> None:
    failed = ["policy", "check:insurance"]
    about: dict[str, Any] = {"window_is_over": True, "has_answer": True, "failed": failed, "reasons": failed}
    assert named(rules.bars_to_refusing(noticed=["policy"], **about)) == ["not-noticed"]
    assert named(rules.bars_to_refusing(noticed=failed, **about)) == []
