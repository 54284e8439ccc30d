"""A provider's own organisation: its services, its people, its registered contact."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.organisation.memberships import LIFTED_WHEN, awaiting_verification
from portal.pages import render
from portal.tasks import METHODS, Task, perform
from portal.timeline import merged
from portal.upstream import section
from portal.visitors import PROVIDER_ROLES, SignedIn
from portal.words import CARE_SERVICE_TYPES, CLIENT_GROUPS, options

router = APIRouter(prefix="/organisation")

AT_FIRST = 20

_SERVICE = (
    Field(name="name", label="Name of the service"),
    Field(name="type", label="Kind of service", kind=Kind.ONE_OF, options=options(CARE_SERVICE_TYPES)),
    Field(
        name="client_groups",
        label="Who it is for",
        kind=Kind.ANY_OF,
        options=options(CLIENT_GROUPS),
        hint="Select all that apply",
        missing="Select at least one group of people that the service is for",
    ),
    Field(
        name="zones",
        label="Zones (optional)",
        hint="Separate them with commas, for example North, Central. Leave empty for the whole borough.",
        is_required=False,
    ),
    Field(
        name="is_regulated",
        label="Is it registered with the Care Quality Commission (CQC)?",
        kind=Kind.YES_NO,
        missing="Select yes if the service is registered with CQC",
    ),
    Field(
        name="cqc_location_id",
        label="CQC location ID (optional)",
        hint="Starts with 1-, for example 1-101234567",
        is_required=False,
        width="govuk-input--width-10",
    ),
    Field(
        name="requires_registered_manager",
        label="Must it have a registered manager?",
        kind=Kind.YES_NO,
        missing="Select yes if the service must have a registered manager",
    ),
    Field(
        name="prepares_food",
        label="Does it prepare food?",
        kind=Kind.YES_NO,
        missing="Select yes if the service prepares food",
    ),
    Field(
        name="people_supported", label="Number of people supported now", kind=Kind.WHOLE, width="govuk-input--width-5"
    ),
    Field(
        name="started_on",
        label="When did the service start?",
        kind=Kind.DAY,
        hint="For example, 27 3 2020",
        missing="Enter the day on which the service started",
    ),
)
_COLLEAGUE = (
    Field(name="name", label="Full name"),
    Field(name="email", label="Email address", kind=Kind.EMAIL),
    Field(
        name="roles",
        label="What they may do",
        kind=Kind.ANY_OF,
        options=(
            ("provider_user", "Draft applications, write self-assessments, and answer the council"),
            ("provider_admin", "All of that, and declare, apply, tender, accept places, add services and colleagues"),
        ),
        missing="Select what they may do",
    ),
)


@router.get("")
async def organisation(request: Request, visitor: SignedIn) -> Response:
    org = visitor.org
    api, shows_all = visitor.api, request.query_params.get("history") == "all"
    provider, services, people, memberships, documents, history = await asyncio.gather(
        api.get("directory", f"/v1/providers/{org}"),
        api.every("directory", "/v1/care-services", provider_id=org),
        section(api.every("directory", "/v1/people", provider_id=org)),
        section(api.every("dps-admission", "/v1/memberships", provider_id=org)),
        section(api.every("directory", "/v1/evidence", provider_id=org, only_newest=True)),
        section(api.every_step("directory", f"/v1/providers/{org}/timeline")),
    )
    steps = history.value or []
    return render(
        request,
        "organisation/organisation.html",
        provider=provider,
        services=services,
        people=people,
        memberships=memberships,
        lifted_when=LIFTED_WHEN,
        awaiting=await awaiting_verification(api, memberships),
        documents=documents,
        timeline=merged(steps, limit=None if shows_all else AT_FIRST),
        is_cut=not shows_all and len(steps) > AT_FIRST,
        role_titles=PROVIDER_ROLES,
    )


@router.api_route("/care-services/new", methods=METHODS)
async def add_care_service(request: Request, visitor: SignedIn) -> Response:
    org = visitor.org

    async def send(values: dict[str, Any]) -> Any:
        zones = [zone.strip() for zone in str(values.pop("zones", "")).split(",") if zone.strip()]
        body = values | {"zones": zones, "provider_id": org}
        return await visitor.api.post("directory", "/v1/care-services", body)

    task = Task(
        title="Add a service", fields=_SERVICE, button="Add service", back="/organisation", done="service-added"
    )
    return await perform(request, task, send=send, then="/organisation")


@router.api_route("/people/new", methods=METHODS)
async def invite_colleague(request: Request, visitor: SignedIn) -> Response:
    org = visitor.org

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("directory", "/v1/people", values | {"provider_id": org})

    task = Task(
        title="Invite a colleague",
        lead="They get a letter with a link to set their own password.",
        fields=_COLLEAGUE,
        button="Send the invitation",
        back="/organisation",
        done="invited",
    )
    return await perform(request, task, send=send, then="/organisation")
