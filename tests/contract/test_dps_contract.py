"""The service held to its own OpenAPI document, and every status that the document declares seen at least once."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from calls_dps import CALLS
from calls_dps_refused import REFUSED
from conformance import Contract
from make_dps import CouncilDirectory

from assay_kit.settings import Settings
from assay_kit.walk import Operation
from dps_admission.main import SERVICE

contract = Contract(SERVICE, CALLS)
# Statuses that a generated or known call cannot bring about, and the test that does.
EXCUSED = {
    "affirm_membership 409": "test_upkeep: a late declaration lifts the suspension once it is verified",
    "answer_invitation 409": "test_procurements: nobody reads a tender before the period is over",
    "check_insurance 409": "test_insurance_at_award: an award waits for a check of the insurance",
    "ask_to_affirm 409": "test_upkeep: a renewed declaration on request is due within five working days",
    "invite_to_tender 409": "test_procurements: the law gives ten days to tender",
    "review_suspension 409": "test_upkeep: a suspension is looked at again and does not lift by time",
    "ask_for_clarification 409": "test_evaluating: a refusal waits for the window",
    "change_validity 409": "test_schemes: a 2015 DPS is not extended after the transition",
    "edit_lot 409": "test_schemes: what was advertised stays",
    "edit_question_set 409": "test_schemes: a published question set is frozen",
    "edit_scheme 409": "test_schemes: what was advertised stays",
    "give_removal_notice 409": "test_removals: removal takes reasons first time to answer and a second person",
    "read_record_package 503": "test_open_data: in earnest nothing is published under a name that is nobodys",
    "read_release_package 503": "test_open_data: in earnest nothing is published under a name that is nobodys",
    "read_record_package 304": "test_open_data: who has a package as it is is sent nothing",
    "read_release_package 304": "test_open_data: who has a package as it is is sent nothing",
    "report_change_of_circumstances 409": "test_circumstances: a change names a day that has come",
    "run_checks_again 409": "test_checks_before_deciding: what is decided is checked no more",
    "prove_application 409": "test_applying: a draft is saved again and again",
    "record_consensus 409": "test_evaluating: a moderator settles where evaluators differ",
    "save_draft 409": "test_applying: what was submitted is frozen",
    "save_scores 409": "test_evaluating: an evaluator declares before scoring",
    "start_application 404": "test_applying: answers are copied from an earlier application",
    "start_application 409": "test_schemes: nobody applies while a lot is paused or the DPS closed",
    "submit_application 412": "test_applying: a draft is saved again and again",
}


@pytest.fixture(scope="module", autouse=True)
def _database(settings: Settings) -> Iterator[None]:
    contract.app.state.directory = CouncilDirectory()
    yield from contract.database(settings)


@pytest.mark.parametrize("operation", contract.operations, ids=str)
def test_a_known_call_is_answered_as_the_document_says(operation: Operation) -> None:
    contract.check_known(operation)


@pytest.mark.parametrize("operation", REFUSED)
def test_a_rule_refuses(operation: str) -> None:
    contract.check_refused(operation, REFUSED[operation], 409)


@contract.schema.parametrize()
@hypothesis.settings(max_examples=10, deadline=None)
def test_it_answers_as_its_document_says(case: "schemathesis.Case[Any]") -> None:
    contract.check(case)


def test_every_declared_status_was_seen() -> None:
    contract.assert_every_declared_status_was_seen(EXCUSED)
