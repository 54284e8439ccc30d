"""For every operation of this service, a call that succeeds. The walk and the contract test make them."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import make_risk as make
from calls_casework import CASEWORK_CALLS
from calls_runs import RUN_CALLS
from calls_shared import MACHINE, NOTICE, PROPOSER, REASON, entry_wanted, now_of, recorded
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord
from assay_contracts.directory.copies import Copies
from assay_contracts.roles import Role, Scope
from assay_kit.identity import Principal
from assay_kit.walk import Call, KnownCalls
from risk.case_tasks.actions import open_task
from risk.intelligence import intake
from risk.intelligence.rules import Kind as IntelligenceKind
from risk.intelligence.schemas import UnexpectedDeathSent
from risk.interventions import actions as interventions
from risk.interventions.repository import Interventions
from risk.interventions.rules import Kind, Step
from risk.interventions.schemas import Authorisation, ContinuityPlan, InterventionProposed, UrgentEmbargo
from risk.overrides import actions as overrides
from risk.overrides.schemas import OverrideWanted
from risk.scoring_models import actions as models
from risk.scoring_models.schemas import Approval, ModelDraft
from risk.scoring_models.shipped import FILE
from risk.tables import BandResult, CaseTask, Intervention, Override, Representation, RestrictedGrant

REVIEW = date(2030, 1, 1)
PLAN = ContinuityPlan(
    people_affected=3,
    replacement="Two providers take over.",
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 2, 1),
    cqc_told_on=date(2026, 1, 1),
    health_told_on=date(2026, 1, 1),
    other_councils_told_on=date(2026, 1, 1),
)


def _officer(path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.COMPLIANCE_OFFICER], **more)


def _manager(path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.COMMISSIONING_MANAGER], **more)


def _admin(path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Call:
    return Call(path=path or {}, body=body, roles=[Role.ADMINISTRATOR], **more)


def _reader(path: Mapping[str, Any] | None = None, **more: Any) -> Call:
    return Call(path=path or {}, roles=[Role.SOCIAL_CARE_ASSESSOR], **more)


def _sender(body: Any, path: Mapping[str, Any] | None = None) -> Call:
    return Call(path=path or {}, body=body, scopes=[Scope.INTELLIGENCE_WRITE])


def _on_service(call: Any = _reader) -> Any:
    return lambda session: call({"care_service_id": make.green_service(session).id})


# Bands and overrides


def _recompute(session: Session) -> Call:
    service = make.green_service(session)
    wanted = select(BandResult).where(BandResult.care_service_id == service.id).limit(1)
    return _officer({"result_id": session.exec(wanted).one().id})


def _wanted_override(session: Session, service: CareServiceRecord) -> OverrideWanted:
    last_day = now_of(session).date() + timedelta(days=14)
    return OverrideWanted(care_service_id=service.id, band="red", reason=REASON["reason"], last_day=last_day)


def _propose_override(session: Session) -> Call:
    return _officer(body=_wanted_override(session, make.green_service(session)).model_dump(mode="json"))


def _override(session: Session) -> Override:
    service = make.green_service(session)
    return overrides.propose(session, _wanted_override(session, service), by=PROPOSER, now=now_of(session))


def _end_override(session: Session) -> Call:
    override = _override(session)
    other = Principal(subject="person:another", name="Another", roles=frozenset({Role.COMMISSIONING_MANAGER}))
    overrides.approve(session, override.id, by=other, now=now_of(session))
    return _manager({"override_id": override.id}, REASON)


# Interventions


def _wanted(service: CareServiceRecord, kind: Kind = Kind.EMBARGO, **about: Any) -> InterventionProposed:
    usual = {
        "kind": kind,
        "provider_id": service.provider_id,
        "care_service_id": service.id,
        "extent": "whole" if kind is Kind.EMBARGO else None,
        "reason": REASON["reason"],
        "skip_reason": REASON["reason"],
        "review_on": REVIEW,
        "conditions": [],
    }
    return InterventionProposed(**usual | about)


def proposed_intervention(session: Session, kind: Kind = Kind.EMBARGO, **about: Any) -> Intervention:
    service = make.green_service(session)
    return interventions.propose(
        session, _wanted(service, kind, **about), Copies(session), by=PROPOSER, now=now_of(session)
    )


def _issued(session: Session, kind: Kind = Kind.EMBARGO, **about: Any) -> Intervention:
    proposed = proposed_intervention(session, kind, **about)
    other = Principal(subject="person:another", name="Another", roles=frozenset({Role.COMMISSIONING_MANAGER}))
    return interventions.authorise(session, proposed.id, Authorisation(**NOTICE), by=other, now=now_of(session))


def _on_issued(kind: Kind = Kind.DEFAULT_NOTICE, call: Any = _officer, body: Any = REASON) -> Any:
    return lambda session: call({"intervention_id": _issued(session, kind).id}, body)


def _on_proposed(call: Any, body: Any, kind: Kind = Kind.EMBARGO) -> Any:
    return lambda session: call({"intervention_id": proposed_intervention(session, kind).id}, body)


def _issue(session: Session) -> Call:
    proposed = proposed_intervention(session)
    other = Principal(subject="person:another", name="Another", roles=frozenset({Role.COMMISSIONING_MANAGER}))
    interventions.authorise(session, proposed.id, Authorisation(), by=other, now=now_of(session))
    return _officer({"intervention_id": proposed.id}, NOTICE)


def _urgent(service: CareServiceRecord) -> UrgentEmbargo:
    return UrgentEmbargo(
        provider_id=service.provider_id,
        care_service_id=service.id,
        extent="whole",
        reason=REASON["reason"],
        review_on=REVIEW,
        conditions=[],
        **NOTICE,
    )


def _confirm(session: Session) -> Call:
    urgent = interventions.issue_urgently(
        session, _urgent(make.green_service(session)), Copies(session), by=PROPOSER, now=now_of(session)
    )
    return _manager({"intervention_id": urgent.id})


def _stand_down(session: Session) -> Call:
    escalated = _issued(session, Kind.DEFAULT_NOTICE).id
    by = Principal(subject="person:another", name="Another", roles=frozenset({Role.COMMISSIONING_MANAGER}))
    interventions.end(session, escalated, Step.ESCALATE, REASON["reason"], by=by, now=now_of(session))
    return _manager({"intervention_id": escalated}, REASON)


def _settle_condition(session: Session) -> Call:
    issued = _issued(session, conditions=[{"wording": "A medicines audit."}])
    [condition] = Interventions(session).conditions(issued.id)
    return _officer({"intervention_id": issued.id, "condition_id": condition.id}, REASON | {"outcome": "met"})


def _as_its_provider(body: Any = None) -> Any:
    def call(session: Session) -> Call:
        issued = _issued(session)
        return Call(
            path={"intervention_id": issued.id},
            body=body,
            roles=[Role.PROVIDER_ADMIN],
            org=issued.provider_id,
            hidden_from_others=True,
        )

    return call


def _read_representation(session: Session) -> Call:
    issued = _issued(session).id
    answer = Representation(
        intervention_id=issued,
        wording="We have hired a manager.",
        made_by="person:pat",
        made_by_name="Pat Provider",
        made_at=now_of(session),
    )
    Interventions(session).add(answer)
    return _officer({"intervention_id": issued, "representation_id": answer.id})


def _read_ending_letter(session: Session) -> Call:
    known: Call = _as_its_provider()(session)
    ended = known.path["intervention_id"]
    interventions.end(session, ended, Step.LIFT, REASON["reason"], by=PROPOSER, now=now_of(session))
    return known


def _complete_task(session: Session) -> Call:
    service = make.green_service(session)
    open_task(session, service.id, subject="a matter", wording="Settle this.", now=now_of(session))
    [task] = session.exec(select(CaseTask).where(CaseTask.care_service_id == service.id)).all()
    return _officer({"task_id": task.id}, {"outcome": "Settled with the provider."})


# Intelligence


def _correct(session: Session) -> Call:
    entry_id, wanted = recorded(session)
    return _officer({"entry_id": entry_id}, REASON | {"entry": wanted.model_dump(mode="json")})


def _grant(session: Session) -> RestrictedGrant:
    grant = RestrictedGrant(
        subject="person:auditor",
        reason=REASON["reason"],
        granted_by="person:manager",
        granted_by_name="Mary",
        granted_at=now_of(session),
        ends_at=now_of(session) + timedelta(hours=1),
    )
    session.add(grant)
    session.flush()
    return grant


def _sent(session: Session, **about: Any) -> dict[str, Any]:
    service = make.green_service(session)
    return {"source_reference": f"R-{uuid4().hex}", "care_service_id": str(service.id), **about}


def _queued(session: Session) -> UUID:
    sent = UnexpectedDeathSent(
        source_reference=uuid4().hex, cqc_location_id="1-404", died_on=date(1995, 1, 5), restricted=True
    )
    kind = IntelligenceKind.UNEXPECTED_DEATH
    receipt = intake.take_in(session, kind, sent, Copies(session), by=MACHINE, now=now_of(session))
    assert receipt.intake_item_id is not None
    return receipt.intake_item_id


def _place(session: Session) -> Call:
    item_id = _queued(session)
    return _officer({"item_id": item_id}, REASON | {"care_service_id": str(make.green_service(session).id)})


def _record_reading(session: Session) -> Call:
    number = uuid4().hex[:8].upper()
    make.green_service(session, make.provider(session, company_number=number))
    reading = {"status": "active"}
    return _officer(body={"source": "companies", "key": number, "read_on": "1995-01-05", "reading": reading})


# Scoring models


def _model() -> dict[str, Any]:
    return {"title": "Next", "change_note": "A trial of the next version.", "policy": json.loads(FILE.read_text())}


def _draft(session: Session) -> int:
    by = Principal(subject="person:drafter", name="Drafter", roles=frozenset({Role.ADMINISTRATOR}))
    return models.draft(session, ModelDraft.model_validate(_model()), by=by, now=now_of(session)).version


def _take_back(session: Session) -> Call:
    version, now = _draft(session), now_of(session)
    later = Approval(edition=1, activates_at=now + timedelta(days=1, seconds=version))
    models.approve(session, version, later, by=PROPOSER, now=now)
    return _manager({"version": version}, REASON)


DECISION = "1995-01-05"
ENQUIRY = {
    "enquiry_reference": "SE-1",
    "stage": "decision",
    "meets_section_42": True,
    "source_of_risk": "service",
    "type_of_risk": "neglect",
    "adults_count": 1,
    "decided_on": DECISION,
}
CONCERN = {"raised_on": DECISION, "category": "Missed calls", "substantiated": True}

CALLS: KnownCalls = {
    "list_dashboard": lambda _: _reader(),
    "count_dashboard": lambda _: _reader(),
    "export_dashboard": lambda _: _reader(query={"file": "csv"}),
    "read_dashboard_history": lambda _: Call(roles=[Role.COMMISSIONER]),
    "read_care_service": _on_service(),
    "list_care_service_timeline": _on_service(_officer),
    "look_up_location": lambda _: Call(path={"cqc_location_id": "1-404"}, scopes=[Scope.BANDS_READ]),
    "read_band": _on_service(_officer),
    "list_band_results": _on_service(_officer),
    "recompute_band_result": _recompute,
    "list_estate_refreshes": lambda _: _reader(),
    "list_overrides": lambda _: _officer(),
    "propose_override": _propose_override,
    "approve_override": lambda session: _manager({"override_id": _override(session).id}),
    "reject_override": lambda session: _manager({"override_id": _override(session).id}, REASON),
    "end_override": _end_override,
    "list_interventions": lambda _: _officer(),
    "propose_intervention": lambda session: _officer(body=_wanted(make.green_service(session)).model_dump(mode="json")),
    "issue_urgent_embargo": lambda session: _manager(body=_urgent(make.green_service(session)).model_dump(mode="json")),
    "read_intervention": _as_its_provider(),
    "plan_continuity": _on_proposed(_officer, PLAN.model_dump(mode="json"), Kind.TERMINATION_OF_CONTRACT),
    "authorise_intervention": _on_proposed(_manager, NOTICE),
    "reject_intervention": _on_proposed(_manager, REASON),
    "issue_intervention": _issue,
    "confirm_intervention": _confirm,
    "settle_condition": _settle_condition,
    "make_representations": _as_its_provider({"wording": "We have hired a manager."}),
    "read_representation": _read_representation,
    "complete_intervention": _on_issued(),
    "escalate_intervention": _on_issued(),
    "stand_down_intervention": _stand_down,
    "withdraw_intervention": _on_issued(),
    "lift_intervention": _on_issued(Kind.EMBARGO, _manager),
    "review_intervention": _on_issued(
        Kind.EMBARGO, _manager, REASON | {"next_review_on": REVIEW.replace(year=2031).isoformat()}
    ),
    "read_intervention_letter": _as_its_provider(),
    "read_ending_letter": _read_ending_letter,
    "list_case_tasks": lambda _: _officer(),
    "complete_case_task": _complete_task,
    "list_intelligence": lambda _: _officer(),
    "record_intelligence": lambda session: _officer(body=entry_wanted(session).model_dump(mode="json")),
    "read_intelligence": lambda session: _officer({"entry_id": recorded(session)[0]}),
    "correct_intelligence": _correct,
    "withdraw_intelligence": lambda session: _officer({"entry_id": recorded(session)[0]}, REASON),
    "list_restricted_grants": lambda _: _manager(),
    "grant_restricted_reading": lambda _: _manager(body=REASON | {"subject": "person:auditor", "hours": 24}),
    "list_grant_readings": lambda session: _manager({"grant_id": _grant(session).id}),
    "send_safeguarding_decision": lambda session: _sender(_sent(session, **ENQUIRY)),
    "send_unexpected_death": lambda session: _sender(_sent(session, died_on=DECISION)),
    "send_contracting_concern": lambda session: _sender(_sent(session, **CONCERN)),
    "list_intake_items": lambda _: _officer(),
    "place_intake_item": _place,
    "dismiss_intake_item": lambda session: _officer({"item_id": _queued(session)}, REASON),
    "list_feeds": lambda _: _reader(),
    "record_feed_delivery": lambda _: _sender(
        {"delivery_reference": f"D-{uuid4().hex}", "row_count": 0}, {"feed": "unexpected_deaths"}
    ),
    "confirm_nothing_further": lambda _: _officer({"feed": "unexpected_deaths"}),
    "list_register_readings": lambda _: _officer(),
    "record_register_reading": _record_reading,
    "list_register_nights": lambda _: _officer(),
    "list_scoring_models": lambda _: _reader(),
    "draft_scoring_model": lambda _: _admin(body=_model()),
    "read_scoring_model": lambda _: _reader({"version": 1}),
    "read_rule_in_force": lambda _: Call(path={}, roles=[Role.PROVIDER_USER]),
    "edit_scoring_model": lambda session: _admin({"version": _draft(session)}, _model(), headers={"if-match": "*"}),
    "read_scoring_model_in_words": lambda _: _reader({"version": 1}),
    "approve_scoring_model": lambda session: _manager({"version": _draft(session)}, {"edition": 1}),
    "take_back_scoring_model": _take_back,
    **CASEWORK_CALLS,
    **RUN_CALLS,
}
