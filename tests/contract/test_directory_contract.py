"""The directory, held to its own OpenAPI document."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from calls_directory import CALLS
from conformance import Contract
from paper_house import PaperHouse
from refusals_directory import REFUSALS, Make

from assay_kit.settings import Settings
from assay_kit.walk import Operation
from directory.clock.routes import get_hands
from directory.main import SERVICE

# RFC 6749 refuses a grant with 400, though the form is as it should be.
CONTRACT = Contract(SERVICE, CALLS, also_expected={"/v1/token": ["400"]})
CONTRACT.app.dependency_overrides[get_hands] = lambda: PaperHouse().hands()

_PRODUCTION = "answered only in production; a test of the directory has it"
EXCUSED = {
    "read_demonstration_clock 404": _PRODUCTION,
    "move_demonstration_clock 404": _PRODUCTION,
    "move_demonstration_clock 503": "a service would have to be down; a test of the directory has it",
    "read_feed 503": "the pool would have to be used up for longer than the wait; a test of the kit has it",
    "upload_evidence 503": "a scanner would have to be down; a test of the directory has it",
    "upload_evidence 413": "takes more than 50 MB; a test of the directory has it",
}


@pytest.fixture(scope="module", autouse=True)
def database(settings: Settings) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(CONTRACT.settings.home))
        yield from CONTRACT.database(settings)


# First the known calls: generated ones move the clock to anywhere.
@pytest.mark.parametrize("operation", CONTRACT.operations, ids=str)
def test_a_known_call_succeeds(operation: Operation) -> None:
    CONTRACT.check_known(operation)


@pytest.mark.parametrize(("operation", "status", "make"), REFUSALS, ids=[f"{each[0]}-{each[1]}" for each in REFUSALS])
def test_a_rule_refuses(operation: str, status: int, make: Make) -> None:
    CONTRACT.check_refused(operation, make, status)


@CONTRACT.schema.parametrize()
@hypothesis.settings(max_examples=10, deadline=None)
def test_answers_as_its_document_says(case: schemathesis.Case[Any]) -> None:
    wait = case.query.get("wait") if isinstance(case.query, dict) else None
    if isinstance(wait, int) and 0 < wait <= 30:
        case.query["wait"] = 1  # schemathesis gives up before the longest that may be asked for
    CONTRACT.check(case)


def test_every_declared_status_was_seen() -> None:
    CONTRACT.assert_every_declared_status_was_seen(EXCUSED)
