"""One service on one page: its band and why, its rating, what is in force, where it is a member, what happened."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.care_services.history import AT_FIRST, OF_EACH_KIND, is_cut, timelines_of
from portal.dashboard.routes import WEIGH_CASES
from portal.forms import Field, Kind
from portal.ids import Id
from portal.pages import render, with_query
from portal.tasks import METHODS, Task, perform
from portal.timeline import merged
from portal.upstream import Api, Section, section, unless_missing
from portal.visitors import SignedIn
from portal.words import options

router = APIRouter(prefix="/care-services/{care_service_id}")

_READS_INTELLIGENCE = WEIGH_CASES
_READS_ASSESSMENTS = ("compliance_officer", "commissioner", "commissioning_manager", "auditor")
_READS_INTERVENTIONS = _READS_ASSESSMENTS
_KINDS = (
    "safeguarding_decision",
    "unexpected_death",
    "contracting_concern",
    "manager_vacancy",
    "pause_at_providers_request",
    "complaint",
    "whistleblowing",
    "other",
)
_RISK_SOURCES = ("service", "other")
_RISK_TYPES = (
    "physical",
    "domestic",
    "sexual",
    "psychological",
    "financial_or_material",
    "modern_slavery",
    "discriminatory",
    "organisational",
    "neglect",
    "self_neglect",
)
# The details of a section 42 enquiry, asked on the same page and sent only with a safeguarding decision.
_ENQUIRY = (
    Field(
        name="enquiry_reference",
        label="Enquiry reference",
        hint="These seven are for a safeguarding decision only. The reference must not name a person.",
        is_required=False,
        width="govuk-input--width-10",
    ),
    Field(
        name="stage",
        label="Stage of the enquiry",
        kind=Kind.CHOICE,
        options=options(("concern", "decision", "enquiry", "closed")),
        is_required=False,
    ),
    Field(
        name="meets_section_42",
        label="Does it meet section 42 of the Care Act?",
        kind=Kind.YES_NO,
        is_required=False,
    ),
    Field(name="type_of_risk", label="Type of risk", kind=Kind.CHOICE, options=options(_RISK_TYPES), is_required=False),
    Field(
        name="source_of_risk",
        label="Where does the risk come from?",
        kind=Kind.CHOICE,
        options=options(_RISK_SOURCES),
        is_required=False,
    ),
    Field(
        name="closed_unfounded",
        label="Was the enquiry closed as unfounded?",
        kind=Kind.YES_NO,
        hint="An enquiry that was closed as unfounded no longer counts against the service",
        is_required=False,
    ),
    Field(
        name="adults_count",
        label="Number of adults affected",
        kind=Kind.WHOLE,
        is_required=False,
        width="govuk-input--width-3",
    ),
)
_INTELLIGENCE = (
    Field(name="kind", label="What is it?", kind=Kind.ONE_OF, options=options(_KINDS), missing="Select what it is"),
    Field(
        name="event_on",
        label="When did it happen?",
        kind=Kind.DAY,
        hint="For example, 27 2 2026",
        missing="Enter the day on which it happened",
    ),
    Field(
        name="ended_on",
        label="When did the vacancy end? (optional)",
        kind=Kind.DAY,
        hint="Only for a manager vacancy that is over",
        is_required=False,
    ),
    Field(name="source", label="Where does it come from?", hint="For example, contract monitoring visit"),
    Field(
        name="substantiated",
        label="Is it substantiated?",
        kind=Kind.YES_NO,
        missing="Select yes if it is substantiated",
    ),
    Field(
        name="restricted",
        label="Is the detail restricted?",
        kind=Kind.YES_NO,
        hint="Restricted detail is seen by compliance officers and commissioning managers only",
        missing="Select yes if the detail is restricted",
    ),
    Field(
        name="narrative",
        label="What is known (optional)",
        kind=Kind.WORDS,
        hint="Name nobody who is supported",
        is_required=False,
    ),
    *_ENQUIRY,
)


@router.get("")
async def one_care_service(request: Request, visitor: SignedIn, care_service_id: Id) -> Response:
    api, person = visitor.api, visitor.person
    is_council = person is not None and person.org is None
    later = request.query_params.get("intelligence")
    service = await api.get("directory", f"/v1/care-services/{care_service_id}")
    provider, standing, rating, memberships, assessments, interventions, intelligence, own = await asyncio.gather(
        section(api.get("directory", f"/v1/providers/{service['provider_id']}")),
        section(_standing(api, care_service_id, is_asked=is_council)),
        section(unless_missing(api.get("assessment", f"/v1/care-services/{care_service_id}/rating"))),
        section(api.every("dps-admission", "/v1/memberships", care_service_id=care_service_id)),
        section(_assessments(api, care_service_id, is_asked=not is_council or _has(visitor, _READS_ASSESSMENTS))),
        section(_own_interventions(api, care_service_id, is_asked=not is_council)),
        section(
            _intelligence(api, care_service_id, later, is_asked=_has(visitor, _READS_INTELLIGENCE)),
        ),
        section(_own_band(api, care_service_id, is_asked=not is_council)),
    )
    of_assessments, of_memberships = await asyncio.gather(
        timelines_of(api, "assessment", "assessments", _newest(assessments)),
        timelines_of(api, "dps-admission", "memberships", _newest(memberships)),
    )
    weighs_cases = _has(visitor, _READS_INTELLIGENCE)  # to others the early warning shows the band and the reasons
    of_risk = standing.value["timeline"] if standing.value and weighs_cases else []
    timeline = merged(of_assessments, of_risk, of_memberships, limit=None)
    return render(
        request,
        "care_services/one.html",
        service=service,
        provider=provider,
        standing=standing,
        rating=rating,
        memberships=memberships,
        assessments=assessments,
        own=own,
        more_intelligence=_more_intelligence(request, intelligence),
        is_later=bool(request.query_params.get("intelligence")),
        weighs_cases=weighs_cases,
        interventions=_with_the_band(standing) if weighs_cases else interventions,
        opens_interventions=not is_council or _has(visitor, _READS_INTERVENTIONS),
        intelligence=intelligence,
        is_council=is_council,
        timeline=timeline[:AT_FIRST],
        is_cut=is_cut(assessments, memberships, steps=len(timeline)),
    )


@router.api_route("/intelligence/new", methods=METHODS)
async def record_intelligence(request: Request, visitor: SignedIn, care_service_id: Id) -> Response:
    here = f"/care-services/{care_service_id}"
    service = await visitor.api.get("directory", f"/v1{here}")

    async def send(values: dict[str, Any]) -> Any:
        enquiry = {each.name: values.pop(each.name) for each in _ENQUIRY if each.name in values}
        body = values | {"provider_id": service["provider_id"], "care_service_id": care_service_id}
        if enquiry:
            body["enquiry"] = enquiry
        return await visitor.api.post("risk", "/v1/intelligence", body)

    task = Task(
        title="Record intelligence",
        caption=service["name"],
        lead="The band of the service is worked out again at once. An entry is corrected by a new one, never edited.",
        fields=_INTELLIGENCE,
        button="Record",
        back=here,
        done="intelligence-recorded",
    )
    return await perform(request, task, send=send, then=here)


def _has(visitor: SignedIn, roles: tuple[str, ...]) -> bool:
    return visitor.person is not None and visitor.person.has(*roles)


async def _standing(api: Api, care_service_id: str, *, is_asked: bool) -> Any:
    return await unless_missing(api.get("risk", f"/v1/care-services/{care_service_id}")) if is_asked else None


async def _assessments(api: Api, care_service_id: str, *, is_asked: bool) -> list[Any]:
    return await api.every("assessment", "/v1/assessments", care_service_id=care_service_id) if is_asked else []


async def _own_interventions(api: Api, care_service_id: str, *, is_asked: bool) -> list[Any]:
    """A provider's; the council's people find them with the band."""
    return await api.every("risk", "/v1/interventions", care_service_id=care_service_id) if is_asked else []


async def _intelligence(api: Api, care_service_id: str, later: str | None, *, is_asked: bool) -> Any:
    if not is_asked:
        return None
    return await api.get("risk", "/v1/intelligence", care_service_id=care_service_id, cursor=later, limit=20)


def _more_intelligence(request: Request, found: Section[Any]) -> str | None:
    """Where the next page of it is."""
    cursor = found.value["next_cursor"] if found.value else None
    return f"{with_query(request, {'intelligence': cursor})}#intelligence" if cursor else None


async def _own_band(api: Api, care_service_id: str, *, is_asked: bool) -> Any:
    """What its own provider may know of the band; nothing while the council shows providers none."""
    listed = await api.every("risk", "/v1/own-care-services") if is_asked else []
    return next((each for each in listed if each["care_service_id"] == care_service_id), None)


def _with_the_band(standing: Section[Any]) -> Section[Any]:
    return Section(standing.value["interventions"] if standing.value else [], standing.down)


def _newest(found: Section[list[Any]]) -> Section[list[Any]]:
    return Section((found.value or [])[:OF_EACH_KIND], found.down)
