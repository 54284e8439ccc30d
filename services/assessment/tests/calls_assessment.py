"""For every operation of this service, a call that succeeds. The walk and the contract test make them."""

from collections.abc import Callable, Mapping
from typing import Any

import make_assessment as make
import yaml
from sqlmodel import Session
from stage_assessment import LATER, ME, NOW, OFFICER, REASON, Stage

from assay_contracts.roles import Role
from assay_kit.identity import SYSTEM
from assay_kit.walk import Call, KnownCalls
from assessment.frameworks.actions import draft_framework
from assessment.publications.actions import propose_withdrawal
from assessment.tables import AccuracyComment, Assessment, RemedialPlan

Maker = Callable[[Stage], Call]
WHY = {"reason": REASON}
ANSWER = {"rating": "good", "narrative": "With an example."}
ACTION = {"description": "Train", "owner": "Manager", "due_on": LATER.isoformat(), "measure": "All trained"}


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


def _plan(row: RemedialPlan) -> dict[str, Any]:
    return {"plan_id": row.id}


def _framework_file(stage: Stage) -> str:
    small = make.framework([[make.standard("1.1")], [make.standard("2.1")], [make.standard("3.1")]])
    content = small.model_dump(mode="json", by_alias=True) | {"version": stage.next_version}
    return yaml.safe_dump(content, sort_keys=False)


def _publish_framework(stage: Stage) -> Call:
    row = draft_framework(stage.session, _framework_file(stage), by=SYSTEM, now=NOW)
    return _staff(Role.ADMINISTRATOR, {"version": row.version})


def _decide(stage: Stage) -> Call:
    comment: AccuracyComment = stage.comment()
    path = {"assessment_id": comment.assessment_id, "comment_id": comment.id}
    return _officer(path, {"outcome": "accepted", "reason": REASON, "new_rating": "excellent"})


def _propose(stage: Stage) -> Call:
    old, new = stage.replaced()
    return _officer(_of(old), {"replacement_id": str(new.id), "reason": REASON})


def _withdraw(stage: Stage) -> Call:
    old, new = stage.replaced()
    propose_withdrawal(stage.session, old.id, replacement_id=new.id, reason=REASON, by=OFFICER, now=NOW)
    return _staff(Role.COMMISSIONING_MANAGER, _of(old))


def _import(stage: Stage) -> Call:
    body = {
        "care_service_id": str(stage.service().id),
        "rating": "good",
        "published_on": "2025-11-03",
        "source": "Register of 2025",
    }
    return _staff(Role.COMMISSIONING_MANAGER, body=body)


def _with_action(stage: Stage, plan: RemedialPlan) -> dict[str, Any]:
    return _plan(plan) | {"action_id": stage.action_id(plan)}


def _add_action(stage: Stage) -> Call:
    plan = stage.plan()
    return _owner(stage, _plan(plan) | {"issue_id": stage.issue_id(plan)}, ACTION)


def _verify(stage: Stage) -> Call:
    plan = stage.approved_plan()
    body = {"outcome": "completely_remedied", "reason": REASON}
    return _officer(_plan(plan) | {"issue_id": stage.issue_id(plan)}, body)


FINDING = {"agrees": True, "evidence_kinds": ["records"]}
VISIT = {"visited_on": "2026-01-05", "announced": True, "roles_met": ["carer"]}
COMMENT = {"question": "1.1.1", "comment": REASON}
REVIEW = {"outcome": "upheld", "reason": REASON}

_MAKERS: Mapping[str, Maker] = {
    "list_frameworks": lambda _: _officer(),
    "draft_framework": lambda s: _staff(Role.ADMINISTRATOR, body={"yaml": _framework_file(s)}),
    "read_framework": lambda _: _officer({"version": 1}),
    "read_rule_page": lambda _: Call(path={"version": 1}),
    "publish_framework": _publish_framework,
    "list_programme": lambda _: _officer(),
    "list_due_dates": lambda s: _owner(s, {"care_service_id": s.service().id}),
    "schedule_assessment": lambda s: _officer(body={"care_service_id": str(s.service().id)}),
    "list_assessments": lambda _: _officer(),
    "read_assessment": lambda s: _owner(s, _of(s.scheduled())),
    "read_assessment_timeline": lambda s: _owner(s, _of(s.scheduled())),
    "cancel_assessment": lambda s: _officer(_of(s.scheduled()), WHY),
    "begin_self_assessment": lambda s: _owner(s, _of(s.scheduled())),
    "read_self_assessment": lambda s: _owner(s, _of(s.assessing())),
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
    "confirm_accuracy": lambda s: _owner(s, _of(s.drafted())),
    "dispute_draft": lambda s: _owner(s, _of(s.drafted()), WHY),
    "begin_senior_review": lambda s: _officer(_of(s.disputed())),
    "conclude_senior_review": lambda s: _officer(_of(s.reviewing()), REVIEW),
    "publish_rating": lambda s: _officer(_of(s.confirmed())),
    "recompute_rating": lambda s: _owner(s, _of(s.published())),
    "propose_withdrawal": _propose,
    "withdraw_rating": _withdraw,
    "record_imported_rating": _import,
    "read_rating": lambda s: _owner(s, {"care_service_id": s.service().id}),
    "read_report": lambda s: _owner(s, _of(s.drafted())),
    "read_report_pdf": lambda s: _owner(s, _of(s.drafted())),
    "list_plans": lambda _: _officer(),
    "read_plan": lambda s: _owner(s, _plan(s.plan())),
    "add_action": _add_action,
    "change_action": lambda s: _owner(s, _with_action(s, s.written_plan()), ACTION),
    "submit_plan": lambda s: _owner(s, _plan(s.written_plan())),
    "return_plan": lambda s: _officer(_plan(s.submitted_plan()), WHY),
    "approve_plan": lambda s: _officer(_plan(s.submitted_plan())),
    "close_plan": lambda s: _officer(_plan(s.verified_plan())),
    "note_progress": lambda s: _owner(s, _with_action(s, s.approved_plan()), {"progress": "done", "note": "Done."}),
    "extend_action": lambda s: _officer(_with_action(s, s.approved_plan()), WHY | {"due_on": "2035-07-01"}),
    "verify_issue": _verify,
}


def _on_a_stage(make_call: Maker) -> Callable[[Session], Call]:
    return lambda session: make_call(Stage(session))


CALLS: KnownCalls = {name: _on_a_stage(make_call) for name, make_call in _MAKERS.items()}
