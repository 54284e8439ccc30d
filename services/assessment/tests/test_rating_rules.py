from decimal import Decimal
from fractions import Fraction

import make_assessment as make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay_contracts.assessment import Rating
from assay_contracts.directory import CareServiceType
from assessment.frameworks.framework import Framework
from assessment.frameworks.reading import shipped
from assessment.rating.answers import AnswerRating as A
from assessment.rating.rules import AnswersMissing, is_at_or_below, rate

HOME_CARE = CareServiceType.HOME_CARE
WORST_UP = [A.POOR, A.REQUIRES_IMPROVEMENT, A.GOOD, A.EXCELLENT]
SHIPPED = shipped()


def every(answer: A, framework: Framework = SHIPPED, **but: A) -> dict[str, A]:
    changed = {code.removeprefix("q").replace("_", "."): rating for code, rating in but.items()}
    return {question.code: answer for question in framework.questions()} | changed


def in_standard(code: str, answer: A) -> dict[str, A]:
    found = {q.code: answer for s in SHIPPED.standards() if s.code == code for q in s.questions}
    assert found
    return found


def in_domain(code: str, answer: A) -> dict[str, A]:
    found = {q.code: answer for q in SHIPPED.questions() if q.code.startswith(f"{code}.")}
    assert found
    return found


def overall_limiters(answers: dict[str, A], service_type: CareServiceType = HOME_CARE) -> list[str]:
    return [bite.code for bite in rate(SHIPPED, service_type, answers).limiters if bite.on == "overall"]


def two_standards(weight_excellent: str, weight_poor: str) -> tuple[Framework, dict[str, A]]:
    """One standard at 100% and one at 25%, so that any percentage between can be made exactly."""
    best, worst = make.standard("1.1", weight=weight_excellent), make.standard("1.2", weight=weight_poor)
    framework = make.framework([[best, worst]])
    answers = {q.code: A.EXCELLENT if q.code.startswith("1.1") else A.POOR for q in framework.questions()}
    return framework, answers


@pytest.mark.parametrize(
    ("excellent", "poor", "percent", "rating"),
    [
        ("63", "12", Fraction(88), Rating.EXCELLENT),
        ("62.999", "12", None, Rating.GOOD),
        ("38", "37", Fraction(63), Rating.GOOD),
        ("37.999", "37", None, Rating.REQUIRES_IMPROVEMENT),
        ("14", "61", Fraction(39), Rating.REQUIRES_IMPROVEMENT),
        ("13.999", "61", None, Rating.POOR),
    ],
)
def test_a_percentage_on_the_edge_is_in_the_better_band_and_just_under_is_not(
    excellent: str, poor: str, percent: Fraction | None, rating: Rating
) -> None:
    framework, answers = two_standards(excellent, poor)
    trace = rate(framework, HOME_CARE, answers)
    assert trace.rating == rating
    assert trace.percent is not None
    if percent is not None:
        assert Fraction(trace.percent.exact) == percent


def test_what_is_shown_is_cut_and_never_rounded_up() -> None:
    framework, answers = two_standards("37.999", "37")
    trace = rate(framework, HOME_CARE, answers)
    assert trace.percent is not None
    assert trace.percent.shown == "62.99"
    assert Fraction(trace.percent.exact) > Fraction("62.99")


def test_weights_of_questions_standards_and_domains_all_count() -> None:
    heavy = make.standard("1.1", weight="3")
    heavy["questions"][0]["weight"] = "2"
    framework = make.framework([[heavy, make.standard("1.2")], [make.standard("2.1")]])
    answers = every(A.GOOD, framework) | {"1.1.1": A.POOR, "2.1.1": A.NOT_APPLICABLE}
    trace = rate(framework, HOME_CARE, answers)
    # 1.1: (2x1 + 3 + 3) / (2x4 + 4 + 4) = 50%; domain 1: (3x50 + 75) / 4 = 56.25%; whole: (56.25 + 75) / 2
    assert trace.percent is not None
    assert Fraction(trace.percent.exact) == Fraction("65.625")


def test_the_shipped_framework_rates_all_good_as_good_without_a_limiter() -> None:
    trace = rate(SHIPPED, HOME_CARE, every(A.GOOD))
    assert trace.rating == Rating.GOOD
    assert trace.limiters == ()


def test_a_critical_question_at_poor_caps_its_standard_and_the_whole() -> None:
    trace = rate(SHIPPED, HOME_CARE, every(A.EXCELLENT, q4_1_1=A.POOR))
    assert trace.banded == Rating.EXCELLENT
    assert trace.rating == Rating.REQUIRES_IMPROVEMENT
    assert [(bite.code, bite.on, bite.because) for bite in trace.limiters] == [
        ("critical_question_poor", "standard 4.1", ("question 4.1.1",)),
        ("critical_question_poor", "overall", ("question 4.1.1",)),
    ]
    standard = next(s for d in trace.domains for s in d.standards if s.code == "4.1")
    assert standard.rating == Rating.REQUIRES_IMPROVEMENT


def test_a_critical_question_that_does_not_apply_caps_nothing() -> None:
    assert rate(SHIPPED, HOME_CARE, every(A.EXCELLENT, q4_2_5=A.POOR)).rating == Rating.EXCELLENT
    nursing = rate(SHIPPED, CareServiceType.NURSING_CARE, every(A.EXCELLENT, q4_2_5=A.POOR))
    assert nursing.rating == Rating.REQUIRES_IMPROVEMENT


def test_a_poor_standard_caps_the_whole_only_in_safeguarding_and_safety() -> None:
    codes = overall_limiters(every(A.EXCELLENT) | in_standard("3.2", A.POOR))
    assert codes == ["safeguarding_standard_poor"]
    assert overall_limiters(every(A.EXCELLENT) | in_standard("5.2", A.POOR)) == []


def test_two_domains_requiring_improvement_cap_the_whole_and_one_does_not() -> None:
    one = every(A.EXCELLENT) | in_domain("1", A.REQUIRES_IMPROVEMENT)
    assert overall_limiters(one) == []
    assert overall_limiters(one | in_domain("4", A.REQUIRES_IMPROVEMENT)) == ["two_domains_requiring_improvement"]


def test_one_poor_domain_caps_the_whole_and_two_make_it_poor() -> None:
    plain = SHIPPED.model_copy(update={"limiters": SHIPPED.limiters[2:]})
    one = every(A.EXCELLENT) | in_domain("1", A.POOR)
    first = rate(plain, HOME_CARE, one)
    assert first.rating == Rating.REQUIRES_IMPROVEMENT
    assert [bite.code for bite in first.limiters] == ["one_domain_poor"]
    both = rate(plain, HOME_CARE, one | in_domain("4", A.POOR))
    assert both.banded == Rating.GOOD
    assert both.rating == Rating.POOR
    assert [bite.code for bite in both.limiters] == [
        "two_domains_requiring_improvement",
        "one_domain_poor",
        "two_domains_poor",
    ]


def test_all_not_applicable_gives_no_rating() -> None:
    trace = rate(SHIPPED, HOME_CARE, every(A.NOT_APPLICABLE))
    assert trace.rating is None
    assert trace.percent is None
    assert trace.limiters == ()


def test_a_standard_or_domain_with_nothing_applicable_has_no_weight() -> None:
    answers = every(A.GOOD) | in_standard("3.1", A.NOT_APPLICABLE) | in_domain("5", A.NOT_APPLICABLE)
    trace = rate(SHIPPED, HOME_CARE, answers)
    assert trace.domains[4].rating is None
    assert trace.percent is not None
    assert trace.percent.exact == "75"


def test_every_unanswered_question_is_named() -> None:
    answers = every(A.GOOD)
    del answers["1.1.1"], answers["5.3.5"]
    with pytest.raises(AnswersMissing) as missing:
        rate(SHIPPED, HOME_CARE, answers)
    assert missing.value.codes == ["1.1.1", "5.3.5"]


# --- properties ---------------------------------------------------------------------------------

QUESTIONS = [question.code for question in SHIPPED.questions()]
some_answers = st.builds(
    # drawing few distinct levels makes capped and boundary cases common
    lambda base, changes: every(base) | changes,
    st.sampled_from(list(A)),
    st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from(list(A)), max_size=78),
)
some_type = st.sampled_from(list(CareServiceType))


@given(some_answers, some_type, st.sampled_from(QUESTIONS))
def test_raising_any_answer_never_lowers_a_rating(
    answers: dict[str, A], service_type: CareServiceType, code: str
) -> None:
    before = rate(SHIPPED, service_type, answers)
    if answers[code] in (A.NOT_APPLICABLE, A.EXCELLENT):
        return
    raised = answers | {code: WORST_UP[WORST_UP.index(answers[code]) + 1]}
    after = rate(SHIPPED, service_type, raised)
    assert before.rating is None or (after.rating is not None and is_at_or_below(before.rating, after.rating))


@given(some_answers, some_type, st.randoms())
def test_the_order_of_answers_is_irrelevant(
    answers: dict[str, A], service_type: CareServiceType, random: "object"
) -> None:
    shuffled = list(answers.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert rate(SHIPPED, service_type, dict(shuffled)) == rate(SHIPPED, service_type, answers)


@given(some_answers, some_type)
def test_the_rating_is_the_band_lowered_by_what_the_trace_names(
    answers: dict[str, A], service_type: CareServiceType
) -> None:
    trace = rate(SHIPPED, service_type, answers)
    caps = [bite.after for bite in trace.limiters if bite.on == "overall"]
    if trace.banded is None:
        assert trace.rating is None
        return
    assert trace.rating in (trace.banded, *caps)
    assert all(is_at_or_below(trace.rating, cap) for cap in (trace.banded, *caps))


@given(st.integers(min_value=1, max_value=10**5), st.integers(min_value=1, max_value=10**5))
def test_percentages_are_exact_for_any_weights(excellent: int, poor: int) -> None:
    framework, answers = two_standards(str(Decimal(excellent) / 1000), str(Decimal(poor) / 1000))
    trace = rate(framework, HOME_CARE, answers)
    assert trace.percent is not None
    assert Fraction(trace.percent.exact) == Fraction(100 * excellent + 25 * poor, excellent + poor)
