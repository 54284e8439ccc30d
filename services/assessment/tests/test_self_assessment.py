from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import make_assessment as make
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.evidence import RelyingObject
from assay_kit.testing import NOON, Time
from assessment.self_assessments.actions import hash_of
from assessment.self_assessments.repository import SelfAnswers
from assessment.tables import Assessment

ANSWER = {"rating": "good", "narrative": "Every plan is written with the person."}


@pytest.fixture
def assessing(people: make.People, session: Session) -> str:
    assessment_id = make.scheduled(people, session)
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    return f"/v1/assessments/{assessment_id}"


def test_a_saved_answer_comes_back_with_its_version(people: make.People, assessing: str) -> None:
    saved = people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER)
    assert saved.headers["ETag"] == '"1"'
    again = people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER, headers={"If-Match": '"1"'})
    assert again.headers["ETag"] == '"2"'
    read = make.ok(people.provider.get(f"{assessing}/answers"))
    assert (read["asked"], read["answered"], len(read["items"])) == (9, 1, 9)
    first = read["items"][0]
    assert (first["question"], first["rating"], first["version"], first["saved_name"]) == (
        "1.1.1",
        "good",
        2,
        "Pat Provider",
    )


@pytest.mark.parametrize("headers", [{}, {"If-Match": '"0"'}, {"If-Match": '"7"'}])
def test_an_answer_saved_in_between_is_never_overwritten(
    people: make.People, assessing: str, headers: dict[str, str]
) -> None:
    make.ok(people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER))
    stale = people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER | {"rating": "poor"}, headers=headers)
    assert stale.status_code == 412
    assert stale.headers["ETag"] == '"1"'
    assert make.ok(people.provider.get(f"{assessing}/answers"))["items"][0]["rating"] == "good"


def test_another_providers_people_find_nothing(people: make.People, assessing: str) -> None:
    assert people.provider.get(f"{assessing}/answers").status_code == 200
    assert people.other_provider.get(f"{assessing}/answers").status_code == 404
    assert people.other_provider.get(assessing).status_code == 404
    assert people.other_provider.put(f"{assessing}/answers/1.1.1", json=ANSWER).status_code == 404
    assert people.other_provider.post(f"{assessing}/submission", json=make.DECLARATION).status_code == 404
    assert make.ok(people.other_provider.get("/v1/assessments"))["items"] == []


def test_the_council_neither_answers_nor_reads_before_submission(people: make.People, assessing: str) -> None:
    assert people.officer.put(f"{assessing}/answers/1.1.1", json=ANSWER).status_code == 403
    unread = people.officer.get(f"{assessing}/answers")
    assert unread.status_code == 409
    assert unread.json()["type"] == "/problems/answers-not-submitted"


@pytest.mark.parametrize("code", ["2.1.4", "9.9.9"])
def test_a_question_that_is_not_asked_of_the_service_is_not_found(
    people: make.People, assessing: str, code: str
) -> None:
    assert people.provider.put(f"{assessing}/answers/{code}", json=ANSWER).status_code == 404


def test_an_unknown_field_or_rating_is_named(people: make.People, assessing: str) -> None:
    unknown = people.provider.put(f"{assessing}/answers/1.1.1", json=ANSWER | {"score": 4})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "score")
    wrong = people.provider.put(f"{assessing}/answers/1.1.1", json={"rating": "fine"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "rating")


def test_an_assessment_is_begun_from_the_day_on_which_it_opens(people: make.People, session: Session, at: Time) -> None:
    assessment_id = make.scheduled(people, session, opens_on="2026-06-01")
    at.now = datetime(2026, 5, 31, 22, 59, tzinfo=UTC)
    early = people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment")
    assert early.json()["type"] == "/problems/not-open-yet"
    assert "1 June 2026" in early.json()["detail"]
    at.now = datetime(2026, 5, 31, 23, tzinfo=UTC)
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))


def test_answers_are_not_saved_before_beginning(people: make.People, session: Session) -> None:
    assessment_id = make.scheduled(people, session)
    early = people.provider.put(f"/v1/assessments/{assessment_id}/answers/1.1.1", json=ANSWER)
    assert early.json()["type"] == "/problems/answers-closed"


def test_submission_names_every_question_that_is_not_ready(people: make.People, assessing: str) -> None:
    for code in ("1.1.1", "1.1.2", "1.1.3", "2.1.1", "2.1.2", "3.1.1"):
        make.ok(people.provider.put(f"{assessing}/answers/{code}", json=ANSWER))
    unreasoned = {"rating": "not_applicable", "narrative": "n/a"}
    make.ok(people.provider.put(f"{assessing}/answers/2.1.3", json=unreasoned))
    make.ok(people.provider.put(f"{assessing}/answers/3.1.2", json={"narrative": "Still looking for the records."}))
    barred = people.provider.post(f"{assessing}/submission", json=make.DECLARATION)
    assert barred.status_code == 409
    assert barred.json()["bars"] == [
        "Question 2.1.3 is not applicable without a reason.",
        "Question 3.1.2 has no rating.",
        "Question 3.1.3 has no rating.",
    ]
    assert make.ok(people.provider.get(assessing))["status"] == "self_assessing"


def test_answers_are_not_submitted_without_the_declaration(people: make.People, assessing: str) -> None:
    unsigned = people.provider.post(f"{assessing}/submission", json=make.DECLARATION | {"is_true_and_complete": False})
    assert unsigned.status_code == 422


def test_late_answers_may_still_be_submitted(people: make.People, session: Session, at: Time) -> None:
    assessment_id = make.scheduled(people, session)
    make.answered(people, assessment_id)
    at.now = NOON + timedelta(days=40)
    assert people.provider.post(f"/v1/assessments/{assessment_id}/submission", json=make.DECLARATION).is_success


def test_submitted_answers_cannot_change_whoever_asks(people: make.People, session: Session) -> None:
    assessment_id = make.submitted(people, session)
    url = f"/v1/assessments/{assessment_id}/answers/1.1.1"
    refused = people.provider.put(url, json=ANSWER, headers={"If-Match": '"1"'})
    assert refused.json()["type"] == "/problems/answers-closed"
    for statement in (
        f"UPDATE self_answer SET rating = 'excellent' WHERE assessment_id = '{assessment_id}'",
        f"DELETE FROM self_answer WHERE assessment_id = '{assessment_id}'",
        "INSERT INTO self_answer (id, assessment_id, question, narrative, evidence_ids, version, saved_by, saved_name,"
        f" saved_at) VALUES (uuidv7(), '{assessment_id}', '9', '', '[]', 1, '', '', now())",
        f"UPDATE assessment SET answers_closed_at = NULL WHERE id = '{assessment_id}'",
        f"UPDATE assessment SET signed_name = 'Somebody Else' WHERE id = '{assessment_id}'",
        f"DELETE FROM assessment WHERE id = '{assessment_id}'",
    ):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(statement))


def test_a_submission_relies_on_evidence_that_is_the_providers_own(
    people: make.People, assessing: str, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, foreign = make.evidence(make.PROVIDER), make.evidence(make.OTHER_PROVIDER)
    directory = FakeDirectory(evidence=[own, foreign])
    monkeypatch.setattr(app.state, "directory", directory, raising=False)
    assessment_id = assessing.rsplit("/", 1)[-1]
    codes = make.questions(people, assessment_id)
    page: list[dict[str, Any]] = [{"question": code, **ANSWER} for code in codes]
    page[0] |= {"evidence_ids": [str(own.id)]}
    page[1] |= {"evidence_ids": [str(own.id), str(foreign.id)]}
    make.ok(people.provider.put(f"{assessing}/answers", json={"answers": page}))
    refused = people.provider.post(f"{assessing}/submission", json=make.DECLARATION)
    said = f"Question {codes[1]} names evidence {foreign.id}, which the provider has not uploaded."
    assert (refused.status_code, refused.json()["bars"]) == (409, [said])
    assert directory.reliances == set()

    corrected = {"answers": [{"question": codes[1], "version": 1, **ANSWER}]}
    make.ok(people.provider.put(f"{assessing}/answers", json=corrected))
    make.ok(people.provider.post(f"{assessing}/submission", json=make.DECLARATION))
    assert directory.reliances == {(own.id, RelyingObject("assessment", UUID(assessment_id)))}


def test_the_report_says_which_documents_the_answers_named_as_they_were_then(
    people: make.People, assessing: str, app: FastAPI, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    file = make.evidence(make.PROVIDER)
    monkeypatch.setattr(app.state, "directory", FakeDirectory(evidence=[file]), raising=False)
    codes = make.questions(people, assessing.rsplit("/", 1)[-1])
    page: list[dict[str, Any]] = [{"question": code, **ANSWER, "evidence_ids": []} for code in codes]
    page[0] |= {"evidence_ids": [str(file.id)]}
    make.ok(people.provider.put(f"{assessing}/answers", json={"answers": page}))
    make.ok(people.provider.post(f"{assessing}/submission", json=make.DECLARATION))
    app.state.directory = None  # whatever becomes of the file there
    make.ok(people.officer.post(f"{assessing}/validation", json={}))
    findings = [{"question": code, **make.finding(code)} for code in codes]
    make.ok(people.officer.put(f"{assessing}/validated-answers", json={"findings": findings}))
    make.ok(people.officer.post(f"{assessing}/draft"))
    report = make.ok(people.officer.get(f"{assessing}/report"))
    first, second = report["domains"][0]["standards"][0]["questions"][:2]
    [named] = first["own_evidence"]
    assert (named["evidence_id"], named["filename"], named["description"], named["sha256"]) == (
        str(file.id),
        "policy.pdf",
        "A policy",
        "a" * 64,
    )
    assert second["own_evidence"] == []
    with ZipFile(BytesIO(people.provider.get(f"{assessing}/report.docx").content)) as packed:
        assert "Evidence that the provider named: A policy (policy.pdf)" in packed.read("word/document.xml").decode()
    for statement in ("UPDATE submitted_file SET filename = 'other.pdf'", "DELETE FROM submitted_file"):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(statement))


def test_the_hash_proves_the_files_too(people: make.People, session: Session) -> None:
    assessment_id = make.submitted(people, session)
    answers = SelfAnswers(session).of(UUID(assessment_id))
    file_id = str(make.evidence(make.PROVIDER).id)
    session.expunge(answers["1.1.1"])
    answers["1.1.1"].evidence_ids = [file_id]
    assert hash_of(answers, {file_id: "a" * 64}) != hash_of(answers, {file_id: "b" * 64})


def test_the_hash_proves_what_was_submitted(people: make.People, session: Session) -> None:
    assessment_id = make.submitted(people, session)
    assessment = session.exec(select(Assessment).where(Assessment.id == assessment_id)).one()
    session.expire_all()
    answers = SelfAnswers(session).of(assessment.id)
    assert assessment.answers_hash == hash_of(answers, {})
    one = answers["1.1.1"]
    session.expunge(one)
    one.narrative += "."
    assert assessment.answers_hash != hash_of(answers, {})
