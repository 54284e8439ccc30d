"""Everything that happened to a service, back to its first step: a page of what the early warning keeps at a time, and
beside it what the other services keep of the same stretch of time."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.dashboard.routes import WEIGH_CASES
from portal.ids import Id
from portal.pages import render, with_query
from portal.timeline import merged
from portal.upstream import Api, Section, section, unless_missing
from portal.visitors import SignedIn

router = APIRouter(prefix="/care-services/{care_service_id}/history")

AT_FIRST = 60
OF_EACH_KIND = 8
_STEPS = 60

Steps = list[Mapping[str, Any]]


@router.get("")
async def whole_history(request: Request, visitor: SignedIn, care_service_id: Id) -> Response:
    api, query = visitor.api, request.query_params
    service = await api.get("directory", f"/v1/care-services/{care_service_id}")
    weighs_cases = visitor.person is not None and visitor.person.has(*WEIGH_CASES)
    of_risk, assessments, memberships = await asyncio.gather(
        section(_of_risk(api, care_service_id, query.get("cursor"), is_asked=weighs_cases)),
        section(_or_none(api.every("assessment", "/v1/assessments", care_service_id=care_service_id))),
        section(_or_none(api.every("dps-admission", "/v1/memberships", care_service_id=care_service_id))),
    )
    of_assessments, of_memberships = await asyncio.gather(
        timelines_of(api, "assessment", "assessments", assessments),
        timelines_of(api, "dps-admission", "memberships", memberships),
    )
    steps, cursor = (of_risk.value["items"], of_risk.value["next_cursor"]) if of_risk.value else ([], None)
    since = steps[-1]["at"] if cursor else None
    stretch = {"until": _instant(query.get("until")), "since": _instant(since)}
    return render(
        request,
        "care_services/history.html",
        service=service,
        sections=(of_risk, assessments, memberships),
        timeline=merged(_within(of_assessments, **stretch), steps, _within(of_memberships, **stretch), limit=None),
        older=with_query(request, {"cursor": cursor, "until": since}) if cursor else None,
        is_older=bool(query.get("cursor")),
    )


def is_cut(*things: Section[list[Any]], steps: int) -> bool:
    """Whether the page of a service does not show all that happened to it."""
    return steps > AT_FIRST or any(len(each.value or []) > OF_EACH_KIND for each in things)


async def timelines_of(api: Api, service: str, things: str, found: Section[list[Any]]) -> Steps:
    """What happened to some things, from the service that keeps them."""
    asked = (api.every_step(service, f"/v1/{things}/{each['id']}/timeline") for each in found.value or [])
    each_of = await asyncio.gather(*(section(unless_missing(each)) for each in asked))
    return [entry for each in each_of for entry in each.value or []]


async def _of_risk(api: Api, care_service_id: str, cursor: str | None, *, is_asked: bool) -> Any:
    if not is_asked:
        return None
    path = f"/v1/care-services/{care_service_id}/timeline"
    return await unless_missing(api.get("risk", path, cursor=cursor, limit=_STEPS))


async def _or_none(asking: Awaitable[list[Any]]) -> list[Any]:
    return await unless_missing(asking) or []


def _within(steps: Iterable[Mapping[str, Any]], *, since: datetime | None, until: datetime | None) -> Steps:
    """Those from `since` on and before `until`."""
    return [
        step
        for step in steps
        if (at := datetime.fromisoformat(step["at"]))
        and (since is None or at >= since)
        and (until is None or at < until)
    ]


def _instant(written: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return at if at.tzinfo else None
