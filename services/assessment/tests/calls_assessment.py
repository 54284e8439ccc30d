"""For every operation of this service, a call that succeeds. The walk and the contract test make them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import make_assessment as make
import yaml
from sqlalchemy import delete
from sqlmodel import Session
from stage_assessment import ME, OFFICER, REASON, Stage

from assay_contracts.directory.copies import provider_copy
from assay_contracts.roles import Role
from assay_kit.identity import SYSTEM
from assay_kit.walk import Call, KnownCalls
from assessment.frameworks.actions import draft_framework
from assessment.publications.withdrawing import propose_withdrawal
from assessment.tables import AccuracyComment, Assessment, RemedialPlan

Maker = Callable[[Stage], Call]
WHY = {"reason": REASON}
ANSWER = {"rating": "good", "narrative": "With an example."}


def _staff(role: Role, path: Mapping[str, Any] | None = None, body: Any = None) -> Call:
    return Call(path=path or {}, body=body, roles=[role], name=ME)


def _officer(path: Mapping[str, Any] | None = None, body: Any = None) -> Call:
    return _staff(Role.COMPLIANCE_OFFICER, path, body)


def _owner(stage: Stage, path: Mapping[str, Any], body: Any = None) -> Call:
    """A call on something that another provider must not even see."""
    return Call(
        path=path, body=body, roles=[Role.PROVIDER_USER], org=stage.provider_id, name=ME, hidden_from_others=True
    )


def _of(row: Assessment) -> dict[str, Any]:
    return {"assessment_id": row.id}


def _action(stage: Stage) -> dict[str, str]:
    return {"description": "Train", "owner": "Manager", "due_on": stage.later.isoformat(), "measure": "All trained"}


def _plan(row: RemedialPlan) -> dict[str, Any]:
    return {"plan_id": row.id}


def _framework_file(stage: Stage) -> str:
    small = make.framework([[make.standard("1.1")], [make.standard("2.1")], [make.standard("3.1")]])
    content = small.model_dump(mode="json", by_alias=True) | {"version": stage.next_version}
    return yaml.safe_dump(content, sort_keys=False)


def _framework() -> Call:
    return replace(_officer({"version": 1}), shared_because="every provider is assessed under it")


def _on_drafted_framework(stage: Stage) -> Call:
    row = draft_framework(stage.session, _framework_file(stage), by=SYSTEM, now=stage.now)
    return _staff(Role.ADMINISTRATOR, {"version": row.version})


def _decide(stage: Stage) -> Call:
    comment: AccuracyComment = stage.comment()
    path = {"assessment_id": comment.assessment_id, "comment_id": comment.id}
    return _officer(path, {"outcome": "accepted", "reason": REASON, "new_rating": "excellent"})


def _decide_correction(stage: Stage) -> Call:
    correction = stage.correction()
    path = {"assessment_id": correction.assessment_id, "correction_id": correction.id}
    return _staff(Role.COMMISSIONING_MANAGER, path, {"outcome": "agreed", "reason": REASON})


def _propose(stage: Stage) -> Call:
    old, new = stage.replaced()
    return _officer(_of(old), {"replacement_id": str(new.id), "reason": REASON})


def _withdraw(stage: Stage) -> Call:
    old, new = stage.replaced()
    about: dict[str, Any] = {"replacement_id": new.id, "reason": REASON}
    proposed = propose_withdrawal(stage.session, old.id, **about, by=OFFICER, now=stage.now)
    return _staff(Role.COMMISSIONING_MANAGER, _of(old), {"proposal_id": str(proposed.id)})


_IMPORT = {"rating": "good", "published_on": "1999-11-03", "source": "Register of 1999"}


def _import(stage: Stage) -> Call:
    return _staff(Role.COMMISSIONING_MANAGER, body=_IMPORT | {"care_service_id": str(stage.service().id)})


def _with_action(stage: Stage, plan: RemedialPlan) -> dict[str, Any]:
    return _plan(plan) | {"action_id": stage.action_id(plan)}


def _counted(stage: Stage, role: Role) -> Call:
    stage.published()
    return _staff(role)


def _read_first(call: Call) -> Call:
    """The same, of an action that the caller has read."""
    return replace(call, headers={"If-Match": '"1"'})


def _add_action(stage: Stage) -> Call:
    plan = stage.plan()
    return _owner(stage, _plan(plan) | {"issue_id": stage.issue_id(plan)}, _action(stage))


def _verify(stage: Stage) -> Call:
    plan = stage.approved_plan()
    body = {"outcome": "completely_remedied", "reason": REASON}
    return _officer(_plan(plan) | {"issue_id": stage.issue_id(plan)}, body)


HANDING_OVER = WHY | {"reviewer": "person:sam-second", "reviewer_name": "Sam Second"}
DECISION = {"step": "decline", "reason": REASON}
ASSIGNING = {"officer": "person:sam-second", "officer_name": "Sam Second", "leads": True}
DELEGATING = {"subject": "person:known-caller", "answer_by": "9999-12-31"}


def _section(row: Assessment) -> dict[str, Any]:
    return _of(row) | {"standard": "1.1"}


def _many(care_service_id: UUID) -> dict[str, Any]:
    return {"due_before": "9999-12-31", "care_service_ids": [str(care_service_id)]}


FINDING = {"agrees": True, "evidence_kinds": ["records"]}
VISIT = {"visited_on": "1999-12-31", "announced": True, "roles_met": ["carer"]}
COMMENT = {"question": "1.1.1", "comment": REASON}
CORRECTING = {"question": "1.1.1", "rating": "excellent", "reason": REASON}
REVIEW = {"outcome": "upheld", "reason": REASON}

_MAKERS: Mapping[str, Maker] = {
    "list_frameworks": lambda _: _officer(),
    "draft_framework": lambda s: _staff(Role.ADMINISTRATOR, body={"yaml": _framework_file(s)}),
    "read_framework": lambda _: _framework(),
    "read_framework_file": lambda _: _framework(),
    "read_framework_differences": lambda _: replace(_framework(), query={"since": 2}),
    "read_rule_page": lambda _: Call(path={"version": 1}),
    "publish_framework": _on_drafted_framework,
    "discard_framework": _on_drafted_framework,
    "list_programme": lambda _: _officer(),
    "read_programme_year": lambda _: _officer(),
    "schedule_assessments": lambda s: _officer(body=_many(s.awaited())),
    "list_due_dates": lambda s: _owner(s, {"care_service_id": s.service().id}),
    "schedule_assessment": lambda s: _officer(body={"care_service_id": str(s.service().id)}),
    "list_assessments": lambda _: _officer(),
    "read_assessment": lambda s: _owner(s, _of(s.scheduled())),
    "read_assignments": lambda s: _officer(_of(s.restricted())),
    "assign_officer": lambda s: _officer(_of(s.restricted()), ASSIGNING),
    "restrict_assessment": lambda s: _officer(_of(s.scheduled()), WHY),
    "lift_restriction": lambda s: _officer(_of(s.restricted()), WHY),
    "remove_officer": lambda s: _staff(
        Role.COMMISSIONING_MANAGER, _of(s.validating()) | {"subject": OFFICER.subject}, WHY
    ),
    "read_sections": lambda s: _owner(s, _of(s.assessing())),
    "delegate_section": lambda s: _owner(s, _section(s.assessing()), DELEGATING),
    "end_delegation": lambda s: _owner(s, _section(s.delegated())),
    "carry_over_answers": lambda s: _owner(s, _of(s.again())),
    "read_assessment_timeline": lambda s: _owner(s, _of(s.scheduled())),
    "cancel_assessment": lambda s: _officer(_of(s.scheduled()), WHY),
    "begin_self_assessment": lambda s: _owner(s, _of(s.opened())),
    "read_self_assessment": lambda s: _owner(s, _of(s.assessing())),
    "read_named_evidence": lambda s: _owner(s, _of(s.answered_with_evidence())),
    "save_answer": lambda s: _owner(s, _of(s.assessing()) | {"question": "1.1.1"}, ANSWER),
    "save_answers": lambda s: _owner(s, _of(s.assessing()), {"answers": [{"question": "1.1.1", **ANSWER}]}),
    "submit_self_assessment": lambda s: _owner(s, _of(s.answered()), make.DECLARATION),
    "begin_validation": lambda s: _officer(_of(s.submitted()), {}),
    "read_validation": lambda s: _owner(s, _of(s.drafted())),
    "record_finding": lambda s: _officer(_of(s.validating()) | {"question": "1.1.1"}, FINDING),
    "record_findings": lambda s: _officer(_of(s.validating()), {"findings": [{"question": "1.1.1", **FINDING}]}),
    "list_visits": lambda s: _owner(s, _of(s.drafted())),
    "record_visit": lambda s: _officer(_of(s.validating()), VISIT),
    "issue_draft": lambda s: _officer(_of(s.validated())),
    "read_draft": lambda s: _owner(s, _of(s.drafted())),
    "list_accuracy_comments": lambda s: _owner(s, _of(s.drafted())),
    "comment_on_accuracy": lambda s: _owner(s, _of(s.drafted()), COMMENT),
    "decide_accuracy_comment": _decide,
    "list_corrections": lambda s: _officer({"assessment_id": s.correction().assessment_id}),
    "propose_correction": lambda s: _officer(_of(s.drafted()), CORRECTING),
    "decide_correction": _decide_correction,
    "confirm_accuracy": lambda s: _owner(s, _of(s.drafted())),
    "dispute_draft": lambda s: _owner(s, _of(s.drafted()), WHY),
    "begin_senior_review": lambda s: _staff(Role.COMMISSIONING_MANAGER, _of(s.disputed())),
    "hand_review_over": lambda s: _staff(Role.COMMISSIONING_MANAGER, _of(s.disputed()), HANDING_OVER),
    "conclude_senior_review": lambda s: _officer(_of(s.reviewing()), REVIEW),
    "publish_rating": lambda s: _officer(_of(s.confirmed())),
    "recompute_rating": lambda s: _owner(s, _of(s.published())),
    "propose_withdrawal": _propose,
    "read_withdrawal_proposal": lambda s: replace(_withdraw(s), roles=[Role.AUDITOR], body=None),
    "withdraw_rating": _withdraw,
    "refuse_withdrawal": lambda s: replace(_withdraw(s), body=WHY),
    "record_imported_rating": _import,
    "read_rating": lambda s: _owner(s, {"care_service_id": s.service().id}),
    "read_report": lambda s: _owner(s, _of(s.drafted())),
    "read_report_pdf": lambda s: _owner(s, _of(s.drafted())),
    "read_report_word": lambda s: _owner(s, _of(s.drafted())),
    "read_public_summary": lambda s: _owner(s, _of(s.published())),
    "read_public_summary_pdf": lambda s: _owner(s, _of(s.published())),
    "read_plan_report": lambda s: _owner(s, _plan(s.written_plan())),
    "read_plan_pdf": lambda s: _owner(s, _plan(s.written_plan())),
    "read_plan_word": lambda s: _owner(s, _plan(s.written_plan())),
    "export_programme_csv": lambda _: _officer(),
    "export_programme_workbook": lambda _: _officer(),
    "export_results_csv": lambda _: _officer(),
    "export_results_workbook": lambda _: _officer(),
    "recompute_ratings": lambda _: _staff(Role.AUDITOR),
    "read_gaps_by_question": lambda s: _counted(s, Role.COMPLIANCE_OFFICER),
    "read_gaps_by_provider": lambda s: _counted(s, Role.COMPLIANCE_OFFICER),
    "read_gaps_by_officer": lambda s: _counted(s, Role.AUDITOR),
    "read_distribution": lambda s: _counted(s, Role.COMPLIANCE_OFFICER),
    "read_programme_progress": lambda s: _counted(s, Role.COMPLIANCE_OFFICER),
    "compare_with_last_time": lambda s: _owner(s, _of(s.replaced()[1])),
    "read_benchmark": lambda s: _owner(s, _of(s.drafted())),
    "ask_for_reassessment": lambda s: _owner(s, _plan(s.closed_plan()), WHY),
    "list_reassessment_requests": lambda _: _officer(),
    "decide_reassessment": lambda s: _officer({"request_id": s.request().id}, DECISION),
    "list_plans": lambda _: _officer(),
    "read_plan": lambda s: _owner(s, _plan(s.plan())),
    "add_action": _add_action,
    "change_action": lambda s: _read_first(_owner(s, _with_action(s, s.written_plan()), _action(s))),
    "remove_action": lambda s: _read_first(_owner(s, _with_action(s, s.written_plan()))),
    "submit_plan": lambda s: _owner(s, _plan(s.written_plan())),
    "return_plan": lambda s: _officer(_plan(s.submitted_plan()), WHY),
    "approve_plan": lambda s: _officer(_plan(s.submitted_plan())),
    "close_plan": lambda s: _officer(_plan(s.verified_plan())),
    "note_progress": lambda s: _owner(s, _with_action(s, s.approved_plan()), {"progress": "done", "note": "Done."}),
    "extend_action": lambda s: _officer(
        _with_action(s, s.approved_plan()), WHY | {"due_on": s.later_still.isoformat()}
    ),
    "verify_issue": _verify,
}


def _stale(stage: Stage) -> Call:
    call = _owner(stage, _with_action(stage, stage.written_plan()), _action(stage))
    return replace(call, headers={"If-Match": '"99"'})


# Calls that come at the wrong stage, where repeating the call that succeeds would succeed again.
_BACKWARDS = {"first": "2026-03-02", "last": "2026-03-01"}
_TOO_SOON: Sequence[tuple[str, Maker]] = (
    ("discard_framework", lambda _: _staff(Role.ADMINISTRATOR, {"version": 1})),
    ("read_draft", lambda s: _owner(s, _of(s.scheduled()))),
    ("read_report", lambda s: _owner(s, _of(s.scheduled()))),
    ("read_report_pdf", lambda s: _owner(s, _of(s.scheduled()))),
    ("read_report_word", lambda s: _owner(s, _of(s.scheduled()))),
    ("read_public_summary", lambda s: _owner(s, _of(s.drafted()))),
    ("read_public_summary_pdf", lambda s: _owner(s, _of(s.drafted()))),
    ("compare_with_last_time", lambda s: _owner(s, _of(s.scheduled()))),
    ("read_benchmark", lambda s: _owner(s, _of(s.scheduled()))),
    ("ask_for_reassessment", lambda s: _owner(s, _plan(s.plan()), WHY)),
    ("recompute_rating", lambda s: _owner(s, _of(s.scheduled()))),
    ("read_self_assessment", lambda s: _officer(_of(s.scheduled()))),
    ("read_validation", lambda s: _officer(_of(s.scheduled()))),
    ("read_sections", lambda s: _officer(_of(s.scheduled()))),
    ("read_named_evidence", lambda s: _officer(_of(s.answered()))),
    ("delegate_section", lambda s: _owner(s, _section(s.scheduled()), DELEGATING)),
    ("end_delegation", lambda s: _owner(s, _section(s.scheduled()))),
    ("carry_over_answers", lambda s: _owner(s, _of(s.assessing()))),
    ("assign_officer", lambda s: _officer(_of(s.published()), ASSIGNING)),
    ("hand_review_over", lambda s: _staff(Role.COMMISSIONING_MANAGER, _of(s.drafted()), HANDING_OVER)),
    ("list_visits", lambda s: _owner(s, _of(s.scheduled()))),
    ("record_finding", lambda s: _officer(_of(s.scheduled()) | {"question": "1.1.1"}, FINDING)),
    ("record_findings", lambda s: _officer(_of(s.scheduled()), {"findings": [{"question": "1.1.1", **FINDING}]})),
    ("record_visit", lambda s: _officer(_of(s.scheduled()), VISIT)),
    ("save_answer", lambda s: _owner(s, _of(s.scheduled()) | {"question": "1.1.1"}, ANSWER)),
    ("save_answers", lambda s: _owner(s, _of(s.scheduled()), {"answers": [{"question": "1.1.1", **ANSWER}]})),
    ("comment_on_accuracy", lambda s: _owner(s, _of(s.confirmed()), COMMENT)),
    ("propose_correction", lambda s: _officer(_of(s.scheduled()), CORRECTING)),
    ("change_action", lambda s: _owner(s, _with_action(s, s.approved_plan()), _action(s))),
    ("remove_action", lambda s: _owner(s, _with_action(s, s.approved_plan()))),
    ("remove_action", lambda s: _owner(s, _with_action(s, s.written_plan()))),
    ("note_progress", lambda s: _owner(s, _with_action(s, s.written_plan()), {"progress": "done", "note": "Done."})),
    ("extend_action", lambda s: _officer(_with_action(s, s.written_plan()), WHY | {"due_on": s.later.isoformat()})),
    ("change_action", _stale),
    *(
        (name, lambda _: replace(_staff(Role.COMMISSIONING_MANAGER), query=_BACKWARDS))
        for name in (
            "read_gaps_by_question",
            "read_gaps_by_provider",
            "read_gaps_by_officer",
            "read_programme_progress",
            "export_results_csv",
            "export_results_workbook",
        )
    ),
)


def _nameless(stage: Stage) -> Call:
    """A report on a provider of which there is no copy here."""
    found = stage.drafted()
    stage.session.execute(delete(provider_copy).where(provider_copy.c.id == stage.provider_id))
    return _owner(stage, _of(found))


def _nameless_summary(stage: Stage) -> Call:
    found = stage.published()
    stage.session.execute(delete(provider_copy).where(provider_copy.c.id == stage.provider_id))
    return _owner(stage, _of(found))


def _nameless_plan(stage: Stage) -> Call:
    plan = stage.plan()
    stage.session.execute(delete(provider_copy).where(provider_copy.c.id == stage.provider_id))
    return _owner(stage, _plan(plan))


def _add_too_late(stage: Stage) -> Call:
    plan = stage.approved_plan()
    return _owner(stage, _plan(plan) | {"issue_id": stage.issue_id(plan)}, _action(stage))


def _submit_with_evidence(stage: Stage) -> Call:
    return _owner(stage, _of(stage.answered_with_evidence()), make.DECLARATION)


def _on_evidence(stage: Stage) -> Call:
    return _owner(stage, _of(stage.answered_with_evidence()))


def _again_with_evidence(stage: Stage) -> Call:
    return _owner(stage, _of(stage.again_with_evidence()))


def _delegate_to_another(stage: Stage) -> Call:
    return _owner(stage, _section(stage.assessing()), DELEGATING | {"subject": str(uuid4())})


def _comment_with_evidence(stage: Stage) -> Call:
    return _owner(stage, _of(stage.drafted()), COMMENT | {"evidence_ids": [str(uuid4())]})


def _note_with_evidence(stage: Stage) -> Call:
    note = {"progress": "done", "note": "Done.", "evidence_ids": [str(uuid4())]}
    return _owner(stage, _with_action(stage, stage.approved_plan()), note)


def _on_a_stage(make_call: Maker) -> Callable[[Session], Call]:
    return lambda session: make_call(Stage(session))


CALLS: KnownCalls = {name: _on_a_stage(make_call) for name, make_call in _MAKERS.items()}
REFUSED: Sequence[tuple[str, Callable[[Session], Call]]] = [
    (name, _on_a_stage(make_call)) for name, make_call in (*_TOO_SOON, ("add_action", _add_too_late))
]

# Calls about what only the directory can know.
ASKING_THE_DIRECTORY: KnownCalls = {
    "submit_self_assessment": lambda s: _submit_with_evidence(Stage(s)),
    "read_named_evidence": lambda s: _on_evidence(Stage(s)),
    "carry_over_answers": lambda s: _again_with_evidence(Stage(s)),
    "delegate_section": lambda s: _delegate_to_another(Stage(s)),
    "comment_on_accuracy": lambda s: _comment_with_evidence(Stage(s)),
    "note_progress": lambda s: _note_with_evidence(Stage(s)),
    "read_report": lambda s: _nameless(Stage(s)),
    "read_report_pdf": lambda s: _nameless(Stage(s)),
    "read_report_word": lambda s: _nameless(Stage(s)),
    "read_public_summary": lambda s: _nameless_summary(Stage(s)),
    "read_public_summary_pdf": lambda s: _nameless_summary(Stage(s)),
    "read_plan_report": lambda s: _nameless_plan(Stage(s)),
    "read_plan_pdf": lambda s: _nameless_plan(Stage(s)),
    "read_plan_word": lambda s: _nameless_plan(Stage(s)),
    "list_due_dates": lambda _: _officer({"care_service_id": uuid4()}),
    "read_rating": lambda _: _officer({"care_service_id": uuid4()}),
    "schedule_assessments": lambda s: _officer(body=_many(Stage(s).awaited(uuid4()))),
    "schedule_assessment": lambda _: _officer(body={"care_service_id": str(uuid4())}),
    "record_imported_rating": lambda s: replace(_import(Stage(s)), body=_IMPORT | {"care_service_id": str(uuid4())}),
}
