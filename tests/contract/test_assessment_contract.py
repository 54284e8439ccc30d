"""The assessment service, held to its own OpenAPI document."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import httpx
import hypothesis
import pytest
import schemathesis
from calls_assessment import ASKING_THE_DIRECTORY, CALLS, REFUSED
from conformance import Contract
from fastapi.testclient import TestClient
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord, PersonRecord, ProviderRecord
from assay_contracts.directory.evidence import EvidenceRecord, EvidenceStanding
from assay_kit.problems import Unavailable
from assay_kit.settings import Settings
from assay_kit.walk import Call, Operation, send
from assessment.main import SERVICE

CONTRACT = Contract(SERVICE, CALLS)

BY_ID = {operation.id: operation for operation in CONTRACT.operations}
EXCUSED: dict[str, str] = {}


class NoDirectory:
    """A directory that does not answer."""

    def provider(self, provider_id: UUID) -> ProviderRecord | None:
        raise httpx.ConnectError(f"nobody answers for {provider_id}")

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None:
        raise httpx.ConnectError(f"nobody answers for {care_service_id}")

    def rely_on_evidence(self, evidence_ids: Iterable[UUID], **about: Any) -> Sequence[EvidenceRecord]:
        raise Unavailable(f"nobody answers for {list(evidence_ids)} of {about}")

    def standing_of_evidence(self, evidence_ids: Iterable[UUID], **about: Any) -> Sequence[EvidenceStanding]:
        raise Unavailable(f"nobody answers for {list(evidence_ids)} of {about}")

    def person(self, subject: str) -> PersonRecord | None:
        raise Unavailable(f"nobody answers for {subject}")


def made(make_call: Callable[[Session], Call]) -> tuple[Call, dict[str, str]]:
    """The call and its caller's headers; what it needs is committed."""
    with Session(CONTRACT.engine, info={"service": SERVICE}, expire_on_commit=False) as session, session.begin():
        call = make_call(session)
    return call, CONTRACT.headers(*call.roles, org=call.org, name=call.name)


@pytest.fixture(scope="module", autouse=True)
def database(settings: Settings) -> Iterator[None]:
    yield from CONTRACT.database(settings)


@CONTRACT.schema.parametrize()
@hypothesis.settings(max_examples=10, deadline=None)
def test_answers_as_its_document_says(case: schemathesis.Case[Any]) -> None:
    CONTRACT.check(case)


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=str)
def test_a_known_call_succeeds(operation: Operation) -> None:
    CONTRACT.check_known(operation)


@pytest.mark.parametrize(("name", "make_call"), REFUSED, ids=[name for name, _ in REFUSED])
def test_a_call_at_the_wrong_stage_is_refused(name: str, make_call: Callable[[Session], Call]) -> None:
    assert CONTRACT._send(BY_ID[name], *made(make_call)) in (409, 412)


@pytest.mark.parametrize("name", ASKING_THE_DIRECTORY)
def test_what_only_the_directory_knows_waits_for_it(name: str) -> None:
    call, headers = made(ASKING_THE_DIRECTORY[name])
    CONTRACT.app.state.directory = NoDirectory()
    try:
        answer = send(TestClient(CONTRACT.app, headers=headers), BY_ID[name], call)
    finally:
        CONTRACT.app.state.directory = None
    # schemathesis takes every 5xx for a failure, so this one is looked at by hand
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "Retry-After" in answer.headers
    CONTRACT._see(name, answer.status_code)


def test_every_declared_status_was_seen() -> None:
    CONTRACT.assert_every_declared_status_was_seen(EXCUSED)
