"""What was published recomputes, whatever it was published under, for as long as it is kept."""

from collections import Counter
from typing import Any

import make_assessment as make
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_many import publish_many
from sqlalchemy import text
from sqlmodel import Session

from assay_contracts.assessment import Rating
from assay_contracts.directory import CareServiceType
from assay_kit.freeze import content_hash
from assessment.frameworks.framework import Framework
from assessment.frameworks.reading import shipped
from assessment.rating.answers import AnswerRating as A
from assessment.rating.rules import rate
from assessment.rating.words import in_words
from assessment.validations.repository import Validations

HOME_CARE = CareServiceType.HOME_CARE


def every_page(people: make.People) -> list[dict[str, Any]]:
    pages = []
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        pages.append(make.ok(people.auditor.post("/v1/recomputations", params=query)))
        cursor = pages[-1]["next_cursor"]
        if cursor is None:
            return pages


@pytest.mark.timeout(300)
def test_two_thousand_published_assessments_recompute_identically(people: make.People, session: Session) -> None:
    weighed = [make.standard("1.1", weight="2.5"), make.standard("1.2")]
    make.publish(session, make.framework([weighed, [make.standard("2.1")]], version=3))
    publish_many(session, 2_000, versions=[2, 3])
    ratings = Counter(session.connection().execute(text("SELECT rating FROM assessment")).scalars())
    assert len(ratings) >= 4, ratings
    pages = every_page(people)
    assert sum(page["recomputed"] for page in pages) == sum(page["agreeing"] for page in pages) == 2_000
    assert [page["disagreeing"] for page in pages] == [[]] * len(pages)


def test_a_withdrawn_rating_recomputes_and_an_imported_one_is_not_asked(people: make.People, session: Session) -> None:
    service = make.care_service(session)
    wrong = make.published(people, session, service=service)
    right = make.published(people, session, {"1.1.1": "poor"}, service=service)
    older = {"care_service_id": str(service.id), "rating": "poor", "source": "Register", "published_on": "2025-11-03"}
    make.ok(people.manager.post("/v1/imported-ratings", json=older))
    make.withdrawn(people, wrong, right, "It rested on the records of another service.")
    [page] = every_page(people)
    assert (page["recomputed"], page["agreeing"]) == (2, 2)


def test_a_rating_whose_answers_are_gone_disagrees(
    people: make.People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_many(session, 2, versions=[2])
    monkeypatch.setattr(Validations, "standing_of", lambda _, ids: {each: {} for each in ids})
    [page] = every_page(people)
    assert (page["recomputed"], page["agreeing"]) == (2, 0)
    assert [each["recomputed_hash"] for each in page["disagreeing"]] == [None, None]


def test_a_rule_that_gives_something_else_is_found_out(
    people: make.People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_many(session, 3, versions=[2])

    def another(framework: Framework, service_type: CareServiceType, answers: Any) -> Any:
        trace = rate(framework, service_type, answers)
        return trace.model_copy(update={"rating": Rating.EXCELLENT if trace.rating is Rating.POOR else Rating.POOR})

    monkeypatch.setattr("assessment.rating.actions.rate", another)
    [page] = every_page(people)
    assert (page["recomputed"], page["agreeing"]) == (3, 0)
    assert {each["reference"] for each in page["disagreeing"]} == {"MANY-00000", "MANY-00001", "MANY-00002"}
    for each in page["disagreeing"]:
        assert each["published_rating"] != each["recomputed_rating"]
        assert each["published_hash"] != each["recomputed_hash"]


# Marks of workings as they were first published: a change of the rule's code that changes one of them breaks every
# rating published before it. Never write a new mark in the place of an old one.
GOLDEN = {
    "good": "2a499deefbbc8a145514fc1c8ecf6ada9922e5819b85c8e012d74c878e84c489",
    "limited": "0e6d3907409a1a10d4b2e4c8a14a180aa07091ab1742a8a8e2434377fbea837b",
    "half": "fc13dd52081e92707ccbdc28b592e14a1c30801cf51cdfacffc20b99d08010af",
    "nothing": "23e6a35509cf96d27d0c3cf6b722ec06d7722d7cf5bbdfe284c25614047d9df6",
}


def golden(name: str) -> str:
    first = make.standard("1.1", weight="2.5")
    first["questions"][0]["critical"] = True
    framework = make.framework(
        [[first, make.standard("1.2", weight="0.125")], [make.standard("2.1")]], limiters=make.SMALL_LIMITERS
    )
    codes = [question.code for question in framework.questions()]
    answers = {
        "good": dict.fromkeys(codes, A.GOOD),
        "limited": dict.fromkeys(codes, A.EXCELLENT) | {"1.1.1": A.POOR},
        "half": dict.fromkeys(codes, A.REQUIRES_IMPROVEMENT) | dict.fromkeys(codes[:3], A.NOT_APPLICABLE),
        "nothing": dict.fromkeys(codes, A.NOT_APPLICABLE),
    }[name]
    return content_hash(rate(framework, HOME_CARE, answers).model_dump(mode="json"))


@pytest.mark.parametrize("name", GOLDEN)
def test_the_working_is_what_it_was_when_it_was_first_published(name: str) -> None:
    assert golden(name) == GOLDEN[name]


# --- in words -----------------------------------------------------------------------------------


def test_the_working_in_words_names_every_step_and_what_limited_it() -> None:
    first, second = make.standard("1.1"), make.standard("2.1", weight="2")
    first["questions"][0]["critical"] = True
    framework = make.framework([[first], [second]], limiters=make.SMALL_LIMITERS)
    answers = {q.code: A.EXCELLENT for q in framework.questions()} | {"1.1.1": A.POOR, "2.1.3": A.NOT_APPLICABLE}
    assert in_words(rate(framework, HOME_CARE, answers)) == [
        "Standard 1.1, Standard 1.1: 1.1.1 Poor, 1 times weight 1; 1.1.2 Excellent, 4 times weight 1; 1.1.3 Excellent, "
        "4 times weight 1. Together 9 of 12 points, which is 75.00%: Good, limited to Requires improvement.",
        "Standard 2.1, Standard 2.1: 2.1.1 Excellent, 4 times weight 1; 2.1.2 Excellent, 4 times weight 1; 2.1.3 Not "
        "applicable, left out. Together 8 of 8 points, which is 100.00%: Excellent.",
        "Domain 1, Domain 1: the weighted mean of its standards (1.1 75.00% times weight 1) is 75.00%: Good.",
        "Domain 2, Domain 2: the weighted mean of its standards (2.1 100.00% times weight 2) is 100.00%: Excellent.",
        "The overall percentage: the weighted mean of the domains (1 75.00% times weight 1; 2 100.00% times weight 1) "
        "is 87.50%: Good.",
        "A critical question at Poor caps its standard and the overall rating. It applied to standard 1.1 because of "
        "question 1.1.1: Good became Requires improvement.",
        "A critical question at Poor caps its standard and the overall rating. It applied to overall because of "
        "question 1.1.1: Good became Requires improvement.",
        "The rating is Requires improvement.",
    ]


def test_a_percentage_that_was_cut_is_told_exactly_beside_it() -> None:
    framework = make.framework([[make.standard("1.1")]])
    [standard, *_] = in_words(rate(framework, HOME_CARE, {"1.1.1": A.POOR, "1.1.2": A.GOOD, "1.1.3": A.GOOD}))
    assert "which is 58.33% (exactly 175/3): Requires improvement." in standard


def test_where_nothing_applies_the_words_say_so() -> None:
    framework = make.framework([[make.standard("1.1")]])
    said = in_words(rate(framework, HOME_CARE, {q.code: A.NOT_APPLICABLE for q in framework.questions()}))
    assert said[-1] == "Nothing applied, so there is no rating."
    assert "nothing in it applies" in said[0]


# --- any framework ------------------------------------------------------------------------------

WORST_UP = [A.POOR, A.REQUIRES_IMPROVEMENT, A.GOOD, A.EXCELLENT]
a_rating = st.sampled_from([str(each) for each in Rating])
a_limiter = st.one_of(
    st.fixed_dictionaries({"kind": st.just("critical_question"), "at": a_rating, "cap": a_rating}),
    st.fixed_dictionaries(
        {"kind": st.just("standard_in_domain"), "domain": st.sampled_from(["1", "2"]), "at": a_rating, "cap": a_rating}
    ),
    st.fixed_dictionaries({"kind": st.just("domains_at"), "count": st.integers(1, 3), "at": a_rating, "cap": a_rating}),
)


@st.composite
def any_framework(draw: st.DrawFn) -> Framework:
    """Weights, critical questions and limiters as a council might set them, sensibly or not."""
    weight = st.decimals("0.001", "9", places=3).map(str)
    domains = []
    for number in (1, 2, 3):
        standards = [make.standard(f"{number}.{which}", weight=draw(weight)) for which in (1, 2)]
        for standard in standards:
            for question in standard["questions"]:
                question["weight"], question["critical"] = draw(weight), draw(st.booleans())
        domains.append(standards)
    limiters = [
        {**limiter, "code": f"limiter.{number}", "sentence": f"Limiter number {number} of a drawn framework."}
        for number, limiter in enumerate(draw(st.lists(a_limiter, max_size=4)))
    ]
    return make.framework(domains, limiters=limiters)


@given(any_framework(), st.data())
def test_under_any_framework_raising_an_answer_never_lowers_a_rating(framework: Framework, data: st.DataObject) -> None:
    codes = [question.code for question in framework.questions()]
    answers = {code: data.draw(st.sampled_from(list(A))) for code in codes}
    code = data.draw(st.sampled_from(codes))
    before = rate(framework, HOME_CARE, answers)
    if answers[code] in (A.NOT_APPLICABLE, A.EXCELLENT):
        return
    after = rate(framework, HOME_CARE, answers | {code: WORST_UP[WORST_UP.index(answers[code]) + 1]})
    rank = [each.value for each in WORST_UP].index
    assert before.rating is not None
    assert after.rating is not None
    assert rank(after.rating.value) >= rank(before.rating.value)
    for was, now in zip(before.domains, after.domains, strict=True):
        for old, new in zip(was.standards, now.standards, strict=True):
            if old.rating is not None and new.rating is not None:
                assert rank(new.rating.value) >= rank(old.rating.value)


@given(any_framework())
def test_under_any_framework_nothing_applicable_is_no_rating(framework: Framework) -> None:
    trace = rate(framework, HOME_CARE, {q.code: A.NOT_APPLICABLE for q in framework.questions()})
    assert (trace.rating, trace.percent, trace.limiters) == (None, None, ())


def test_the_shipped_framework_has_questions_enough() -> None:
    assert len(list(shipped().questions())) >= 64
