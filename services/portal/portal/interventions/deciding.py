"""What is read before it is decided: the plan for the people affected, and what the provider answered.

The edition of a plan that a page shows is sent with what is decided on that page, never one that nobody was shown.
"""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.ids import Id
from portal.interventions.routes import RESPONSE_ANEW, REVIEW
from portal.tasks import METHODS, Task, perform
from portal.visitors import SignedIn

router = APIRouter(prefix="/interventions/{intervention_id}")

_NOTICE = Field(
    name="notice_text",
    label="What the provider is told (optional)",
    kind=Kind.WORDS,
    rows=8,
    hint="With it, the intervention is issued at once. Without it, it can be issued later.",
    is_required=False,
)
_WHY = Field(name="reason", label="Reason (optional)", kind=Kind.WORDS, rows=3, is_required=False)
_DAYS = (
    ("starts_on", "When does the plan start?"),
    ("ends_on", "When does it end?"),
    ("cqc_told_on", "When was CQC told?"),
    ("health_told_on", "When was health told?"),
    ("other_councils_told_on", "When were other placing councils told?"),
)
_PLAN = (
    Field(name="people_affected", label="Number of people affected", kind=Kind.WHOLE, width="govuk-input--width-5"),
    Field(name="replacement", label="Who gives care instead", kind=Kind.WORDS),
    *(Field(name=name, label=label, kind=Kind.DAY, missing=f"{label[:-1]}: enter the day") for name, label in _DAYS),
)


@router.api_route("/authorisation", methods=METHODS)
async def authorise_intervention(request: Request, visitor: SignedIn, intervention_id: Id) -> Response:
    here = f"/interventions/{intervention_id}"
    intervention = await visitor.api.get("risk", f"/v1{here}")

    async def send(values: dict[str, Any]) -> Any:
        edition = await _edition_shown(request)
        body = values | ({"plan_edition": edition} if edition else {})
        return await visitor.api.post("risk", f"/v1{here}/authorisation", body)

    task = Task(
        title="Authorise the intervention",
        caption=intervention["reference"],
        fields=(_NOTICE, RESPONSE_ANEW, REVIEW, _WHY),
        button="Authorise",
        back=here,
        done="authorised",
        known={name: intervention[name] for name in ("response_due_on", "review_on")},
        template="interventions/deciding.html",
        more=_plan_shown(intervention),
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/continuity-plan", methods=METHODS)
async def plan_continuity(request: Request, visitor: SignedIn, intervention_id: Id) -> Response:
    here = f"/interventions/{intervention_id}"
    intervention = await visitor.api.get("risk", f"/v1{here}")

    async def send(values: dict[str, Any]) -> Any:
        match = f'"{await _edition_shown(request)}"'
        return await visitor.api.put("risk", f"/v1{here}/continuity-plan", values, match=match)

    task = Task(
        title="Plan for the people affected",
        caption=intervention["reference"],
        fields=_PLAN,
        button="Save plan",
        back=here,
        done="saved",
        known=intervention["continuity_plan"] or {},
        template="interventions/deciding.html",
        more=_plan_shown(intervention),
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/answers/{representation_id}", methods=METHODS)
async def read_representation(
    request: Request, visitor: SignedIn, intervention_id: Id, representation_id: Id
) -> Response:
    """Somebody of the council says that an answer was read."""
    here = f"/interventions/{intervention_id}"
    intervention = await visitor.api.get("risk", f"/v1{here}")
    answer = next((each for each in intervention["representations"] if each["id"] == representation_id), None)

    async def send(_: dict[str, Any]) -> Any:
        return await visitor.api.post("risk", f"/v1{here}/representations/{representation_id}/reading")

    task = Task(
        title="Read the provider's answer",
        caption=intervention["reference"],
        fields=(),
        button="I have read it",
        back=here,
        done="answer-read",
        template="interventions/deciding.html",
        more={"answer": answer},
    )
    return await perform(request, task, send=send, then=here)


def _plan_shown(intervention: dict[str, Any]) -> dict[str, Any]:
    return {name: intervention[name] for name in ("continuity_plan", "plan_edition", "plan_written_at")}


async def _edition_shown(request: Request) -> int:
    """The edition of the plan on the page that was sent; 0 where it showed none."""
    sent = str((await request.form()).get("edition", ""))
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 8 else 0
