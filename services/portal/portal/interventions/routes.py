"""Interventions: proposed by one person, authorised by another, issued to the provider, ended with a reason."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.ids import Id
from portal.pages import go, render, with_query
from portal.tasks import METHODS, Task, perform
from portal.visitors import SignedIn, Visitor
from portal.words import INTERVENTION_KINDS, day, options

router = APIRouter()

REASON = Field(
    name="reason",
    label="Reason",
    kind=Kind.WORDS,
    hint="At least 10 characters. It is kept for ever; the provider does not read it.",
)
NOTICE = Field(
    name="notice_text",
    label="What the provider is told",
    kind=Kind.WORDS,
    rows=8,
    hint="With the reasons and the right to answer. The provider is told the same day.",
    missing="Enter what the provider is told",
)
_EXTENT = Field(
    name="extent",
    label="For an embargo: how far does it go?",
    kind=Kind.ONE_OF,
    options=(("whole", "Whole: no new placements"), ("part", "Part: only within a limit")),
    is_required=False,
)
_LIMIT = Field(
    name="limit_text",
    label="The limit of a partial embargo (optional)",
    hint="For example, no more than two new packages a week",
    is_required=False,
)
RESPONSE = Field(
    name="response_due_on",
    label="Response due (optional)",
    kind=Kind.DAY,
    hint="For example, 27 3 2026",
    is_required=False,
)
RESPONSE_ANEW = replace(RESPONSE, hint="For example, 27 3 2026. Left empty, the day stays as it is.")
REVIEW = Field(
    name="review_on",
    label="Review date",
    kind=Kind.DAY,
    hint="For example, 27 3 2026. An embargo never ends by itself: at its review it needs a decision.",
    missing="Enter the review date",
)
_CONDITIONS = Field(
    name="conditions",
    label="Conditions (optional)",
    kind=Kind.WORDS,
    hint="One a line. Each needs an outcome before the intervention can end.",
    is_required=False,
)
_STAGES = ("proposed", "authorised", "rejected", "issued", "met", "escalated", "withdrawn", "lifted")
_CASEWORK = ("compliance_officer", "commissioning_manager")
_OUTCOMES = (("met", "Met"), ("not_met", "Not met"), ("no_longer_needed", "No longer needed"))

# (address, words, explanation, what is asked, what the next page says)
_STEPS: dict[str, tuple[str, str, tuple[Field, ...], str]] = {
    "rejection": ("Reject", "It is not issued, and the provider is not told of it.", (REASON,), "rejected"),
    "issue": ("Issue to the provider", "It is in force from now on.", (NOTICE, RESPONSE_ANEW, REVIEW), "issued"),
    "confirmation": ("Confirm the urgent embargo", "Another manager issued it alone.", (), "confirmed"),
    "completion": ("Record that it was met", "", (REASON,), "met"),
    "escalation": ("Escalate", "The next step is proposed separately.", (REASON,), "escalated"),
    "withdrawal": ("Withdraw", "For an intervention that should not have been issued.", (REASON,), "withdrawn"),
    "lifting": ("Lift the embargo", "Memberships that it suspended are restored.", (REASON,), "lifted"),
}


@router.api_route("/care-services/{care_service_id}/interventions/new", methods=METHODS)
async def propose_intervention(request: Request, visitor: SignedIn, care_service_id: Id) -> Response:
    here = f"/care-services/{care_service_id}"
    service = await visitor.api.get("directory", f"/v1{here}")
    fields = (
        Field(
            name="kind",
            label="Which intervention?",
            kind=Kind.ONE_OF,
            options=options(INTERVENTION_KINDS),
            missing="Select the intervention",
        ),
        _EXTENT,
        _LIMIT,
        REASON,
        Field(
            name="skip_reason",
            label="Why the step before is skipped (optional)",
            kind=Kind.WORDS,
            rows=3,
            hint="Only when the step before this one has not been taken",
            is_required=False,
        ),
        RESPONSE,
        REVIEW,
        _CONDITIONS,
    )

    async def send(values: dict[str, Any]) -> Any:
        body = _with_conditions(values) | {"provider_id": service["provider_id"], "care_service_id": care_service_id}
        return await visitor.api.post("risk", "/v1/interventions", body)

    task = Task(
        title="Propose an intervention",
        caption=service["name"],
        lead="Another person authorises it.",
        fields=fields,
        button="Propose",
        back=here,
        done="proposed",
    )
    return await perform(request, task, send=send, then=lambda answer: f"/interventions/{answer['id']}")


@router.api_route("/care-services/{care_service_id}/urgent-embargo", methods=METHODS)
async def issue_urgent_embargo(request: Request, visitor: SignedIn, care_service_id: Id) -> Response:
    here = f"/care-services/{care_service_id}"
    service = await visitor.api.get("directory", f"/v1{here}")

    async def send(values: dict[str, Any]) -> Any:
        body = _with_conditions(values) | {"provider_id": service["provider_id"], "care_service_id": care_service_id}
        return await visitor.api.post("risk", "/v1/urgent-embargoes", body)

    task = Task(
        title="Issue an urgent embargo",
        caption=service["name"],
        lead="It is in force at once. Another manager must confirm it within one working day.",
        fields=(
            _required(_EXTENT, "Select how far it goes"),
            _LIMIT,
            REASON,
            NOTICE,
            RESPONSE,
            REVIEW,
            _CONDITIONS,
        ),
        button="Issue the embargo",
        back=here,
        is_warning=True,
        done="issued",
    )
    return await perform(request, task, send=send, then=lambda answer: f"/interventions/{answer['id']}")


@router.get("/interventions")
async def list_interventions(request: Request, visitor: SignedIn) -> Response:
    query = request.query_params
    stage = query.get("stage", "") if query.get("stage", "") in _STAGES else ""
    page = await visitor.api.get("risk", "/v1/interventions", stage=stage, cursor=query.get("cursor"), limit=25)
    return render(
        request,
        "interventions/list.html",
        items=page["items"],
        stage=stage,
        stages=_STAGES,
        next_href=with_query(request, {"cursor": page["next_cursor"]}) if page["next_cursor"] else None,
        first_href=with_query(request, {"cursor": None}) if query.get("cursor") else None,
    )


@router.get("/interventions/{intervention_id}")
async def one_intervention(request: Request, visitor: SignedIn, intervention_id: Id) -> Response:
    intervention = await visitor.api.get("risk", f"/v1/interventions/{intervention_id}")
    return render(
        request,
        "interventions/one.html",
        intervention=intervention,
        steps=_offered(visitor, intervention),
        titles={step: said[0] for step, said in _STEPS.items()},
        may_review=_may_review(visitor, intervention),
    )


@router.api_route("/interventions/{intervention_id}/conditions/{condition_id}", methods=METHODS)
async def settle_condition(request: Request, visitor: SignedIn, intervention_id: Id, condition_id: Id) -> Response:
    here = f"/interventions/{intervention_id}"
    intervention = await visitor.api.get("risk", f"/v1{here}")
    wording = next((each["wording"] for each in intervention["conditions"] if each["id"] == condition_id), "")
    outcome = Field(
        name="outcome", label="What became of it?", kind=Kind.ONE_OF, options=_OUTCOMES, missing="Select the outcome"
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("risk", f"/v1{here}/conditions/{condition_id}/outcome", values)

    task = Task(
        title="Record the outcome of a condition",
        lead=wording,
        fields=(outcome, REASON),
        button="Save outcome",
        back=here,
        done="saved",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/interventions/{intervention_id}/answer", methods=METHODS)
async def answer_intervention(request: Request, visitor: SignedIn, intervention_id: Id) -> Response:
    here = f"/interventions/{intervention_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("risk", f"/v1{here}/representations", values)

    task = Task(
        title="Answer the council",
        fields=(Field(name="wording", label="Your answer", kind=Kind.WORDS, rows=10),),
        button="Send answer",
        back=here,
        done="answered",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/interventions/{intervention_id}/review", methods=METHODS)
async def review_intervention(request: Request, visitor: SignedIn, intervention_id: Id) -> Response:
    """The decision that it goes on, and when it is looked at again."""
    here = f"/interventions/{intervention_id}"
    intervention = await visitor.api.get("risk", f"/v1{here}")
    again = Field(
        name="next_review_on",
        label="When is it looked at again?",
        kind=Kind.DAY,
        hint="For example, 27 3 2026",
        missing="Enter the day on which it is looked at again",
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("risk", f"/v1{here}/reviews", values)

    task = Task(
        title="Record a review: it goes on",
        caption=intervention["reference"],
        lead=f"Its review date is {day(intervention['review_on'])}. To end it instead, go back to its page.",
        fields=(again, REASON),
        button="Record the review",
        back=here,
        done="reviewed",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/interventions/{intervention_id}/steps/{step}", methods=METHODS)
async def take_step(request: Request, visitor: SignedIn, intervention_id: Id, step: str) -> Response:
    here = f"/interventions/{intervention_id}"
    if step not in _STEPS:
        return go(here)
    title, lead, fields, done = _STEPS[step]
    known = await visitor.api.get("risk", f"/v1{here}") if step == "issue" else {}

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("risk", f"/v1{here}/{step}", values or None)

    days = {name: known[name] for name in ("response_due_on", "review_on") if known}
    task = Task(title=title, lead=lead, fields=fields, button=title, back=here, done=done, known=days)
    return await perform(request, task, send=send, then=here)


def _offered(visitor: Visitor, intervention: dict[str, Any]) -> list[str]:
    """The steps to offer at this stage to a person of this role; whether they are allowed is the service's to say."""
    person = visitor.person
    if person is None or not person.has("compliance_officer", "commissioning_manager"):
        return []
    is_manager, is_embargo = person.has("commissioning_manager"), intervention["kind"] == "embargo"
    match intervention["status"]:
        case "proposed":
            return ["rejection"] if is_manager else []
        case "authorised":
            return ["issue", *(["rejection"] if is_manager else [])]
        case "issued":
            confirm = (
                ["confirmation"]
                if is_manager and intervention["confirm_by"] and not intervention["confirmed_at"]
                else []
            )
            ends = ["lifting", "withdrawal"] if is_embargo and is_manager else []
            return [*confirm, *(ends if is_embargo else ["completion", "escalation", "withdrawal"])]
        case _:
            return []


def _may_review(visitor: Visitor, intervention: dict[str, Any]) -> bool:
    """Whoever may end it may say that it goes on: an embargo is a manager's."""
    roles = ("commissioning_manager",) if intervention["kind"] == "embargo" else _CASEWORK
    return intervention["status"] == "issued" and visitor.person is not None and visitor.person.has(*roles)


def _with_conditions(values: dict[str, Any]) -> dict[str, Any]:
    lines = [line.strip() for line in str(values.get("conditions", "")).splitlines() if line.strip()]
    return values | {"conditions": [{"wording": line} for line in lines]}


def _required(field: Field, missing: str) -> Field:
    return Field(name=field.name, label="How far does it go?", kind=field.kind, options=field.options, missing=missing)
