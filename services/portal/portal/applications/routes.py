"""A provider's applications: begun, answered page by page, submitted, followed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.applications.questions import Section, sections_of
from portal.forms import Field, FieldError, Kind
from portal.ids import Id
from portal.pages import go, render, with_query
from portal.tasks import METHODS, Task, perform
from portal.upstream import Api, Refused
from portal.upstream import section as part_of_page
from portal.visitors import OfProvider, SignedIn
from portal.words import words

router = APIRouter(prefix="/applications")

_DECLARATION = (
    Field(name="declared_by", label="Full name of the person who declares"),
    Field(
        name="is_true_and_complete",
        label="I declare that these answers are true and complete",
        kind=Kind.CONFIRM,
        missing="Confirm that the answers are true and complete",
    ),
)
_REASON = Field(name="reason", label="Reason", kind=Kind.WORDS, hint="At least 10 characters")


@router.get("")
async def list_applications(request: Request, visitor: SignedIn) -> Response:
    if visitor.person and visitor.person.org is None:
        return go("/lot-applications")
    api, cursor = visitor.api, request.query_params.get("cursor")
    page, schemes = await asyncio.gather(
        api.get("dps-admission", "/v1/applications", cursor=cursor, limit=25), scheme_names(api)
    )
    return render(
        request,
        "applications/list.html",
        items=page["items"],
        schemes=schemes,
        next_href=with_query(request, {"cursor": page["next_cursor"]}) if page["next_cursor"] else None,
        first_href="/applications" if cursor else None,
    )


@router.api_route("/new", methods=METHODS)
async def start_application(request: Request, visitor: OfProvider) -> Response:
    api = visitor.api
    schemes, earlier = await asyncio.gather(
        api.every("dps-admission", "/v1/schemes"), api.every("dps-admission", "/v1/applications")
    )
    open_ones = tuple((each["id"], each["name"]) for each in schemes if each["status"] == "open")
    copies = tuple((each["id"], f"{each['reference']} ({words(each['status'])})") for each in earlier)
    fields = [
        Field(
            name="scheme_id",
            label="Which arrangement do you want to apply to?",
            kind=Kind.ONE_OF,
            options=open_ones,
            missing="Select the arrangement that you want to apply to",
        )
    ]
    if copies:
        fields.append(
            Field(
                name="copy_from",
                label="Begin with the answers of an earlier application (optional)",
                kind=Kind.CHOICE,
                options=copies,
                is_required=False,
            )
        )

    async def send(values: dict[str, Any]) -> Any:
        return await api.post("dps-admission", "/v1/applications", values)

    task = Task(
        title="Start an application",
        lead="Applying is free. You can save and come back; nothing is sent until you submit.",
        fields=tuple(fields),
        button="Start",
        back="/applications",
        done="application-begun",
    )
    return await perform(request, task, send=send, then=lambda answer: f"/applications/{answer['id']}")


@router.get("/{application_id}")
async def one_application(request: Request, visitor: OfProvider, application_id: Id) -> Response:
    api = visitor.api
    application = await api.get("dps-admission", f"/v1/applications/{application_id}")
    parts = application["lot_applications"]
    sections, lots, decisions, clarifications = await asyncio.gather(
        question_sections(api, application),
        lots_of(api, application["scheme_id"]),
        _of_each(api, parts, "decisions"),
        _of_each(api, parts, "clarifications"),
    )
    return render(
        request,
        "applications/one.html",
        application=application,
        sections=sections,
        lots=lots,
        parts=parts,
        decisions=decisions,
        clarifications=clarifications,
    )


@router.api_route("/{application_id}/submission", methods=METHODS)
async def submit_application(request: Request, visitor: OfProvider, application_id: Id) -> Response:
    api, here = visitor.api, f"/applications/{application_id}"
    application = await api.get("dps-admission", f"/v1{here}")
    sections = await question_sections(api, application)

    def explain(refusal: Refused) -> list[FieldError]:
        return _unanswered(refusal, sections, here)

    async def send(values: dict[str, Any]) -> Any:
        match = f'"{application["version"]}"'
        return await api.post("dps-admission", f"/v1{here}/submission", values, match=match)

    task = Task(
        title="Declare and submit",
        caption=f"Application {application['reference']}",
        lead="After this the answers can no longer change. Each lot is then decided separately, with reasons.",
        fields=_DECLARATION,
        button="Submit application",
        back=here,
        done="submitted",
        known={"declared_by": visitor.person.name if visitor.person else ""},
    )
    return await perform(request, task, send=send, then=here, explain=explain)


@router.api_route("/{application_id}/withdrawal", methods=METHODS)
async def withdraw_application(request: Request, visitor: OfProvider, application_id: Id) -> Response:
    here = f"/applications/{application_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1{here}/withdrawal", values)

    task = Task(
        title="Withdraw the application",
        fields=(_REASON,),
        button="Withdraw",
        back=here,
        is_warning=True,
        done="withdrawn",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/{application_id}/clarifications/{clarification_id}", methods=METHODS)
async def answer_clarification(
    request: Request, visitor: OfProvider, application_id: Id, clarification_id: Id
) -> Response:
    here = f"/applications/{application_id}"
    application = await visitor.api.get("dps-admission", f"/v1{here}")
    asked = await _of_each(visitor.api, application["lot_applications"], "clarifications")
    question = next(
        (one["question"] for each in asked.values() for one in each["items"] if one["id"] == clarification_id), ""
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1/clarifications/{clarification_id}/answer", values)

    task = Task(
        title="Answer the council's question",
        caption=f"Application {application['reference']}",
        lead=question,
        fields=(Field(name="answer", label="Your answer", kind=Kind.WORDS, rows=10),),
        button="Send answer",
        back=here,
        done="answered",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/{application_id}/lots/{lot_application_id}/representations", methods=METHODS)
async def make_representations(
    request: Request, visitor: OfProvider, application_id: Id, lot_application_id: Id
) -> Response:
    here = f"/applications/{application_id}"

    async def send(values: dict[str, Any]) -> Any:
        path = f"/v1/lot-applications/{lot_application_id}/representations"
        return await visitor.api.post("dps-admission", path, values)

    task = Task(
        title="Answer the reasons",
        lead="Say why the criteria are met after all, or what has changed. The council decides afterwards.",
        fields=(Field(name="text", label="Your answer", kind=Kind.WORDS, rows=12),),
        button="Send answer",
        back=here,
        done="answered",
    )
    return await perform(request, task, send=send, then=here)


async def scheme_names(api: Api) -> dict[str, str]:
    return {each["id"]: each["name"] for each in await api.every("dps-admission", "/v1/schemes")}


async def lots_of(api: Api, scheme_id: str) -> dict[str, Any]:
    found = await api.get("dps-admission", f"/v1/schemes/{scheme_id}/lots")
    return {each["id"]: each for each in found["items"]}


async def question_sections(api: Api, application: Mapping[str, Any]) -> list[Section]:
    """The pages of questions of every lot that was chosen."""
    ids = list(dict.fromkeys(choice["question_set_id"] for choice in application["choices"]))
    sets = await asyncio.gather(*(api.get("dps-admission", f"/v1/question-sets/{each}") for each in ids))
    return sections_of(each["content"] for each in sets)


def _unanswered(refusal: Refused, sections: Sequence[Section], here: str) -> list[FieldError]:
    """What is missing or wrong in the answers, each with a link to its page."""
    places = {question["id"]: (each, question) for each in sections for question in each.questions}
    said = [each for each in refusal.document.get("errors") or () if each.get("question") in places]
    errors = []
    for each in said:
        section, question = places[each["question"]]
        text = f"{section.title}: {question['text']} {each['says']}"
        errors.append(FieldError(text, f"{here}/questions/{section.number}#{question['id']}"))
    return errors


async def _of_each(api: Api, parts: Sequence[Mapping[str, Any]], what: str) -> dict[str, Any]:
    """`what` of every lot application, by its id."""
    paths = [f"/v1/lot-applications/{part['id']}/{what}" for part in parts]
    found = await asyncio.gather(*(part_of_page(api.get("dps-admission", path)) for path in paths))
    return {
        part["id"]: each.value or {"items": [], "representations": []} for part, each in zip(parts, found, strict=True)
    }
