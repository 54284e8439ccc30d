"""A self-assessment at a glance, in sections that are handed out, beginning from last time's answers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import make_assessment as make
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from assay_contracts.directory import PersonRecord
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import keep_care_service
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.testing import NOON, Time, told
from assessment.frameworks.framework import Question
from assessment.sections.rules import to_carry_over

ANSWER = {"rating": "good", "narrative": "Every plan is written with the person."}
DEE = {"subject": "person:dee-delegate"}


def person(subject: str, provider_id: UUID | None = make.PROVIDER, *, is_active: bool = True) -> PersonRecord:
    name = subject.removeprefix("person:").replace("-", " ").title()
    return PersonRecord(subject=subject, name=name, provider_id=provider_id, is_active=is_active)


PEOPLE = (
    person("person:dee-delegate"),
    person("person:eve"),
    person("person:gone", is_active=False),
    person("person:other-provider", make.OTHER_PROVIDER),
    person("person:oscar-officer", None),
)


@pytest.fixture(autouse=True)
def directory(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    known = FakeDirectory(people=PEOPLE)
    monkeypatch.setattr(app.state, "directory", known, raising=False)
    return known


@pytest.fixture
def assessing(people: make.People, session: Session) -> str:
    assessment_id = make.scheduled(people, session)
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    return f"/v1/assessments/{assessment_id}"


@pytest.fixture
def dee(client_as: make.ClientAs) -> TestClient:
    return client_as(Role.PROVIDER_USER, org=make.PROVIDER, name="Dee Delegate")


def section(read: dict[str, Any], standard: str) -> dict[str, Any]:
    [found] = [each for each in read["items"] if each["standard"] == standard]
    return dict(found)


def test_each_section_says_how_far_it_has_got(people: make.People, assessing: str) -> None:
    evidence_id = str(make.evidence(make.PROVIDER).id)
    make.ok(people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER | {"evidence_ids": [evidence_id]}))
    unreasoned = {"rating": "not_applicable", "narrative": "n/a"}
    make.ok(people.provider.put(f"{assessing}/answers/1.1.2", json=unreasoned))
    for code in ("2.1.1", "2.1.2", "2.1.3"):
        make.ok(people.provider.put(f"{assessing}/answers/{code}", json=ANSWER))
    read = make.ok(people.provider.get(f"{assessing}/sections"))
    assert (read["asked"], read["answered"], read["complete_sections"]) == (9, 5, 1)
    first, second = section(read, "1.1"), section(read, "2.1")
    assert (first["asked"], first["answered"], first["not_applicable"], first["with_evidence"]) == (3, 2, 1, 1)
    assert first["bars"] == ["Question 1.1.2 is not applicable without a reason.", "Question 1.1.3 has no rating."]
    assert (first["is_complete"], second["is_complete"], second["asked"]) == (False, True, 3)
    assert people.officer.get(f"{assessing}/sections").json()["type"] == "/problems/answers-not-submitted"
    assert people.other_provider.get(f"{assessing}/sections").status_code == 404


def test_a_delegated_section_is_answered_by_its_delegate_whoever_delegated_it_and_administrators(
    people: make.People, client_as: make.ClientAs, session: Session, assessing: str, dee: TestClient
) -> None:
    lead = client_as(Role.PROVIDER_USER, org=make.PROVIDER, name="Lea Lead")
    handed = make.ok(lead.put(f"{assessing}/sections/1.1/delegate", json=DEE | {"answer_by": "2026-03-20"}))
    assert section(handed, "1.1")["delegated_to"]["name"] == "Dee Delegate"
    [letter] = [each for each in told(session, MessageRequested) if each.template == "section_delegated"]
    assert (letter.to.person, letter.personalisation["due_on"]) == ("person:dee-delegate", "2026-03-20")
    assert letter.personalisation["section"] == "1.1 Standard 1.1"

    refused = people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/delegated-elsewhere")
    page = {"answers": [{"question": "2.1.1", **ANSWER}, {"question": "1.1.1", **ANSWER}]}
    assert people.provider.put(f"{assessing}/answers", json=page).status_code == 409
    make.ok(people.provider.put(f"{assessing}/answers/2.1.1", json=ANSWER))
    make.ok(dee.put(f"{assessing}/answers/1.1.1", json=ANSWER))
    make.ok(lead.put(f"{assessing}/answers/1.1.2", json=ANSWER))
    administrator = client_as(Role.PROVIDER_ADMIN, org=make.PROVIDER, name="Ann Admin")
    make.ok(administrator.put(f"{assessing}/answers/1.1.3", json=ANSWER))

    assert people.provider.delete(f"{assessing}/sections/1.1/delegate").status_code == 409
    make.ok(dee.delete(f"{assessing}/sections/1.1/delegate"))
    make.ok(people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER, headers={"If-Match": '"1"'}))
    assert dee.delete(f"{assessing}/sections/1.1/delegate").json()["type"] == "/problems/not-delegated"


def test_only_a_section_that_is_asked_is_delegated_and_not_to_a_day_that_is_past(
    people: make.People, assessing: str
) -> None:
    assert people.provider.put(f"{assessing}/sections/9.9/delegate", json=DEE).status_code == 404
    past = people.provider.put(f"{assessing}/sections/1.1/delegate", json=DEE | {"answer_by": "2026-03-01"})
    assert (past.status_code, past.json()["type"]) == (409, "/problems/barred")
    assert people.other_provider.put(f"{assessing}/sections/1.1/delegate", json=DEE).status_code == 404
    assert people.officer.put(f"{assessing}/sections/1.1/delegate", json=DEE).status_code == 403


def test_a_section_is_delegated_anew_in_place_of_the_last_time(people: make.People, assessing: str) -> None:
    make.ok(people.provider.put(f"{assessing}/sections/1.1/delegate", json=DEE))
    other = {"subject": "person:eve"}
    again = make.ok(people.provider.put(f"{assessing}/sections/1.1/delegate", json=other))
    assert section(again, "1.1")["delegated_to"]["name"] == "Eve"


def test_who_answers_a_section_is_on_the_timeline(people: make.People, assessing: str) -> None:
    until = {"subject": "person:pat-provider", "answer_by": "2026-03-20"}
    make.ok(people.provider.put(f"{assessing}/sections/1.1/delegate", json=until))
    make.ok(people.provider.delete(f"{assessing}/sections/1.1/delegate"))
    newest = make.ok(people.provider.get(f"{assessing}/timeline"))["items"][:2]
    section = {"section": "1.1 Standard 1.1"}
    assert [(each["step"], each["by_name"], each["detail"]) for each in newest] == [
        ("take_section_back", "Pat Provider", section | {"from": "Pat Provider"}),
        ("delegate_section", "Pat Provider", section | {"to": "Pat Provider", "answer_by": "2026-03-20"}),
    ]


def test_the_beginning_of_a_long_timeline_stays_readable(
    people: make.People, assessing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.assessments.routes.MOST_STEPS", 1)
    monkeypatch.setattr("assessment.assessments.schemas.MOST_STEPS", 1)
    found: list[str] = []
    before = None
    while len(found) < 9:
        page = make.ok(people.provider.get(f"{assessing}/timeline", params={"before": before} if before else {}))
        found += [each["step"] for each in page["items"]]
        before = page["next_before"]
        if before is None:
            break
    assert found == ["begin_self_assessment", "schedule"]


@pytest.mark.parametrize("subject", ["person:other-provider", "person:oscar-officer", "person:gone", "person:typo"])
def test_a_section_is_handed_to_ones_own_people_alone(
    people: make.People, session: Session, assessing: str, subject: str
) -> None:
    refused = people.provider.put(f"{assessing}/sections/1.1/delegate", json={"subject": subject})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-a-colleague")
    assert [each for each in told(session, MessageRequested) if each.template == "section_delegated"] == []
    assert section(make.ok(people.provider.get(f"{assessing}/sections")), "1.1")["delegated_to"] is None


def test_a_section_is_kept_for_oneself_without_asking_who_one_is(people: make.People, assessing: str) -> None:
    mine = make.ok(people.provider.put(f"{assessing}/sections/1.1/delegate", json={"subject": "person:pat-provider"}))
    assert section(mine, "1.1")["delegated_to"]["name"] == "Pat Provider"


# --- beginning from last time -------------------------------------------------------------------------


@pytest.fixture
def again(people: make.People, session: Session) -> str:
    """The second self-assessment of a service, just begun."""
    service = make.care_service(session)
    make.published(people, session, service=service)
    assessment_id = make.scheduled(people, session, service=service)
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    return f"/v1/assessments/{assessment_id}"


def test_last_times_answers_are_carried_over_and_marked_until_somebody_saves_them(
    people: make.People, session: Session, again: str
) -> None:
    make.ok(people.provider.put(f"{again}/answers/1.1.1", json=ANSWER | {"rating": "poor"}))
    read = make.ok(people.provider.post(f"{again}/roll-forward"))
    assert (read["answered"], section(read, "1.1")["carried_over"], section(read, "2.1")["carried_over"]) == (9, 2, 3)
    items = {each["question"]: each for each in make.ok(people.provider.get(f"{again}/answers"))["items"]}
    assert (items["1.1.1"]["rating"], items["1.1.1"]["is_carried_over"]) == ("poor", False)
    assert (items["1.1.2"]["rating"], items["1.1.2"]["is_carried_over"]) == ("good", True)
    assert items["1.1.2"]["narrative"] == "How we meet 1.1.2, with an example."

    make.ok(people.provider.put(f"{again}/answers/1.1.2", json=ANSWER, headers={"If-Match": '"1"'}))
    items = {each["question"]: each for each in make.ok(people.provider.get(f"{again}/answers"))["items"]}
    assert items["1.1.2"]["is_carried_over"] is False
    repeated = make.ok(people.provider.post(f"{again}/roll-forward"))
    assert section(repeated, "1.1")["carried_over"] == 1

    make.ok(people.provider.post(f"{again}/submission", json=make.DECLARATION))
    make.ok(people.officer.post(f"{again}/validation", json={}))
    found = {each["question"]: each for each in make.ok(people.officer.get(f"{again}/validated-answers"))["items"]}
    assert (found["1.1.2"]["own_is_carried_over"], found["1.1.3"]["own_is_carried_over"]) == (False, True)


def test_one_file_serves_several_questions_in_one_year_and_the_next(
    people: make.People, session: Session, directory: FakeDirectory
) -> None:
    file = make.evidence(make.PROVIDER)
    directory.evidence[file.id] = file
    service = make.care_service(session)
    first = make.scheduled(people, session, service=service)
    make.answered(people, first)
    for code in ("1.1.1", "2.1.1"):
        named = ANSWER | {"evidence_ids": [str(file.id)]}
        make.ok(people.provider.put(f"/v1/assessments/{first}/answers/{code}", json=named, headers={"If-Match": '"1"'}))
    publish(people, first)

    second = make.scheduled(people, session, service=service)
    make.ok(people.provider.post(f"/v1/assessments/{second}/self-assessment"))
    make.ok(people.provider.post(f"/v1/assessments/{second}/roll-forward"))
    items = make.ok(people.provider.get(f"/v1/assessments/{second}/answers"))["items"]
    assert [each["question"] for each in items if each["evidence_ids"] == [str(file.id)]] == ["1.1.1", "2.1.1"]
    make.ok(people.provider.post(f"/v1/assessments/{second}/submission", json=make.DECLARATION))
    assert directory.reliances == {(file.id, RelyingObject("assessment", UUID(each))) for each in (first, second)}


def test_evidence_that_was_renewed_is_carried_over_as_it_is_now(
    people: make.People, session: Session, directory: FakeDirectory, at: Time
) -> None:
    files = [make.evidence(make.PROVIDER) for _ in range(3)]
    ends = NOON.date() + timedelta(days=100)
    old, new, kept = (
        each.model_copy(update={"expires_on": day})
        for each, day in zip(files, (ends, ends + timedelta(days=365), ends), strict=True)
    )
    directory.evidence |= {each.id: each for each in (old, new, kept)}
    service = make.care_service(session)
    first = make.scheduled(people, session, service=service)
    make.answered(people, first)
    named = ANSWER | {"evidence_ids": [str(old.id), str(kept.id), str(new.id)]}
    make.ok(people.provider.put(f"/v1/assessments/{first}/answers/1.1.1", json=named, headers={"If-Match": '"1"'}))
    assert people.officer.get(f"/v1/assessments/{first}/evidence").json()["type"] == "/problems/answers-not-submitted"
    publish(people, first)
    assert {each["has_expired"] for each in named_evidence(people.officer, first)} == {False}

    directory.renewed[old.id] = new.id
    at.now = NOON + timedelta(days=101)
    second = make.scheduled(people, session, service=service)
    make.ok(people.provider.post(f"/v1/assessments/{second}/self-assessment"))
    make.ok(people.provider.post(f"/v1/assessments/{second}/roll-forward"))
    [item] = [
        each
        for each in make.ok(people.provider.get(f"/v1/assessments/{second}/answers"))["items"]
        if each["evidence_ids"]
    ]
    assert item["evidence_ids"] == [str(new.id), str(kept.id)]
    make.ok(people.provider.post(f"/v1/assessments/{second}/submission", json=make.DECLARATION))
    told_to_officer = {each["evidence_id"]: each for each in named_evidence(people.officer, second)}
    assert {key: each["has_expired"] for key, each in told_to_officer.items()} == {
        str(new.id): False,
        str(kept.id): True,
    }
    assert told_to_officer[str(kept.id)]["questions"] == ["1.1.1"]
    then = {each["evidence_id"]: each["newest_id"] for each in named_evidence(people.officer, first)}
    assert then[str(old.id)] == str(new.id)
    assert people.other_provider.get(f"/v1/assessments/{second}/evidence").status_code == 404


def named_evidence(person: TestClient, assessment_id: str) -> list[dict[str, Any]]:
    return list(make.ok(person.get(f"/v1/assessments/{assessment_id}/evidence"))["items"])


def publish(people: make.People, assessment_id: str) -> None:
    """From answers that are complete to a published rating, every one of them agreed with."""
    url = f"/v1/assessments/{assessment_id}"
    make.ok(people.provider.post(f"{url}/submission", json=make.DECLARATION))
    make.ok(people.officer.post(f"{url}/validation", json={}))
    page = [{"question": code, **make.finding(code)} for code in make.questions(people, assessment_id)]
    make.ok(people.officer.put(f"{url}/validated-answers", json={"findings": page}))
    make.ok(people.officer.post(f"{url}/draft"))
    make.ok(people.provider.post(f"{url}/accuracy-confirmation"))
    make.ok(people.officer.post(f"{url}/publication"))


def test_there_is_nothing_to_carry_over_the_first_time_or_from_another_provider(
    people: make.People, session: Session, assessing: str
) -> None:
    assert people.provider.post(f"{assessing}/roll-forward").json()["type"] == "/problems/nothing-to-carry-over"
    service = make.care_service(session)
    make.published(people, session, service=service)
    moved = service.model_copy(update={"version": 2, "provider_id": make.OTHER_PROVIDER})
    make.provider(session, make.OTHER_PROVIDER)
    keep_care_service(session, moved)
    assessment_id = make.scheduled(people, session, service=moved)
    make.ok(people.other_provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    refused = people.other_provider.post(f"/v1/assessments/{assessment_id}/roll-forward")
    assert refused.json()["type"] == "/problems/nothing-to-carry-over"


def test_what_is_delegated_to_somebody_else_is_not_carried_over(
    people: make.People, client_as: make.ClientAs, again: str
) -> None:
    lead = client_as(Role.PROVIDER_USER, org=make.PROVIDER, name="Lea Lead")
    make.ok(lead.put(f"{again}/sections/1.1/delegate", json=DEE))
    read = make.ok(people.provider.post(f"{again}/roll-forward"))
    assert (section(read, "1.1")["answered"], section(read, "2.1")["answered"]) == (0, 3)


CODES = ["1.1.1", "1.1.2", "1.1.3"]


def asked(words: dict[str, str]) -> list[Question]:
    return [Question.model_validate(make.question(code, question=text)) for code, text in sorted(words.items())]


WORDS = st.dictionaries(st.sampled_from(CODES), st.sampled_from(["How is it done?", "Who does all of it?"]))


@given(now=WORDS, then=WORDS, answered=st.sets(st.sampled_from(CODES)), there=st.sets(st.sampled_from(CODES)))
def test_only_what_is_asked_in_the_same_words_and_not_yet_answered_is_carried_over(
    now: dict[str, str], then: dict[str, str], answered: set[str], there: set[str]
) -> None:
    found = to_carry_over(asked(now), asked(then), answered_then=answered, answered_now=there)
    assert set(found) == {code for code in answered - there if code in now and now[code] == then.get(code)}


def test_what_was_submitted_is_not_asked_for_again_after_a_cancellation(people: make.People, session: Session) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    called_off = make.scheduled(people, session, service=service)
    make.answered(people, called_off, "excellent")
    make.ok(people.provider.post(f"/v1/assessments/{called_off}/submission", json=make.DECLARATION))
    reason = {"reason": "It was scheduled under the wrong framework."}
    make.ok(people.officer.post(f"/v1/assessments/{called_off}/cancellation", json=reason))
    anew = f"/v1/assessments/{make.scheduled(people, session, service=service)}"
    make.ok(people.provider.post(f"{anew}/self-assessment"))
    assert make.ok(people.provider.post(f"{anew}/roll-forward"))["answered"] == 9
    carried = make.ok(people.provider.get(f"{anew}/answers"))["items"]
    assert {each["rating"] for each in carried} == {"excellent"}
    assert all(each["is_carried_over"] for each in carried)
