"""Assessments: the list, one assessment as its people see it, and the steps that need nothing but a decision."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.assessments.framework import Standard, has_opened, standards_of
from portal.assessments.reviewing import replacements
from portal.forms import Field, Kind
from portal.ids import Id
from portal.names import Names, names_for
from portal.pages import go, render, with_query
from portal.tasks import METHODS, Task, perform
from portal.timeline import merged
from portal.upstream import Api, Refused, section, unless_missing
from portal.visitors import SignedIn, Visitor
from portal.words import options

router = APIRouter(prefix="/assessments")

STATUSES = (
    "scheduled",
    "self_assessing",
    "submitted",
    "validating",
    "draft_issued",
    "disputed",
    "senior_review",
    "published",
    "cancelled",
    "withdrawn",
)
OFFICER_OR_MANAGER = ("compliance_officer", "commissioning_manager")
_SIGN = (
    Field(name="name", label="Full name of the person who signs"),
    Field(name="position", label="Their position", hint="For example, registered manager"),
    Field(
        name="is_true_and_complete",
        label="I declare that these answers are true and complete",
        kind=Kind.CONFIRM,
        missing="Confirm that the answers are true and complete",
    ),
)
_OPEN_PLANS = ("awaiting_plan", "submitted", "returned", "approved")
_CAUSES = ("annual", "follow_up", "red_band", "new_service", "responsive", "early_request")
_REASON = Field(name="reason", label="Reason", kind=Kind.WORDS, hint="At least 10 characters. It is kept for ever.")


@router.get("")
async def list_assessments(request: Request, visitor: SignedIn) -> Response:
    api, query = visitor.api, request.query_params
    status = query.get("status", "") if query.get("status", "") in STATUSES else ""
    page, plans, names = await asyncio.gather(
        api.get("assessment", "/v1/assessments", status=status, cursor=query.get("cursor"), limit=25),
        _open_plans(api),
        names_for(api, org=visitor.person.org if visitor.person else None),
    )
    return render(
        request,
        "assessments/list.html",
        items=page["items"],
        names=names,
        plans=plans,
        stage=status,
        stages=STATUSES,
        next_href=with_query(request, {"cursor": page["next_cursor"]}) if page["next_cursor"] else None,
        first_href=with_query(request, {"cursor": None}) if query.get("cursor") else None,
    )


@router.api_route("/new", methods=METHODS)
async def schedule_assessment(request: Request, visitor: SignedIn) -> Response:
    names = await names_for(visitor.api)
    listed = sorted((each["name"], key) for key, each in names.care_services.items())
    fields = (
        Field(
            name="care_service_id",
            label="Service",
            kind=Kind.CHOICE,
            options=tuple((key, name) for name, key in listed),
            missing="Choose the service to assess",
        ),
        Field(name="cause", label="Why it is held", kind=Kind.ONE_OF, options=options(_CAUSES)),
        Field(
            name="opens_on",
            label="When it opens (optional)",
            kind=Kind.DAY,
            hint="For example, 27 3 2026. Left empty, it opens today.",
            is_required=False,
        ),
    )
    known = {"care_service_id": request.query_params.get("care_service_id"), "cause": "annual"}
    task = Task(
        title="Schedule an assessment",
        fields=fields,
        button="Schedule",
        back="/assessments",
        done="scheduled",
        known=known,
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", "/v1/assessments", values)

    return await perform(request, task, send=send, then=lambda answer: f"/assessments/{answer['id']}")


@router.get("/{assessment_id}")
async def one_assessment(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    api = visitor.api
    assessment = await api.get("assessment", f"/v1/assessments/{assessment_id}")
    standards, dispute, withdrawal, plans, history, names = await asyncio.gather(
        _progress(visitor, assessment),
        _dispute(visitor, assessment),
        _withdrawal(visitor, assessment),
        section(unless_missing(api.every("assessment", "/v1/remedial-plans", assessment_id=assessment_id))),
        section(api.every_step("assessment", f"/v1/assessments/{assessment_id}/timeline")),
        names_for(api, org=visitor.person.org if visitor.person else None),
    )
    return render(
        request,
        "assessments/one.html",
        assessment=assessment,
        standards=standards,
        plans=plans,
        has_opened=has_opened(assessment, visitor.today),
        names=names,
        timeline=merged(history.value, limit=None),
        may=_offers(visitor, assessment, dispute, withdrawal),
        withdrawal=withdrawal.proposal,
    )


@router.post("/{assessment_id}/begin")
async def begin_self_assessment(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    await visitor.api.post("assessment", f"/v1/assessments/{assessment_id}/self-assessment")
    return go(f"/assessments/{assessment_id}", done="self-assessment-begun")


@router.api_route("/{assessment_id}/submission", methods=METHODS)
async def submit_self_assessment(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    api, here = visitor.api, f"/assessments/{assessment_id}"
    assessment, names = await _about(visitor, assessment_id)

    async def send(values: dict[str, Any]) -> Any:
        return await api.post("assessment", f"/v1{here}/submission", values)

    task = Task(
        title="Sign and submit the self-assessment",
        caption=names.care_service(assessment["care_service_id"]),
        lead="After this the answers can no longer change. They are kept for ever, beside what the officer finds.",
        fields=_SIGN,
        button="Sign and submit",
        back=here,
        done="self-assessment-submitted",
        known={"name": visitor.person.name if visitor.person else ""},
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/{assessment_id}/cancellation", methods=METHODS)
async def cancel_assessment(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    assessment, names = await _about(visitor, assessment_id)

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/cancellation", values)

    task = Task(
        title="Call the assessment off",
        caption=names.care_service(assessment["care_service_id"]),
        fields=(_REASON,),
        button="Call it off",
        back=here,
        is_warning=True,
        done="cancelled",
    )
    return await perform(request, task, send=send, then=here)


async def _open_plans(api: Api) -> list[Any]:
    """Every plan that somebody has to do something about, the first to fall due first."""
    found = await asyncio.gather(
        *(api.every("assessment", "/v1/remedial-plans", status=status) for status in _OPEN_PLANS)
    )
    return sorted((plan for each in found for plan in each), key=lambda plan: str(plan["due_at"]))


async def _about(visitor: Visitor, assessment_id: str) -> tuple[Any, Names]:
    return await asyncio.gather(
        visitor.api.get("assessment", f"/v1/assessments/{assessment_id}"),
        names_for(visitor.api, org=visitor.person.org if visitor.person else None),
    )


async def _progress(visitor: Visitor, assessment: Mapping[str, Any]) -> list[Standard]:
    """The standards with how far answers and findings have got, as far as this person may see."""
    if assessment["framework_version"] is None:
        return []
    here = f"/v1/assessments/{assessment['id']}"
    framework, answers, findings = await asyncio.gather(
        visitor.api.get("assessment", f"/v1/frameworks/{assessment['framework_version']}"),
        _seen(visitor.api, f"{here}/answers"),
        _seen(visitor.api, f"{here}/validated-answers"),
    )
    return standards_of(framework["content"], answers=answers, findings=findings)


async def _seen(api: Api, path: str) -> list[Any]:
    """The items, or none while they are not for this person to see."""
    try:
        return list((await api.get("assessment", path))["items"])
    except Refused as refusal:
        if refusal.status not in {403, 409}:
            raise
        return []


async def _dispute(visitor: Visitor, assessment: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What is disputed, while somebody of the council has to answer it."""
    if assessment["status"] not in {"disputed", "senior_review"} or visitor.is_provider:
        return None
    draft = await visitor.api.get("assessment", f"/v1/assessments/{assessment['id']}/draft")
    found: Mapping[str, Any] | None = draft["dispute"]
    return found


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """The proposal that awaits an answer, and whether there is another rating to propose."""

    proposal: Mapping[str, Any] | None = None
    is_possible: bool = False


async def _withdrawal(visitor: Visitor, assessment: Mapping[str, Any]) -> Withdrawal:
    person = visitor.person
    if assessment["status"] != "published" or person is None or not person.has(*OFFICER_OR_MANAGER):
        return Withdrawal()
    found, others = await asyncio.gather(
        visitor.api.get("assessment", f"/v1/assessments/{assessment['id']}/withdrawal-proposal"),
        replacements(visitor, assessment["id"]),
    )
    return Withdrawal(proposal=found["proposal"], is_possible=bool(others))


def _offers(
    visitor: Visitor, assessment: Mapping[str, Any], dispute: Mapping[str, Any] | None, withdrawal: Withdrawal
) -> set[str]:
    """Which steps to offer: those that its stage allows and that this person may take."""
    person = visitor.person
    if person is None:
        return set()
    manager, officer = person.has("commissioning_manager"), person.has("compliance_officer")
    provider, council = person.has("provider_admin", "provider_user"), manager or officer
    has_draft, proposal = assessment["draft_issued_at"] is not None, withdrawal.proposal
    is_yours, is_reviewed = (dispute["is_yours"], dispute["outcome"] is not None) if dispute else (False, False)
    may = {
        "begin_self_assessment": provider,
        "submit": provider,
        "begin_validation": officer,
        "validate_without_self_assessment": officer,
        "issue_draft": officer,
        "publish": council if dispute is None else is_reviewed and (manager or is_yours),
        "begin_senior_review": manager or is_yours,
        "hand_review_over": manager and not is_reviewed,
        "conclude_senior_review": is_yours and not is_reviewed,
        "cancel": manager or is_yours if has_draft else council,
        "propose_withdrawal": council and proposal is None and withdrawal.is_possible,
        "refuse_withdrawal": proposal is not None and (manager or proposal["is_yours"]),
        "withdraw": manager and proposal is not None and not proposal["is_yours"],
    }
    return {step for step in assessment["steps"] if may.get(step, False)}
