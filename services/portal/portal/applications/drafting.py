"""A draft application: choosing lots, and answering one page of questions."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.applications.questions import Section, applies, fields_for
from portal.applications.routes import lots_of, question_sections
from portal.forms import Field, Filled, Kind, fill, read
from portal.ids import Id
from portal.organisation.evidence import documents_to_choose
from portal.pages import go, render
from portal.tasks import METHODS, REFUSALS_TO_SHOW
from portal.upstream import Api, Down, Refused
from portal.visitors import OfProvider, Visitor

router = APIRouter(prefix="/applications/{application_id}")

BOROUGH = "borough"


@router.api_route("/lots", methods=METHODS)
async def choose_lots(request: Request, visitor: OfProvider, application_id: Id) -> Response:
    api, here = visitor.api, f"/applications/{application_id}"
    application = await api.get("dps-admission", f"/v1{here}")
    lots, services = await asyncio.gather(
        lots_of(api, application["scheme_id"]), api.every("directory", "/v1/care-services", provider_id=visitor.org)
    )
    fields = _lot_fields(lots, services)
    if request.method == "GET":
        return _lots_page(request, application, fill(fields, _chosen(application, fields)))
    filled = read(fields, await request.form())
    if not filled.errors:
        body = {"answers": application["answers"], "choices": _choices(filled, lots)}
        await _save(api, application, body, filled)
    if filled.errors:
        return _lots_page(request, application, filled, status=filled.status)
    return go(here, done="saved")


@router.get("/questions/{number}")
async def questions_page(request: Request, visitor: OfProvider, application_id: Id, number: int) -> Response:
    application, section, following, fields = await _load(visitor, application_id, number)
    return _questions_page(request, application, section, following, fill(fields, application["answers"]))


@router.post("/questions/{number}")
async def save_answers(request: Request, visitor: OfProvider, application_id: Id, number: int) -> Response:
    application, section, following, fields = await _load(visitor, application_id, number)
    form = await request.form()
    filled = read(fields, form)
    if not filled.errors:
        answers = _merged(application["answers"], section, filled)
        await _save(visitor.api, application, {"answers": answers, "choices": _kept(application)}, filled)
    if filled.errors:
        return _questions_page(request, application, section, following, filled, status=filled.status)
    here = f"/applications/{application_id}"
    onward = f"{here}/questions/{following.number}" if following and form.get("then") == "next" else here
    return go(onward, done="saved")


async def _load(
    visitor: Visitor, application_id: str, number: int
) -> tuple[Any, Section, Section | None, tuple[Field, ...]]:
    api = visitor.api
    application = await api.get("dps-admission", f"/v1/applications/{application_id}")
    sections = await question_sections(api, application)
    if not 1 <= number <= len(sections):
        raise Refused(404, {"detail": "No such page."})
    section = sections[number - 1]
    asked = section.asked(application["answers"])
    documents = await _documents(visitor, asked, application["answers"])
    fields = fields_for(asked, documents=documents)
    following = sections[number] if number < len(sections) else None
    return application, section, following, fields


async def _documents(
    visitor: Visitor, asked: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    questions = [each["id"] for each in asked if each["kind"] == "document"]
    chosen = (answers[each] for each in questions if answers.get(each))
    return await documents_to_choose(visitor.api, visitor.org, chosen) if questions else ()


def _merged(before: Mapping[str, Any], section: Section, filled: Filled) -> dict[str, Any]:
    """The answers so far with this page's; an answer to a question that no longer applies is dropped."""
    here = {question["id"]: question for question in section.questions}
    answers = {name: value for name, value in before.items() if name not in here} | filled.values
    return {name: value for name, value in answers.items() if name not in here or applies(here[name], answers)}


def _kept(application: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The choices as they were, in the form in which they are sent."""
    names = ("lot_id", "zone", "price", "care_service_ids")
    return [{name: choice[name] for name in names} for choice in application["choices"]]


async def _save(api: Api, application: Mapping[str, Any], body: Mapping[str, Any], filled: Filled) -> None:
    path = f"/v1/applications/{application['id']}/draft"
    try:
        await api.put("dps-admission", path, body, match=f'"{application["version"]}"')
    except Refused as refusal:
        if refusal.status not in REFUSALS_TO_SHOW:
            raise
        filled.refused(refusal)
    except Down as down:
        filled.unanswered(down)


def _lot_fields(lots: Mapping[str, Any], services: list[Any]) -> tuple[Field, ...]:
    """One box for each open lot and zone, a price where the lot has a ceiling, and the services that will deliver."""
    fields: list[Field] = []
    for lot in lots.values():
        if lot["status"] != "open":
            continue
        zones = tuple((zone, zone) for zone in lot["zones"]) or ((BOROUGH, "Whole borough"),)
        fields.append(
            Field(name=f"zones-{lot['id']}", label=lot["name"], kind=Kind.ANY_OF, options=zones, is_required=False)
        )
        if lot["price_ceiling"] is not None:
            fields.append(
                Field(
                    name=f"price-{lot['id']}",
                    label=f"Your price for {lot['name']}",
                    kind=Kind.AMOUNT,
                    hint=f"In pounds {lot['price_unit'] or ''}, no more than {lot['price_ceiling']}",
                    is_required=False,
                    width="govuk-input--width-10",
                )
            )
    fields.append(
        Field(
            name="care_service_ids",
            label="Which of your services will deliver?",
            kind=Kind.ANY_OF,
            options=tuple((each["id"], each["name"]) for each in services),
            hint="Add a service under My services if it is not listed.",
            missing="Select the services that will deliver",
        )
    )
    return tuple(fields)


def _chosen(application: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    """What the draft holds, as it stands in the boxes."""
    known: dict[str, Any] = {each.name: [] for each in fields if each.name.startswith("zones-")}
    services: dict[str, None] = {}
    for choice in application["choices"]:
        known.setdefault(f"zones-{choice['lot_id']}", []).append(choice["zone"] or BOROUGH)
        known[f"price-{choice['lot_id']}"] = choice["price"]
        services |= dict.fromkeys(choice["care_service_ids"])
    return known | {"care_service_ids": list(services)}


def _choices(filled: Filled, lots: Mapping[str, Any]) -> list[dict[str, Any]]:
    services = filled.values.get("care_service_ids", [])
    return [
        {
            "lot_id": lot_id,
            "zone": None if zone == BOROUGH else zone,
            "price": filled.values.get(f"price-{lot_id}"),
            "care_service_ids": services,
        }
        for lot_id in lots
        for zone in filled.values.get(f"zones-{lot_id}", [])
    ]


def _lots_page(request: Request, application: Any, filled: Filled, *, status: int = 200) -> Response:
    return render(request, "applications/lots.html", status=status, application=application, filled=filled)


def _questions_page(
    request: Request,
    application: Any,
    section: Section,
    following: Section | None,
    filled: Filled,
    *,
    status: int = 200,
) -> Response:
    return render(
        request,
        "applications/questions.html",
        status=status,
        application=application,
        section=section,
        following=following,
        filled=filled,
    )
