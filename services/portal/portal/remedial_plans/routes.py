"""Remedial action plans: the provider writes and does, the officer approves, verifies and closes."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.downloads import send_on
from portal.forms import Field, Kind
from portal.ids import Id
from portal.names import names_for
from portal.pages import go, render
from portal.tasks import METHODS, Task, perform
from portal.visitors import PROVIDER_ROLES, SignedIn, Visitor
from portal.words import options

router = APIRouter(prefix="/remedial-plans/{plan_id}")

_REASON = Field(name="reason", label="Reason", kind=Kind.WORDS, hint="At least 10 characters. It is kept for ever.")
_ACTION = (
    Field(name="description", label="What will be done?", kind=Kind.WORDS, missing="Enter what will be done"),
    Field(name="owner", label="Who sees to it?", hint="A role, for example registered manager"),
    Field(
        name="due_on",
        label="By when?",
        kind=Kind.DAY,
        hint="For example, 27 3 2026",
        missing="Enter the day by which it will be done",
    ),
    Field(name="measure", label="How will one know that it worked?", kind=Kind.WORDS, rows=3),
)
_PROGRESS = (
    Field(
        name="progress",
        label="How far has it got?",
        kind=Kind.ONE_OF,
        options=options(("not_started", "under_way", "done")),
        missing="Select how far it has got",
    ),
    Field(name="note", label="What was done", kind=Kind.WORDS),
)
_OUTCOME = Field(
    name="outcome",
    label="What became of it?",
    kind=Kind.ONE_OF,
    options=options(("completely_remedied", "partly_remedied", "not_remedied")),
    missing="Select what became of it",
)
# address -> (button, what is asked, whose step it is)
_STEPS: dict[str, tuple[str, tuple[Field, ...], tuple[str, ...]]] = {
    "submission": ("Submit the plan", (), tuple(PROVIDER_ROLES)),
    "approval": ("Approve the plan", (), ("compliance_officer",)),
    "return": ("Return the plan", (_REASON,), ("compliance_officer",)),
    "closure": ("Close the plan", (), ("compliance_officer",)),
}
_ADDRESS_OF = {"submit": "submission", "approve": "approval", "return": "return", "close": "closure"}


@router.get("")
async def one_plan(request: Request, visitor: SignedIn, plan_id: Id) -> Response:
    person = visitor.person
    plan = await visitor.api.get("assessment", f"/v1/remedial-plans/{plan_id}")
    names = await names_for(visitor.api, org=person.org if person else None)
    return render(
        request,
        "remedial_plans/one.html",
        plan=plan,
        names=names,
        steps=_offered(visitor, plan),
        is_writing=_is_provider(visitor) and plan["status"] in {"awaiting_plan", "returned"},
        is_acting=_is_provider(visitor) and plan["status"] == "approved",
        is_verifying=person is not None and person.has("compliance_officer") and plan["status"] == "approved",
    )


@router.get("/files/{name}")
async def download_plan(visitor: SignedIn, plan_id: Id, name: Literal["report.pdf", "report.docx"]) -> Response:
    return await send_on(visitor, "assessment", f"/v1/remedial-plans/{plan_id}/{name}")


@router.api_route("/steps/{step}", methods=METHODS)
async def take_step(request: Request, visitor: SignedIn, plan_id: Id, step: str) -> Response:
    here = f"/remedial-plans/{plan_id}"
    if step not in _STEPS:
        return go(here)
    title, fields, _ = _STEPS[step]
    return await _asked(request, visitor, here, title, fields, to=f"{here}/{step}")


@router.api_route("/issues/{issue_id}/actions/new", methods=METHODS)
async def add_action(request: Request, visitor: SignedIn, plan_id: Id, issue_id: Id) -> Response:
    here = f"/remedial-plans/{plan_id}"
    return await _asked(request, visitor, here, "Add an action", _ACTION, to=f"{here}/issues/{issue_id}/actions")


@router.api_route("/actions/{action_id}/progress", methods=METHODS)
async def note_progress(request: Request, visitor: SignedIn, plan_id: Id, action_id: Id) -> Response:
    here = f"/remedial-plans/{plan_id}"
    return await _asked(request, visitor, here, "Note progress", _PROGRESS, to=f"{here}/actions/{action_id}/progress")


@router.api_route("/issues/{issue_id}/verification", methods=METHODS)
async def verify_issue(request: Request, visitor: SignedIn, plan_id: Id, issue_id: Id) -> Response:
    here = f"/remedial-plans/{plan_id}"
    fields, to = (_OUTCOME, _REASON), f"{here}/issues/{issue_id}/verification"
    return await _asked(request, visitor, here, "Verify what was done", fields, to=to)


async def _asked(
    request: Request, visitor: Visitor, here: str, title: str, fields: tuple[Field, ...], *, to: str
) -> Response:
    """One form about the plan, sent to the service, and back to the plan."""

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{to}", values or None)

    task = Task(title=title, fields=fields, button=title, back=here, done="saved")
    return await perform(request, task, send=send, then=here)


def _is_provider(visitor: Visitor) -> bool:
    return visitor.person is not None and visitor.person.has(*PROVIDER_ROLES)


def _offered(visitor: Visitor, plan: dict[str, Any]) -> list[tuple[str, str]]:
    """The address and words of each step that this stage allows and this person's role is for."""
    addresses = [_ADDRESS_OF[step] for step in plan["steps"] if step in _ADDRESS_OF]
    person = visitor.person
    return [(each, _STEPS[each][0]) for each in addresses if person and person.has(*_STEPS[each][2])]
