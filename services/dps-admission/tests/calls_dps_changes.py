"""Known calls about what changes after something was begun: schemes, checks, circumstances, letters."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from make_dps import REASON, Applicant, profile_id, question_set_id
from sqlmodel import Session, col, select
from stage_dps import MANAGER, ME, NOW, Stage, owner

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from assay_contracts.roles import Role
from assay_kit.walk import Call
from dps_admission.circumstances import actions as circumstances
from dps_admission.circumstances.schemas import ChangeIn
from dps_admission.schemes.changing import revise_profile
from dps_admission.schemes.profiles import Regime
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.schemas import ProfileIn
from dps_admission.tables import ChangedDecision, CircumstanceChange, Decision

Make = Callable[[Stage], Call]
WHY = {"reason": REASON}


def _by(role: Role, path: Mapping[str, Any] | None = None, body: Any = None) -> Call:
    return Call(path=path or {}, body=body, roles=[role], name=ME)


def _owner(org: UUID, path: Mapping[str, Any], body: Any = None) -> Call:
    about: dict[str, Any] = {"roles": [Role.PROVIDER_ADMIN], "org": org, "name": ME, "hidden_from_others": True}
    return Call(path=path, body=body, **about)


def policy(session: Session) -> dict[str, Any]:
    profile_id(session)
    usual: dict[str, Any] = Schemes(session).profiles()[0].content["policy"]
    return usual | {"clarification_days": 4}


def _change_profile(stage: Stage) -> Call:
    scheme = stage.scheme()
    asked = ProfileIn.model_validate({"regime": Regime.PCR2015_LIGHT_TOUCH, "policy": policy(stage.session)})
    later = revise_profile(stage.session, asked, by=MANAGER, now=NOW)
    body = {"profile_id": str(later.id), "rationale": "policy_revised", "reason": REASON}
    return _by(Role.COMMISSIONING_MANAGER, {"scheme_id": scheme.id}, body)


def _publish_profile(stage: Stage) -> Call:
    body = {"regime": "pcr2015_light_touch", "policy": policy(stage.session)}
    return _by(Role.COMMISSIONING_MANAGER, body=body)


def _preview(stage: Stage) -> Call:
    stage.lot()
    return _by(Role.COMMISSIONER, {"question_set_id": question_set_id(stage.session)})


def _change(stage: Stage, who: Applicant) -> CircumstanceChange:
    asked = ChangeIn.model_validate({"kind": "ownership", "said": "We were bought.", "changed_on": NOW.date()})
    about: dict[str, Any] = {"directory": FakeDirectory(), "copies": Copies(stage.session), "now": NOW}
    return circumstances.report_change(stage.session, asked, by=owner(who), **about)


def _reported(stage: Stage) -> tuple[CircumstanceChange, ChangedDecision, UUID]:
    _, who = stage.admitted()
    change = _change(stage, who)
    [mark] = stage.session.exec(select(ChangedDecision).where(col(ChangedDecision.change_id) == change.id))
    return change, mark, who.provider_id


def _report(stage: Stage) -> Call:
    _, who = stage.admitted()
    body = {"kind": "registered_manager", "said": "Ruth Reed has left.", "changed_on": "2026-01-05"}
    return Call(body=body, roles=[Role.PROVIDER_ADMIN], org=who.provider_id, name=ME)


def _read_change(stage: Stage) -> Call:
    change, _, provider_id = _reported(stage)
    return _owner(provider_id, {"change_id": change.id})


def _on_mark(stage: Stage) -> Call:
    _, mark, _ = _reported(stage)
    return _by(Role.COMMISSIONING_MANAGER, {"changed_decision_id": mark.id}, WHY)


def _on_undecided(stage: Stage) -> Call:
    _, who = stage.submitted()
    _change(stage, who)
    [mark] = stage.session.exec(select(ChangedDecision).where(col(ChangedDecision.provider_id) == who.provider_id))
    return _by(Role.COMMISSIONING_MANAGER, {"changed_decision_id": mark.id}, WHY)


def _letter(stage: Stage) -> Call:
    part, who, _ = stage.minded()
    [decision] = stage.session.exec(select(Decision).where(col(Decision.lot_application_id) == part.id))
    return _owner(who.provider_id, {"decision_id": decision.id})


def _difference(stage: Stage) -> Call:
    part, who = stage.submitted()
    return _owner(who.provider_id, {"application_id": part.application_id})


CHANGES: Mapping[str, Make] = {
    "publish_profile": _publish_profile,
    "change_profile": _change_profile,
    "preview_question_set": _preview,
    "read_difference": _difference,
    "count_worklist": lambda _: _by(Role.COMMISSIONER),
    "run_checks_again": lambda stage: _by(Role.COMMISSIONER, {"lot_application_id": stage.submitted()[0].id}),
    "read_decision_letter": _letter,
    "read_decision_letter_pdf": _letter,
    "report_change_of_circumstances": _report,
    "list_changes_of_circumstances": lambda _: _by(Role.COMMISSIONER),
    "read_change_of_circumstances": _read_change,
    "list_changed_decisions": lambda _: _by(Role.COMMISSIONER),
    "reconfirm_decision": _on_mark,
    "acknowledge_change": _on_undecided,
    "review_decision": _on_mark,
}
