"""Calls that a rule refuses or that wait for a person, one for each answer no generated request is likely to meet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import make_risk as make
from calls_casework import closed, in_a_file, settled
from calls_risk import CALLS, proposed_intervention
from calls_runs import unfinished
from calls_shared import PROPOSER, REASON, now_of
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.walk import Call
from risk.attachments.rules import MOST_BYTES
from risk.interventions import actions as interventions
from risk.interventions.answers import read_representation
from risk.interventions.repository import Interventions
from risk.interventions.rules import Step

Make = Callable[[Session], Call]

NO_SUCH_VERSION = {"version": 999_999}
SHIPPED = {"version": 1}  # published, so frozen
LAST_OF_DAYS = "9999-12-31"


def _with(operation: str, **change: Any) -> Make:
    """The known call of `operation`, with something else in its body."""

    def call(session: Session) -> Call:
        known = CALLS[operation](session)
        return replace(known, body=known.body | change)

    return call


def _at(operation: str, path: dict[str, Any]) -> Make:
    """The known call of `operation`, of something else."""

    def call(session: Session) -> Call:
        return replace(CALLS[operation](session), path=path)

    return call


def _asking(operation: str, **query: str) -> Make:
    """The known call of `operation`, asking for something else."""

    def call(session: Session) -> Call:
        known = CALLS[operation](session)
        return replace(known, query={**known.query, **query})

    return call


def _stale(session: Session) -> Call:
    return replace(CALLS["edit_scoring_model"](session), headers={"if-match": '"7"'})


def _another_plan(session: Session) -> Call:
    return replace(CALLS["plan_continuity"](session), headers={"if-match": '"7"'})


def _gap(operation: str) -> Make:
    """A policy whose first range has no end."""

    def call(session: Session) -> Call:
        known = CALLS[operation](session)
        deaths = known.body["policy"]["unexpected_deaths"] | {"steps": [{"up_to": 0, "level": "none"}]}
        return replace(known, body=known.body | {"policy": known.body["policy"] | {"unexpected_deaths": deaths}})

    return call


def _answer_to_what_ended(session: Session) -> Call:
    """Its provider answers an embargo that was lifted in between."""
    known = CALLS["make_representations"](session)
    lifted = known.path["intervention_id"]
    interventions.end(session, lifted, Step.LIFT, REASON["reason"], by=PROPOSER, now=now_of(session))
    return known


def _read_already(session: Session) -> Call:
    known = CALLS["read_representation"](session)
    read_representation(session, *known.path.values(), by=PROPOSER, now=now_of(session))
    return known


def _settle_before_issue(session: Session) -> Call:
    proposed = proposed_intervention(session, conditions=[{"wording": "A medicines audit."}])
    [condition] = Interventions(session).conditions(proposed.id)
    known = CALLS["settle_condition"](session)
    return replace(known, path={"intervention_id": proposed.id, "condition_id": condition.id})


def _queued(operation: str) -> Make:
    """An item about a location that no service is at."""

    def call(session: Session) -> Call:
        known = CALLS[operation](session)
        elsewhere = {"care_service_id": None, "cqc_location_id": "1-404", "source_reference": f"Q-{uuid4().hex}"}
        return replace(known, body=known.body | elsewhere)

    return call


def _as_file(content: bytes, filename: str) -> Make:
    def call(session: Session) -> Call:
        known = CALLS["add_attachment"](session)
        return replace(known, content=content, query={**known.query, "filename": filename})

    return call


def _letter_of_a_proposal(session: Session) -> Call:
    path = {"intervention_id": proposed_intervention(session).id}
    return Call(path=path, roles=[Role.COMPLIANCE_OFFICER])


def _letter_of_what_goes_on(session: Session) -> Call:
    return CALLS["read_intervention_letter"](session)


def _key_of_nobody(session: Session) -> Call:
    return _with("record_register_reading", key=f"N{uuid4().hex[:8]}")(session)


def _in_two_places(session: Session) -> Call:
    service = make.green_service(session)
    return _with("send_unexpected_death", care_service_id=str(service.id), cqc_location_id="1-404")(session)


ANSWERS: list[tuple[str, int, Make]] = [
    ("propose_override", 409, _with("propose_override", last_day=LAST_OF_DAYS)),
    ("propose_intervention", 409, _with("propose_intervention", review_on=LAST_OF_DAYS)),
    ("issue_urgent_embargo", 409, _with("issue_urgent_embargo", review_on=LAST_OF_DAYS)),
    ("plan_continuity", 412, _another_plan),
    ("plan_continuity", 409, _with("plan_continuity", ends_on="2025-12-31")),
    ("settle_condition", 409, _settle_before_issue),
    ("make_representations", 409, _answer_to_what_ended),
    (
        "read_representation",
        404,
        _at("read_representation", {"intervention_id": uuid4(), "representation_id": uuid4()}),
    ),
    ("record_intelligence", 409, _with("record_intelligence", event_on=LAST_OF_DAYS)),
    ("send_safeguarding_decision", 202, _queued("send_safeguarding_decision")),
    ("send_safeguarding_decision", 409, _with("send_safeguarding_decision", care_service_id=None)),
    ("send_unexpected_death", 202, _queued("send_unexpected_death")),
    ("send_unexpected_death", 409, _in_two_places),
    ("send_contracting_concern", 202, _queued("send_contracting_concern")),
    ("send_contracting_concern", 409, _with("send_contracting_concern", raised_on=LAST_OF_DAYS)),
    ("record_register_reading", 409, _key_of_nobody),
    ("record_register_reading", 422, _with("record_register_reading", reading={"value": 5})),
    ("record_feed_delivery", 409, _with("record_feed_delivery", row_count=10_000)),
    ("settle_concern", 409, settled),
    ("add_attachment", 404, _at("add_attachment", {"entry_id": uuid4()})),
    ("add_attachment", 409, _as_file(b"Monday: Ada\n", "rota.pdf")),
    ("add_attachment", 413, _as_file(b"a" * (MOST_BYTES + 1), "rota.txt")),
    ("import_intelligence", 201, lambda session: in_a_file(session, is_dry_run=False)),
    ("import_intelligence", 409, lambda session: in_a_file(session, is_dry_run=False, row_count=7)),
    ("open_case_file", 404, _with("open_case_file", care_service_id=str(uuid4()))),
    ("open_case_file", 409, _with("open_case_file", review_on=LAST_OF_DAYS)),
    ("review_case_file", 409, _with("review_case_file", next_review_on=LAST_OF_DAYS)),
    ("record_visit", 409, _with("record_visit", visited_on=LAST_OF_DAYS)),
    ("add_case_action", 409, _with("add_case_action", due_on="1995-01-05")),
    ("assign_case_file", 409, closed("assign_case_file")),
    ("close_case_file", 409, closed("close_case_file")),
    ("review_intervention", 409, _with("review_intervention", next_review_on=LAST_OF_DAYS)),
    ("read_intervention_letter", 409, _letter_of_a_proposal),
    ("read_ending_letter", 409, _letter_of_what_goes_on),
    ("draft_scoring_model", 409, _gap("draft_scoring_model")),
    ("read_scoring_model", 404, _at("read_scoring_model", NO_SUCH_VERSION)),
    ("edit_scoring_model", 404, _at("edit_scoring_model", NO_SUCH_VERSION)),
    ("edit_scoring_model", 409, _at("edit_scoring_model", SHIPPED)),
    ("edit_scoring_model", 409, _gap("edit_scoring_model")),
    ("edit_scoring_model", 412, _stale),
    ("approve_scoring_model", 412, _with("approve_scoring_model", edition=7)),
    ("approve_scoring_model", 404, _at("approve_scoring_model", NO_SUCH_VERSION)),
    ("approve_scoring_model", 409, _at("approve_scoring_model", SHIPPED)),
    ("take_back_scoring_model", 404, _at("take_back_scoring_model", NO_SUCH_VERSION)),
    ("take_back_scoring_model", 409, _at("take_back_scoring_model", SHIPPED)),
    ("read_scoring_model_in_words", 404, _at("read_scoring_model_in_words", NO_SUCH_VERSION)),
    ("ask_for_dry_run", 404, _with("ask_for_dry_run", version=999_999)),
    ("ask_for_dry_run", 409, _with("ask_for_dry_run", on=LAST_OF_DAYS)),
    ("list_dry_run_changes", 409, unfinished),
    ("export_dry_run_changes", 409, unfinished),
    ("ask_for_outcome_check", 404, _with("ask_for_outcome_check", version=999_999)),
    ("ask_for_outcome_check", 409, _with("ask_for_outcome_check", last_day=LAST_OF_DAYS)),
    ("read_dashboard_history", 409, _asking("read_dashboard_history", first_day=LAST_OF_DAYS)),
]
