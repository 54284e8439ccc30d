"""The whole of an assessment is opened in a fixed number of statements, however much there is in it."""

from collections.abc import Sequence

import make_assessment as make
from fastapi.testclient import TestClient
from sqlmodel import Session
from stage_assessment import Stage

from assay_contracts.roles import Role
from assessment.tables import Assessment

MOST = 12


def asked(session: Session, client: TestClient, row: Assessment, *paths: str) -> Sequence[int]:
    """How many statements it takes to open each part."""
    counts = []
    for path in paths:
        url = f"/v1/assessments/{row.id}{path}"
        make.ok(client.get(url))
        session.expire_all()
        with make.statements(session) as statements:
            make.ok(client.get(url))
        counts.append(len(statements))
    return counts


def test_a_self_assessment_opens_in_as_many_statements_full_as_empty(
    people: make.People, session: Session, client_as: make.ClientAs
) -> None:
    stage, paths = Stage(session), ("/answers", "/sections")
    client = client_as(Role.PROVIDER_USER, org=stage.provider_id, name="Pat Provider")
    empty, full = (asked(session, client, row, *paths) for row in (stage.assessing(), stage.answered_with_evidence()))
    assert empty == full
    assert max(full) <= MOST


def test_a_validation_and_its_draft_open_in_as_many_statements_full_as_empty(
    people: make.People, session: Session
) -> None:
    stage = Stage(session)
    paths = ("/answers", "/validated-answers")
    few = asked(session, people.officer, stage.validating(), *paths)
    drafted = stage.drafted({"1.1.1": "poor"})
    assert few == asked(session, people.officer, drafted, *paths)
    assert max(few) <= MOST
    [draft] = asked(session, people.officer, drafted, "/draft")
    assert draft <= MOST
