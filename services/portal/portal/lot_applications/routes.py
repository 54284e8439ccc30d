"""What commissioners and managers work on: the list of lot applications, and the whole of one."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.applications.questions import Section, sections_of
from portal.forms import Field, Kind
from portal.ids import Id
from portal.names import names_for
from portal.pages import go, render, with_query
from portal.tasks import METHODS, Task, perform
from portal.upstream import Api, Refused
from portal.visitors import SignedIn

router = APIRouter(prefix="/lot-applications")

_REASON = Field(name="reason", label="Reason", kind=Kind.WORDS, hint="At least 10 characters. It is kept for ever.")
_PARTS = (("evaluator", "Evaluator: scores alone"), ("moderator", "Moderator: records a consensus where scores differ"))


@router.get("")
async def worklist(request: Request, visitor: SignedIn) -> Response:
    api, query = visitor.api, request.query_params
    show_all = query.get("show") == "all"
    page, lots, names = await asyncio.gather(
        api.get(
            "dps-admission",
            "/v1/lot-applications",
            only_open="false" if show_all else "true",
            cursor=query.get("cursor"),
            limit=25,
        ),
        every_lot(api),
        names_for(api),
    )
    return render(
        request,
        "lot_applications/list.html",
        items=page["items"],
        lots=lots,
        names=names,
        show_all=show_all,
        next_href=with_query(request, {"cursor": page["next_cursor"]}) if page["next_cursor"] else None,
        first_href=with_query(request, {"cursor": None}) if query.get("cursor") else None,
    )


@router.get("/{part_id}")
async def one_lot_application(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    api, here = visitor.api, f"/v1/lot-applications/{part_id}"
    part = await api.get("dps-admission", here)
    application, lot, evaluation, report, checks, decisions, clarifications, questions, names = await asyncio.gather(
        api.get("dps-admission", f"/v1/applications/{part['application_id']}"),
        api.get("dps-admission", f"/v1/lots/{part['lot_id']}"),
        api.get("dps-admission", f"{here}/evaluation"),
        report_of(api, part_id),
        api.get("dps-admission", f"{here}/checks"),
        api.get("dps-admission", f"{here}/decisions"),
        api.get("dps-admission", f"{here}/clarifications"),
        api.get("dps-admission", f"/v1/question-sets/{part['question_set_id']}"),
        names_for(api),
    )
    sections: list[Section] = sections_of([questions["content"]])
    subject = visitor.person.subject if visitor.person else ""
    # The last: who was released may have been assigned again.
    mine = next((each for each in reversed(evaluation["assignments"]) if each["person"] == subject), None)
    has_settled = any(each["found_by_subject"] == subject for each in checks["items"])
    return render(
        request,
        "lot_applications/one.html",
        part=part,
        application=application,
        lot=lot,
        evaluation=evaluation,
        mine=mine,
        may_have_conflict=mine["conflict"] == "none" if mine else has_settled,
        report=report,
        checks=checks["items"],
        decisions=decisions["items"],
        representations=decisions["representations"],
        clarifications=clarifications["items"],
        sections=sections,
        names=names,
        is_open=part["status"] in {"evaluating", "clarifying"},
        is_undecided=part["status"] in {"evaluating", "clarifying", "minded_to_refuse"},
    )


@router.post("/{part_id}/owner")
async def take_on(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    await visitor.api.post("dps-admission", f"/v1/lot-applications/{part_id}/owner")
    return go(f"/lot-applications/{part_id}", done="taken-on")


@router.api_route("/{part_id}/evaluators/new", methods=METHODS)
async def assign_evaluator(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    here = f"/lot-applications/{part_id}"
    people = {each["id"]: each["name"] for each in await _commissioning_people(visitor.api)}
    fields = (
        Field(name="person", label="Who?", kind=Kind.CHOICE, options=tuple(people.items()), missing="Choose a person"),
        Field(name="part", label="As", kind=Kind.ONE_OF, options=_PARTS, missing="Select what they will do"),
    )

    async def send(values: dict[str, Any]) -> Any:
        body = values | {"name": people[values["person"]]}
        return await visitor.api.post("dps-admission", f"/v1{here}/evaluators", body)

    task = Task(title="Assign an evaluator or moderator", fields=fields, button="Assign", back=here, done="assigned")
    return await perform(request, task, send=send, then=here)


@router.api_route("/{part_id}/clarifications/new", methods=METHODS)
async def ask_for_clarification(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    here = f"/lot-applications/{part_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1{here}/clarifications", values)

    task = Task(
        title="Ask the provider for clarification",
        lead="Asking does not stop the clock.",
        fields=(Field(name="question", label="Your question", kind=Kind.WORDS, rows=6),),
        button="Send question",
        back=here,
        done="asked",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/{part_id}/prolongation", methods=METHODS)
async def prolong(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    here = f"/lot-applications/{part_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1{here}/prolongation", values)

    task = Task(
        title="Prolong the time for deciding",
        lead="It can be prolonged once, with a reason that the provider is told.",
        fields=(_REASON,),
        button="Prolong",
        back=here,
        done="prolonged",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/{part_id}/checks/{check_id}", methods=METHODS)
async def settle_check(request: Request, visitor: SignedIn, part_id: Id, check_id: Id) -> Response:
    here = f"/lot-applications/{part_id}"
    checks = await visitor.api.get("dps-admission", f"/v1{here}/checks")
    about = next((each for each in checks["items"] if each["id"] == check_id), None)
    fields = (
        Field(
            name="finding",
            label="What does it come to?",
            kind=Kind.ONE_OF,
            options=(("pass", "Pass"), ("fail", "Fail")),
            missing="Select pass or fail",
        ),
        _REASON,
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1/checks/{check_id}/finding", values)

    task = Task(
        title="Settle a check",
        lead=about["reason"] if about else "",
        fields=fields,
        button="Save finding",
        back=here,
        done="saved",
    )
    return await perform(request, task, send=send, then=here)


async def report_of(api: Api, part_id: str) -> Any:
    """The complete evaluation report, or None while there is none."""
    try:
        return await api.get("dps-admission", f"/v1/lot-applications/{part_id}/report")
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None


async def every_lot(api: Api) -> dict[str, Any]:
    """Every lot of every arrangement by its id, with the arrangement's name."""
    schemes = (await api.get("dps-admission", "/v1/schemes"))["items"]
    found = await asyncio.gather(*(api.get("dps-admission", f"/v1/schemes/{each['id']}/lots") for each in schemes))
    return {
        lot["id"]: lot | {"scheme_name": scheme["name"]}
        for scheme, lots in zip(schemes, found, strict=True)
        for lot in lots["items"]
    }


async def _commissioning_people(api: Api) -> list[Any]:
    found = await asyncio.gather(
        *(api.every("directory", "/v1/people", role=role) for role in ("commissioner", "commissioning_manager"))
    )
    return list({each["id"]: each for people in found for each in people}.values())
