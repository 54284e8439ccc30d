"""No computed rating, score or band is obtainable by an officer before the draft is issued, by any route or field.

A twin with the same findings under the same framework, whose weights are unusual, is published and undone again. Then
an officer makes every call that this service answers about the assessment that is still being validated.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import make_assessment as make
import pytest
from calls_assessment import CALLS
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text
from sqlmodel import Session, select

from assay_kit.walk import Operation, operations_of
from assessment.insight.tables import PublishedDomain, PublishedFigure
from assessment.main import SERVICE
from assessment.rating.repository import Results

BUT = {"1.1.1": "poor", "2.1.2": "requires_improvement", "3.1.3": "excellent"}
OPERATIONS = [each for each in operations_of(SERVICE) if each.path.startswith("/v1/")]
# This is the act itself: the rating comes into being with it.
ISSUING = "issue_draft"
# Names of what a computation yields; none may stand in any answer, whatever it holds.
COMPUTED = {"percent", "exact", "weighted_points", "banded", "trace", "trace_hash", "standing", "points_of"}


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Everything inside is taken back."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()


def unusual_framework(session: Session) -> None:
    standards = [make.standard(f"{domain}.1", weight="7.001") for domain in (1, 2, 3)]
    for standard in standards:
        for question, weight in zip(standard["questions"], ("3.137", "2.719", "1.619"), strict=True):
            question["weight"] = weight
    even = make.framework([[standard] for standard in standards], version=3)
    odd = zip(even.domains, ("13", "17", "19"), strict=True)
    domains = tuple(domain.model_copy(update={"weight": Decimal(weight)}) for domain, weight in odd)
    make.publish(session, even.model_copy(update={"domains": domains}))


def computed_values(written: Any) -> Iterator[str]:
    """Every number and fraction of a trace that could be nothing but computed."""
    if isinstance(written, dict):
        for value in written.values():
            yield from computed_values(value)
    elif isinstance(written, list):
        for value in written:
            yield from computed_values(value)
    elif isinstance(written, str) and re.fullmatch(r"\d+[./]\d+", written) and len(written) >= 5:
        yield written


def figures(session: Session, assessment_id: UUID) -> list[str]:
    """What is kept of a publication to be counted."""
    overall = session.exec(select(PublishedFigure).where(PublishedFigure.assessment_id == assessment_id))
    domains = session.exec(select(PublishedDomain).where(PublishedDomain.assessment_id == assessment_id))
    return [str(each.percent) for each in (*overall, *domains)]


@pytest.fixture
def blind(people: make.People, session: Session) -> tuple[str, set[str]]:
    """An assessment that is validated whole, and what was computed of its twin when that was published."""
    unusual_framework(session)
    assessment_id = make.validated(people, session, BUT)
    weights = {"7.001", "3.137", "2.719", "1.619"}
    with undone(session):
        twin = UUID(make.published(people, session, BUT))
        values = set(computed_values(Results(session).latest(twin).trace)) - weights
        values |= set(computed_values(figures(session, twin)))
    # codes of questions, standards and domains are no values
    values = {value for value in values if value not in make.questions(people, assessment_id)}
    assert len(values) > 6
    return assessment_id, values


def call(client: TestClient, operation: Operation, session: Session, of: dict[str, str]) -> str:
    """The known call of `operation`, but about the assessment that is still blind; its answer, whatever it says."""
    if operation.method == "GET" and names_of(operation) <= set(of):
        return said_by(client.get(operation.path.format(**of)))
    with undone(session):
        known = CALLS[operation.id](session)
        path = operation.path.format(**{name: of.get(name, str(value)) for name, value in known.path.items()})
        answer = client.request(operation.method, path, params=dict(known.query), json=known.body)
    return said_by(answer)


def said_by(answer: Response) -> str:
    """What an answer says: of a Word file or a workbook, its parts. A PDF there is none of before the draft."""
    assert "pdf" not in answer.headers.get("content-type", "")
    if "openxmlformats" not in answer.headers.get("content-type", ""):
        return answer.text
    with ZipFile(BytesIO(answer.content)) as packed:
        return "\n".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml"))


def found_in(said: str, values: set[str]) -> set[str]:
    """The values that stand in an answer; the seconds of an instant are none."""
    return {value for value in values if re.search(rf"(?<![\d:.]){re.escape(value)}(?!\d)", said)}


def names_in(said: str) -> set[str]:
    try:
        found = json.loads(said)
    except ValueError:
        return set()
    names: set[str] = set()
    pending = [found]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            names |= set(each)
            pending += each.values()
        elif isinstance(each, list):
            pending += each
    return names


def about(operation: Operation) -> bool:
    """Whether the known call would be about the blind assessment, or about nothing in particular."""
    return operation.id != ISSUING and names_of(operation) <= {
        "assessment_id",
        "care_service_id",
        "question",
        "standard",
        "subject",
    }


def names_of(operation: Operation) -> set[str]:
    return {part[1:-1] for part in operation.path.split("/") if part.startswith("{")}


def test_nothing_that_was_computed_is_in_any_answer_before_the_draft(
    people: make.People, session: Session, blind: tuple[str, set[str]]
) -> None:
    assessment_id, values = blind
    service_id = make.ok(people.officer.get(f"/v1/assessments/{assessment_id}"))["care_service_id"]
    of = {"assessment_id": assessment_id, "care_service_id": service_id}
    asked = [operation for operation in OPERATIONS if about(operation)]
    assert len(asked) > 35
    answers: dict[str, str] = {}
    for person in (people.officer, people.manager, people.auditor):
        # the officer makes every call; the others change nothing, and read what they may
        for operation in (each for each in asked if person is people.officer or each.method == "GET"):
            said = call(person, operation, session, of)
            assert found_in(said, values) == set(), (operation.id, said)
            answers[operation.id] = answers.get(operation.id, "") + said
            if "{assessment_id}" in operation.path:
                assert not COMPUTED & names_in(said), (operation.id, said)
    assert "1.1.1" in answers["read_validation"]
    assert session.connection().execute(text("SELECT count(*) FROM assessment_result")).scalar_one() == 0

    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/draft"))
    draft = people.officer.get(f"/v1/assessments/{assessment_id}/draft").text
    assert len(found_in(draft, values)) > 6


def test_no_count_moves_with_what_an_officer_finds_while_a_twin_stands_published(
    people: make.People, session: Session
) -> None:
    """The twin's own figures may be read; those of the blind one would be told by what changes with its findings."""
    unusual_framework(session)
    twin = UUID(make.published(people, session, BUT))
    assessment_id = make.validated(people, session, BUT)
    of = {"assessment_id": assessment_id}
    shares = set(computed_values(figures(session, twin)))
    about_it = [each for each in OPERATIONS if each.method == "GET" and names_of(each) == set(of)]
    assert len(about_it) > 10
    for operation in about_it:
        said = said_by(people.officer.get(operation.path.format(**of)))
        assert found_in(said, shares) == set(), (operation.id, said)
    counting = [each for each in OPERATIONS if each.method == "GET" and not names_of(each)]
    assert len(counting) > 10

    def counted() -> dict[str, str]:
        return {each.id: said_by(people.officer.get(each.path)) for each in counting if "workbook" not in each.id}

    before = counted()
    for code in make.questions(people, assessment_id):
        changed = make.finding(code, {code: "requires_improvement" if BUT.get(code) == "poor" else "poor"})
        url = f"/v1/assessments/{assessment_id}/validated-answers/{code}"
        make.ok(people.officer.put(url, json=changed, headers={"If-Match": '"1"'}))
    assert counted() == before


def test_no_rating_stands_in_any_answer_about_it_before_the_draft(
    people: make.People, session: Session, blind: tuple[str, set[str]]
) -> None:
    assessment_id, _ = blind
    for operation in OPERATIONS:
        if operation.method != "GET" or "{assessment_id}" not in operation.path or not about(operation):
            continue
        answer = people.officer.get(operation.path.replace("{assessment_id}", assessment_id))
        if not answer.is_success:
            assert answer.status_code == 409, operation.id
            continue
        said = answer.json()
        assert not isinstance(said, dict) or said.get("rating") is None, operation.id


def test_the_calls_made_are_all_there_are() -> None:
    """A new operation about an assessment is asked too, unless it is about a thing that only a draft has."""
    skipped = {operation.id for operation in OPERATIONS if not about(operation)} - {ISSUING}
    needing = {"comment_id", "correction_id", "plan_id", "request_id", "version"}
    for operation in OPERATIONS:
        if operation.id in skipped:
            assert names_of(operation) & needing, operation.id
