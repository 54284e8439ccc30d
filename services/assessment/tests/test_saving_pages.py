"""A page of answers or findings is saved whole or not at all."""

from typing import Any

import make_assessment as make
from sqlmodel import Session


def answers(people: make.People, assessment_id: str) -> dict[str, Any]:
    read: dict[str, Any] = make.ok(people.provider.get(f"/v1/assessments/{assessment_id}/answers"))
    return read


def test_a_page_of_answers_is_saved_together(client_as: make.ClientAs, session: Session) -> None:
    people = make.People(client_as)
    assessment_id = make.scheduled(people, session)
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    first, second = make.questions(people, assessment_id)[:2]
    page = {"answers": [{"question": code, "rating": "good", "narrative": "As seen."} for code in (first, second)]}
    saved = make.ok(people.provider.put(f"/v1/assessments/{assessment_id}/answers", json=page))
    assert saved["answered"] == 2
    assert [item["version"] for item in saved["items"][:3]] == [1, 1, 0]


def test_one_stale_answer_on_a_page_keeps_the_whole_page_from_being_saved(
    client_as: make.ClientAs, session: Session
) -> None:
    people = make.People(client_as)
    assessment_id = make.scheduled(people, session)
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    first, second = make.questions(people, assessment_id)[:2]
    page = {"answers": [{"question": first, "rating": "good"}]}
    make.ok(people.provider.put(f"/v1/assessments/{assessment_id}/answers", json=page))
    later = {"answers": [{"question": second, "rating": "good"}, {"question": first, "rating": "poor"}]}
    refused = people.provider.put(f"/v1/assessments/{assessment_id}/answers", json=later)
    assert refused.status_code == 412
    kept = answers(people, assessment_id)
    assert kept["answered"] == 1
    assert kept["items"][0]["rating"] == "good"


def test_a_page_of_findings_is_recorded_together(client_as: make.ClientAs, session: Session) -> None:
    people = make.People(client_as)
    assessment_id = make.submitted(people, session)
    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/validation", json={}))
    codes = make.questions(people, assessment_id)
    page = {"findings": [{"question": code, **make.finding(code)} for code in codes]}
    recorded = make.ok(people.officer.put(f"/v1/assessments/{assessment_id}/validated-answers", json=page))
    assert recorded["validated"] == recorded["asked"] == len(codes)
    wrong = {"findings": [{"question": codes[0], "version": 1, "agrees": False, "rating": "poor"}]}
    assert people.officer.put(f"/v1/assessments/{assessment_id}/validated-answers", json=wrong).status_code == 409
