"""Early warning held to its own OpenAPI document, and every status that the document declares seen at least once."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from calls_risk import CALLS
from conformance import Contract
from refusals_risk import ANSWERS, Make

from assay_contracts.directory.client import FakeDirectory
from assay_kit.settings import Settings
from assay_kit.walk import Operation
from risk.main import SERVICE

EXCUSED = {"add_attachment 503": "a scanner would have to be down; a test of early warning has it"}

contract = Contract(SERVICE, CALLS)


@pytest.fixture(scope="module", autouse=True)
def _database(settings: Settings) -> Iterator[None]:
    contract.app.state.directory = FakeDirectory()
    yield from contract.database(settings)


@pytest.mark.parametrize("operation", contract.operations, ids=str)
def test_a_known_call_is_answered_as_the_document_says(operation: Operation) -> None:
    contract.check_known(operation)


@pytest.mark.parametrize(("operation", "status", "make"), ANSWERS, ids=[f"{each[0]}-{each[1]}" for each in ANSWERS])
def test_a_rule_answers(operation: str, status: int, make: Make) -> None:
    contract.check_refused(operation, make, status)


@contract.schema.parametrize()
@hypothesis.settings(max_examples=10, deadline=None)
def test_it_answers_as_its_document_says(case: "schemathesis.Case[Any]") -> None:
    contract.check(case)


def test_every_declared_status_was_seen() -> None:
    contract.assert_every_declared_status_was_seen(EXCUSED)
