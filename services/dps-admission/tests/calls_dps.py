"""For every operation of this service, a call that succeeds. The walk and the contract test make them."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from calls_dps_changes import CHANGES
from calls_members import MEMBERS_AT_WORK
from make_dps import (
    REASON,
    SUBMISSION,
    applicant,
    criterion_reason,
    lot_body,
    person,
    profile_id,
    question_set_id,
    scheme_body,
)
from sqlmodel import Session
from stage_dps import COMMISSIONER, ME, NOW, Stage, owner, somebody
from stage_members import MemberStage

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.roles import Role, Scope
from assay_kit.walk import Call, KnownCalls
from dps_admission.applications.repository import Applications
from dps_admission.evaluations.rules import Part
from dps_admission.memberships import removing
from dps_admission.memberships.change_schemas import RemovalAnswerIn
from dps_admission.question_sets.actions import draft_question_set
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.schemes import actions as scheming

Make = Callable[[Stage], Call]
WHY = {"reason": REASON}


def _for_all(path: Mapping[str, Any]) -> Call:
    return Call(path=path, roles=[Role.COMMISSIONER], shared_because="it invites every provider")


def _commissioner(path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.COMMISSIONER], name=ME, **more)


def _manager(path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.COMMISSIONING_MANAGER], name=ME, **more)


def _owner(org: UUID, path: Mapping[str, Any], body: Any = None, **more: Any) -> Call:
    """A call on something that another provider must not even see."""
    about: dict[str, Any] = {"roles": [Role.PROVIDER_ADMIN], "org": org, "name": ME, "hidden_from_others": True}
    return Call(path=path, body=body, **about, **more)


# Schemes and lots


def _edit_scheme(stage: Stage) -> Call:
    return _commissioner({"scheme_id": stage.scheme(is_open=False).id}, scheme_body(stage.session))


def _open_scheme(stage: Stage) -> Call:
    scheme = stage.scheme(is_open=False)
    stage.lot(scheme, is_open=False)
    return _manager({"scheme_id": scheme.id})


def _change_validity(stage: Stage) -> Call:
    body = {"valid_until": "2027-12-31", "rationale": "shortened", "reason": REASON}
    return _manager({"scheme_id": stage.scheme().id}, body)


def _create_lot(stage: Stage) -> Call:
    return _commissioner({"scheme_id": stage.scheme(is_open=False).id}, lot_body(stage.session))


def _edit_lot(stage: Stage) -> Call:
    return _commissioner({"lot_id": stage.lot(is_open=False).id}, lot_body(stage.session))


def _open_lot(stage: Stage) -> Call:
    scheme = stage.scheme(is_open=False)
    lot = stage.lot(scheme, is_open=False)
    scheming.open_scheme(stage.session, scheme.id, by=COMMISSIONER, now=NOW)
    return _commissioner({"lot_id": lot.id})


def _resume_lot(stage: Stage) -> Call:
    lot = stage.lot()
    scheming.pause_lot(stage.session, lot.id, reason=REASON, by=COMMISSIONER, now=NOW)
    return _manager({"lot_id": lot.id})


SCHEMES: Mapping[str, Make] = {
    "list_profiles": lambda _: _commissioner(),
    "list_schemes": lambda _: _commissioner(),
    "create_scheme": lambda stage: _commissioner(body=scheme_body(stage.session)),
    "read_scheme": lambda stage: _for_all({"scheme_id": stage.scheme().id}),
    "edit_scheme": _edit_scheme,
    "open_scheme": _open_scheme,
    "close_scheme": lambda stage: _manager({"scheme_id": stage.scheme().id}, WHY),
    "change_validity": _change_validity,
    "list_scheme_changes": lambda stage: _for_all({"scheme_id": stage.scheme().id}),
    "list_lots": lambda stage: _for_all({"scheme_id": stage.scheme().id}),
    "create_lot": _create_lot,
    "read_lot": lambda stage: _for_all({"lot_id": stage.lot().id}),
    "edit_lot": _edit_lot,
    "open_lot": _open_lot,
    "pause_lot": lambda stage: _manager({"lot_id": stage.lot().id}, WHY),
    "resume_lot": _resume_lot,
    "close_lot": lambda stage: _manager({"lot_id": stage.lot().id}, WHY),
    "list_registered_lots": lambda _: Call(),
    "read_register": lambda stage: Call(path={"lot_id": stage.member()[0].lot_id}),
    "download_register": lambda stage: Call(path={"lot_id": stage.member()[0].lot_id}),
}

# Question sets


def _content(stage: Stage) -> dict[str, Any]:
    return QuestionSets(stage.session).content(question_set_id(stage.session)).model_dump(mode="json")


def _drafted(stage: Stage) -> UUID:
    sets = QuestionSets(stage.session)
    content = sets.content(question_set_id(stage.session))
    name = f"Drafted {profile_id(stage.session)} {len(stage.session.exec(sets.wanted(only_published=False)).all())}"
    return draft_question_set(stage.session, name=name, content=content, by=COMMISSIONER, now=NOW).id


QUESTION_SETS: Mapping[str, Make] = {
    "list_question_sets": lambda _: _commissioner(),
    "draft_question_set": lambda stage: _commissioner(body={"name": "Another set", "content": _content(stage)}),
    "read_question_set": lambda stage: _for_all({"question_set_id": question_set_id(stage.session)}),
    "edit_question_set": lambda stage: _commissioner(
        {"question_set_id": _drafted(stage)}, {"content": _content(stage)}
    ),
    "publish_question_set": lambda stage: _commissioner({"question_set_id": _drafted(stage)}),
    "try_question_set": lambda stage: _commissioner(
        {"question_set_id": question_set_id(stage.session)}, {"answers": {"not_a_question": True}}
    ),
}

# Applications


def _start(stage: Stage) -> Call:
    who = applicant(stage.session)
    body = {"scheme_id": str(stage.lot().scheme_id)}
    return Call(body=body, roles=[Role.PROVIDER_ADMIN], org=who.provider_id, name=ME)


def _on_draft(stage: Stage, body: Any = None) -> Call:
    application, who = stage.draft()
    return _owner(who.provider_id, {"application_id": application.id}, body)


def _save_draft(stage: Stage) -> Call:
    lot = stage.lot()
    application, who = stage.draft(lot)
    body = stage.draft_body(lot, who)
    etag = {"If-Match": f'"{application.version}"'}
    return _owner(who.provider_id, {"application_id": application.id}, body, headers=etag)


def _submit(stage: Stage) -> Call:
    application, who = stage.draft()
    etag = {"If-Match": f'"{application.version}"'}
    return _owner(who.provider_id, {"application_id": application.id}, SUBMISSION, headers=etag)


def _prove(stage: Stage) -> Call:
    part, who = stage.submitted()
    return _owner(who.provider_id, {"application_id": part.application_id})


def _own_part(stage: Stage, body: Any = None) -> Call:
    part, who = stage.submitted()
    return _owner(who.provider_id, {"lot_application_id": part.id}, body)


def _part(stage: Stage, body: Any = None) -> Call:
    return _commissioner({"lot_application_id": stage.submitted()[0].id}, body)


def _settle(stage: Stage) -> Call:
    part, _ = stage.submitted()
    check = next(one for one in Applications(stage.session).checks_of(part) if one.outcome == "cannot_run")
    return _commissioner({"check_id": check.id}, {"finding": "pass", "reason": REASON})


def _clarifications(stage: Stage) -> Call:
    _, part, who = stage.clarifying()
    return _owner(who.provider_id, {"lot_application_id": part.id})


def _answer(stage: Stage) -> Call:
    asked, _, who = stage.clarifying()
    return _owner(who.provider_id, {"clarification_id": asked.id}, {"answer": "The second one."})


APPLICATIONS: Mapping[str, Make] = {
    "start_application": _start,
    "list_applications": lambda _: _commissioner(),
    "read_application": _on_draft,
    "read_application_timeline": _on_draft,
    "save_draft": _save_draft,
    "submit_application": _submit,
    "withdraw_application": lambda stage: _on_draft(stage, WHY),
    "prove_application": _prove,
    "list_lot_applications": lambda _: _commissioner(),
    "read_lot_application": _own_part,
    "read_lot_application_timeline": _own_part,
    "withdraw_lot_application": lambda stage: _own_part(stage, WHY),
    "take_on_lot_application": _part,
    "prolong_lot_application": lambda stage: _part(stage, WHY),
    "list_checks": _part,
    "settle_check": _settle,
    "list_clarifications": _clarifications,
    "ask_for_clarification": lambda stage: _part(stage, {"question": "Which branch would deliver?"}),
    "answer_clarification": _answer,
}

# Evaluations


def _assigned(stage: Stage, body: Any = None, *, declared: bool = True) -> Call:
    part, _ = stage.submitted()
    stage.assign(part, ME, declared=declared)
    return _commissioner({"lot_application_id": part.id}, body)


def _save_scores(stage: Stage) -> Call:
    part, _ = stage.submitted()
    stage.assign(part, ME)
    return _commissioner({"lot_application_id": part.id}, {"marks": stage.marks(part)})


def _finish(stage: Stage) -> Call:
    part, _ = stage.submitted()
    stage.assign(part, ME)
    stage.score(part, ME, finish=False)
    return _commissioner({"lot_application_id": part.id})


def _consensus(stage: Stage) -> Call:
    part, _ = stage.submitted()
    stage.assign(part, "Eve One")
    stage.assign(part, "Ed Two")
    stage.assign(part, ME, Part.MODERATOR)
    stage.score(part, "Eve One")
    stage.score(part, "Ed Two", score=3)
    body = {"question": "quality_local", "score": 4, "reason": REASON}
    return _commissioner({"lot_application_id": part.id}, body)


def _decisions(stage: Stage) -> Call:
    part, who, _ = stage.minded()
    return _owner(who.provider_id, {"lot_application_id": part.id})


def _represent(stage: Stage) -> Call:
    part, who, _ = stage.minded(is_answered=False)
    return _owner(who.provider_id, {"lot_application_id": part.id}, {"text": "The lead is named on page 2."})


def _refuse(stage: Stage) -> Call:
    part, _, failed = stage.minded()
    body = {"reason": REASON, "criteria": [criterion_reason(one) for one in failed]}
    return _manager({"lot_application_id": part.id}, body)


def _accept_representations(stage: Stage) -> Call:
    part, _, failed = stage.minded()
    body = {"reason": REASON, "accepted": [{"criterion": one, "reason": REASON} for one in failed]}
    return _manager({"lot_application_id": part.id}, body)


def _report(stage: Stage) -> Call:
    return _commissioner({"lot_application_id": stage.reported()[0].id})


def _release(stage: Stage) -> Call:
    return _assigned(stage, {"person": person(ME), "reason": REASON}, declared=False)


EVALUATIONS: Mapping[str, Make] = {
    "read_evaluation": _part,
    "assign_evaluator": lambda stage: _part(stage, somebody()),
    "release_evaluator": _release,
    "declare_interests": lambda stage: _assigned(stage, {"has_conflict": False}, declared=False),
    "save_scores": _save_scores,
    "finish_scores": _finish,
    "record_consensus": _consensus,
    "make_report": lambda stage: _commissioner({"lot_application_id": stage.scored()[0].id}),
    "read_report": _report,
    "list_decisions": _decisions,
    "decide_lot_application": lambda stage: _manager(
        {"lot_application_id": stage.reported()[0].id}, {"outcome": "admit", "reason": REASON}
    ),
    "make_representations": _represent,
    "refuse_lot_application": _refuse,
    "accept_representations": _accept_representations,
    "reconsider_lot_application": lambda stage: _manager({"lot_application_id": stage.minded()[0].id}, WHY),
    "set_decision_aside": lambda stage: _manager({"lot_application_id": stage.admitted()[0].id}, WHY),
}

# Memberships


def _own_membership(stage: Stage, body: Any = None) -> Call:
    membership, who = stage.member()
    return _owner(who.provider_id, {"membership_id": membership.id}, body)


def _membership(stage: Stage, body: Any) -> Call:
    return _manager({"membership_id": stage.member()[0].id}, body)


def _opening(stage: Stage) -> Call:
    who = applicant(stage.session)
    body = {
        "provider_id": str(who.provider_id),
        "care_service_ids": [str(who.care_service_id)],
        "source": "The award letter",
        "reason": REASON,
    }
    return _manager({"lot_id": stage.lot().id}, body)


def _run_round(stage: Stage) -> Call:
    lot = stage.lot(places=1)
    stage.admitted(lot)
    return _manager({"lot_id": lot.id})


def _waiting_list(stage: Stage) -> Call:
    return _commissioner({"lot_id": stage.ranked()[0].id})


def _offered(stage: Stage) -> Call:
    _, [(membership, who)] = stage.ranked()
    return _owner(who.provider_id, {"membership_id": membership.id})


def _offer_by_hand(stage: Stage) -> Call:
    """A waiting member whom a failed check has passed over, and a place that is free."""
    lot = stage.lot(places=1)
    _, who = stage.admitted(lot)
    stage.close_service(who)
    membership = stage.run_round(lot)
    return _manager({"membership_id": membership.id}, WHY)


def _removal(stage: Stage) -> Call:
    membership, who = MemberStage(stage.session).noticed()
    said: dict[str, Any] = {"directory": FakeDirectory(), "by": owner(who), "now": NOW}
    removing.answer_removal_notice(stage.session, membership.id, RemovalAnswerIn(statement=REASON), **said)
    return _manager({"membership_id": membership.id})


MEMBERSHIPS: Mapping[str, Make] = {
    "list_memberships": lambda _: Call(scopes=[Scope.MEMBERSHIPS_READ], name=ME),
    "read_membership": _own_membership,
    "read_membership_timeline": _own_membership,
    "record_opening_membership": _opening,
    "confirm_opening_membership": lambda stage: _manager({"membership_id": stage.recorded()[0].id}),
    "take_back_opening_membership": lambda stage: _manager({"membership_id": stage.recorded()[0].id}, WHY),
    "call_round": _run_round,
    "run_round": _run_round,
    "read_waiting_list": _waiting_list,
    "offer_place": _offer_by_hand,
    "accept_place": _offered,
    "decline_place": _offered,
    "leave_lot": lambda stage: _own_membership(stage, WHY),
    "suspend_membership": lambda stage: _membership(stage, {"cause": "late_document", "reason": REASON}),
    "lift_suspension": lambda stage: _manager({"suspension_id": stage.suspended()[1]}, WHY),
    "remove_member": _removal,
}


def _known(make: Make) -> Callable[[Session], Call]:
    return lambda session: make(Stage(session))


CALLS: KnownCalls = {
    operation: _known(make)
    for some in (SCHEMES, QUESTION_SETS, APPLICATIONS, EVALUATIONS, MEMBERSHIPS, CHANGES, MEMBERS_AT_WORK)
    for operation, make in some.items()
}
