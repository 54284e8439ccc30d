import json
from datetime import timedelta
from decimal import Decimal

import make_assessment as make
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.directory.records import CareServiceType
from assay_kit.testing import NOON, Time
from assessment.rating.answers import AnswerRating as A
from assessment.rating.rules import rate
from assessment.validations.rules import EvidenceKind, bars_to_finding


@pytest.mark.parametrize(
    ("own", "agrees", "rating", "reason", "bar"),
    [
        (None, True, None, None, "no answer of the provider's"),
        (A.GOOD, True, A.POOR, None, "provider's own rating: leave"),
        (A.GOOD, False, None, "Because of the records.", "Give the rating"),
        (A.GOOD, False, A.GOOD, "Because of the records.", "agree with it"),
        (A.GOOD, False, A.POOR, None, "Say why"),
    ],
)
def test_a_finding_that_says_too_little_is_told_what_is_missing(
    own: A | None, agrees: bool, rating: A | None, reason: str | None, bar: str
) -> None:
    bars = bars_to_finding(own, agrees=agrees, rating=rating, reason=reason, evidence_kinds=[EvidenceKind.STAFF])
    assert [bar in each for each in bars] == [True]


def test_a_finding_names_what_was_seen_unless_nothing_applies() -> None:
    assert bars_to_finding(A.GOOD, agrees=True, rating=None, reason=None, evidence_kinds=[])
    assert not bars_to_finding(A.NOT_APPLICABLE, agrees=True, rating=None, reason=None, evidence_kinds=[])


@pytest.fixture
def validating(people: make.People, session: Session) -> str:
    assessment_id = make.submitted(people, session)
    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/validation", json={}))
    return f"/v1/assessments/{assessment_id}"


def test_the_officer_differs_with_a_reason_and_what_was_seen(people: make.People, validating: str) -> None:
    found = make.ok(people.officer.put(f"{validating}/validated-answers/1.1.1", json=make.finding("1.1.1")))
    assert (found["agrees"], found["rating"], found["own_rating"]) == (True, "good", "good")
    differing = make.finding("1.1.2", {"1.1.2": "poor"}) | {"good_practice": "The carers' own training videos."}
    make.ok(people.officer.put(f"{validating}/validated-answers/1.1.2", json=differing))
    read = make.ok(people.auditor.get(f"{validating}/validated-answers"))
    assert (read["asked"], read["validated"]) == (9, 2)
    second = read["items"][1]
    assert (second["rating"], second["own_rating"]) == ("poor", "good")
    assert second["evidence_kinds"] == ["documents", "people"]


def test_two_officers_never_overwrite_each_other(people: make.People, validating: str) -> None:
    url = f"{validating}/validated-answers/1.1.1"
    make.ok(people.officer.put(url, json=make.finding("1.1.1")))
    late = people.second_officer.put(url, json=make.finding("1.1.1", {"1.1.1": "poor"}))
    assert late.status_code == 412
    assert people.second_officer.put(
        url, json=make.finding("1.1.1", {"1.1.1": "poor"}), headers={"If-Match": late.headers["ETag"]}
    ).is_success


def test_the_provider_sees_no_finding_before_the_draft(people: make.People, validating: str) -> None:
    assert people.provider.get(f"{validating}/validated-answers").json()["type"] == "/problems/not-yet-shared"
    assert people.provider.get(f"{validating}/visits").json()["type"] == "/problems/not-yet-shared"
    assert people.provider.put(f"{validating}/validated-answers/1.1.1", json=make.finding("1.1.1")).status_code == 403


def test_a_visit_is_recorded_once_it_was_made(people: make.People, validating: str) -> None:
    visit = {"visited_on": "2026-03-02", "announced": True, "roles_met": ["carer"], "note": "Two calls shadowed."}
    made = people.officer.post(f"{validating}/visits", json=visit)
    assert made.status_code == 201
    [seen] = make.ok(people.manager.get(f"{validating}/visits"))
    assert (seen["roles_met"], seen["note"]) == (["carer"], "Two calls shadowed.")
    tomorrow = people.officer.post(f"{validating}/visits", json=visit | {"visited_on": "2026-03-03"})
    assert tomorrow.json()["type"] == "/problems/visit-in-the-future"


def test_what_an_officer_notes_of_a_visit_stays_with_the_council(people: make.People, session: Session) -> None:
    url = f"/v1/assessments/{make.validated(people, session)}"
    visit = {"visited_on": "2026-03-02", "announced": True, "roles_met": ["carer"], "note": "A carer spoke in private."}
    make.ok(people.officer.post(f"{url}/visits", json=visit))
    make.ok(people.officer.post(f"{url}/draft"))
    [seen] = make.ok(people.provider.get(f"{url}/visits"))
    assert (seen["roles_met"], seen["note"]) == (["carer"], None)
    for reader in (people.provider, people.officer):
        assert "in private" not in reader.get(f"{url}/report").text
    assert "in private" in people.officer.get(f"{url}/visits").text


def test_the_draft_waits_for_every_question(people: make.People, validating: str) -> None:
    make.ok(people.officer.put(f"{validating}/validated-answers/1.1.1", json=make.finding("1.1.1")))
    early = people.officer.post(f"{validating}/draft")
    assert early.status_code == 409
    assert early.json()["bars"][0] == "Question 1.1.2 is not validated."
    assert len(early.json()["bars"]) == 8


def test_an_assessment_is_validated_without_answers_only_once_they_are_overdue(
    people: make.People, session: Session, at: Time
) -> None:
    assessment_id = make.scheduled(people, session)
    overdue = {"not_self_assessed": "overdue", "reason": "Two reminders were not answered."}
    early = people.officer.post(f"/v1/assessments/{assessment_id}/validation", json=overdue)
    assert early.json()["type"] == "/problems/answers-awaited"
    assert "30 March 2026" in early.json()["detail"]
    at.now = NOON + timedelta(days=29)
    begun = make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/validation", json=overdue))
    assert (begun["status"], begun["not_self_assessed"]) == ("validating", "overdue")
    url = f"/v1/assessments/{assessment_id}/validated-answers/1.1.1"
    assert "no answer of the provider's" in people.officer.put(url, json=make.finding("1.1.1")).json()["detail"]
    make.ok(people.officer.put(url, json=make.finding("1.1.1", {"1.1.1": "poor"})))


def test_a_responsive_visit_needs_no_answers_and_closes_those_half_given(people: make.People, session: Session) -> None:
    assessment_id = make.scheduled(people, session, cause="responsive")
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    answer = f"/v1/assessments/{assessment_id}/answers/1.1.1"
    make.ok(people.provider.put(answer, json={"rating": "good"}))
    responsive = {"not_self_assessed": "responsive_visit"}
    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/validation", json=responsive))
    refused = people.provider.put(answer, json={"rating": "excellent"}, headers={"If-Match": '"1"'})
    assert refused.json()["type"] == "/problems/answers-closed"
    annual = make.scheduled(people, session)
    barred = people.officer.post(f"/v1/assessments/{annual}/validation", json=responsive)
    assert barred.json()["type"] == "/problems/answers-awaited"


def test_answers_that_were_never_signed_are_nobodys_word(people: make.People, session: Session) -> None:
    assessment_id = make.scheduled(people, session, cause="responsive")
    url = f"/v1/assessments/{assessment_id}"
    make.ok(people.provider.post(f"{url}/self-assessment"))
    half = {"rating": "good", "narrative": "Half a sentence, never sig"}
    make.ok(people.provider.put(f"{url}/answers/1.1.1", json=half))
    make.ok(people.officer.post(f"{url}/validation", json={"not_self_assessed": "responsive_visit"}))
    assert people.officer.get(f"{url}/answers").json()["type"] == "/problems/answers-not-submitted"
    first = make.ok(people.officer.get(f"{url}/validated-answers"))["items"][0]
    assert (first["own_rating"], first["own_narrative"]) == (None, "")
    agreeing = people.officer.put(f"{url}/validated-answers/1.1.1", json=make.finding("1.1.1"))
    assert "no answer of the provider's" in agreeing.json()["detail"]
    codes = make.questions(people, assessment_id)
    but = dict.fromkeys(codes, "good")
    page = [{"question": code, **make.finding(code, but)} for code in codes]
    make.ok(people.officer.put(f"{url}/validated-answers", json={"findings": page}))
    make.ok(people.officer.post(f"{url}/draft"))
    report = make.ok(people.officer.get(f"{url}/report"))
    assert report["not_self_assessed"] == "responsive_visit"
    assert report["domains"][0]["standards"][0]["questions"][0]["own_rating"] is None
    assert make.ok(people.provider.get(f"{url}/answers"))["items"][0]["narrative"] == half["narrative"]


def test_a_visit_that_no_report_could_show_is_refused(
    people: make.People, validating: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.validations.actions.MOST_VISITS", 1)
    visit = {"visited_on": "2026-03-02", "announced": True, "roles_met": ["carer"]}
    assert people.officer.post(f"{validating}/visits", json=visit).status_code == 201
    assert people.officer.post(f"{validating}/visits", json=visit).json()["type"] == "/problems/too-many"


def test_findings_are_frozen_once_the_draft_is_issued(people: make.People, session: Session) -> None:
    assessment_id = make.drafted(people, session)
    url = f"/v1/assessments/{assessment_id}/validated-answers/1.1.1"
    late = people.officer.put(url, json=make.finding("1.1.1", {"1.1.1": "poor"}), headers={"If-Match": '"1"'})
    assert late.json()["type"] == "/problems/not-validating"
    for statement in (
        "UPDATE validated_answer SET rating = 'excellent'",
        "DELETE FROM validated_answer",
        "UPDATE assessment_result SET rating = 'excellent'",
    ):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(f"{statement} WHERE assessment_id = '{assessment_id}'"))


def test_no_computed_value_is_obtainable_before_the_draft(people: make.People, session: Session, app: FastAPI) -> None:
    """A twin with identical answers is rated under weights that make every percentage unmistakable."""
    standards = [make.standard("1.1"), make.standard("2.1"), make.standard("3.1")]
    for number, standard in enumerate(standards):
        for question, weight in zip(standard["questions"], (7, 11, 23), strict=True):
            question["weight"] = weight + number
    even = make.framework([[standard] for standard in standards], version=3)
    odd = zip(even.domains, ("13", "17", "19"), strict=True)
    domains = tuple(domain.model_copy(update={"weight": Decimal(weight)}) for domain, weight in odd)
    unusual = even.model_copy(update={"domains": domains})
    make.publish(session, unusual)
    but = {"1.1.1": "poor", "2.1.2": "requires_improvement", "3.1.3": "excellent"}
    assessment_id = make.validated(people, session, but)
    answers = {q.code: A(but.get(q.code, "good")) for q in unusual.questions()}
    twin = rate(unusual, CareServiceType.HOME_CARE, answers)
    percents = [twin.percent, *(domain.percent for domain in twin.domains)]
    percents += [standard.percent for domain in twin.domains for standard in domain.standards]
    values = {value for percent in percents if percent for value in (percent.exact, percent.shown)}
    assert len(values) > 6

    paths = [path for path, item in app.openapi()["paths"].items() if "{assessment_id}" in path and "get" in item]
    assert len(paths) >= 8
    said = ""
    for person in (people.officer, people.manager, people.auditor):
        for path in paths:
            said += person.get(path.replace("{assessment_id}", assessment_id)).text
        said += person.post(f"/v1/assessments/{assessment_id}/recomputation").text
        said += person.get("/v1/assessments").text + person.get("/v1/programme").text
        service_id = make.ok(person.get(f"/v1/assessments/{assessment_id}"))["care_service_id"]
        said += person.get(f"/v1/care-services/{service_id}/rating").text
    assert "1.1.1" in said
    assert {value for value in values if value in said} == set()
    assert not {"percent", "weighted_points", "banded", "trace"} & set(json.dumps(said).split('\\"'))
    assert session.connection().execute(text("SELECT count(*) FROM assessment_result")).scalar_one() == 0

    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/draft"))
    draft = people.officer.get(f"/v1/assessments/{assessment_id}/draft").text
    assert {value for value in values if value in draft} == values


def test_what_is_found_wanting_is_told_with_a_reason_though_both_agree(people: make.People, session: Session) -> None:
    assessment_id = make.scheduled(people, session)
    make.answered(people, assessment_id, q1_1_1="poor", q1_1_2="requires_improvement")
    url = f"/v1/assessments/{assessment_id}"
    make.ok(people.provider.post(f"{url}/submission", json=make.DECLARATION))
    make.ok(people.officer.post(f"{url}/validation", json={}))
    agreed = {"agrees": True, "evidence_kinds": ["records"]}
    for code in ("1.1.1", "1.1.2"):
        refused = people.officer.put(f"{url}/validated-answers/{code}", json=agreed)
        assert "needs a reason" in refused.json()["bars"][0]
        reasoned = agreed | {"reason": "No plan had been reviewed since May."}
        make.ok(people.officer.put(f"{url}/validated-answers/{code}", json=reasoned))
    make.ok(people.officer.put(f"{url}/validated-answers/1.1.3", json=agreed))
