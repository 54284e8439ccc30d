"""The dashboard: every service with its band, the gravest first."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.pages import render, with_query
from portal.upstream import Section, section
from portal.visitors import SignedIn
from portal.words import BANDS, CARE_SERVICE_TYPES

router = APIRouter(prefix="/dashboard")

WEIGH_CASES = ("compliance_officer", "commissioning_manager", "commissioner", "auditor")
"""Who is shown more than the band and its reasons: as the early warning has it."""


@router.get("")
async def dashboard(request: Request, visitor: SignedIn) -> Response:
    api, query = visitor.api, request.query_params
    band = query.get("band", "") if query.get("band", "") in BANDS else ""
    kind = query.get("type", "") if query.get("type", "") in CARE_SERVICE_TYPES else ""
    search = query.get("search", "").strip()[:200]
    embargoed = "true" if query.get("embargo") == "yes" else None
    filters = {"care_service_type": kind, "search": search, "is_embargoed": embargoed}
    page: Section[Any]
    counts: Section[Any]
    page, counts = await asyncio.gather(
        section(api.get("risk", "/v1/dashboard", band=band, cursor=query.get("cursor"), limit=25, **filters)),
        section(api.get("risk", "/v1/dashboard-counts", **filters)),
    )
    following = page.value["next_cursor"] if page.value else None
    return render(
        request,
        "dashboard/dashboard.html",
        page=page,
        counts=counts.value,
        bands=BANDS,
        weighs_cases=visitor.person is not None and visitor.person.has(*WEIGH_CASES),
        types=CARE_SERVICE_TYPES,
        band_wanted=band,
        type_wanted=kind,
        search=search,
        embargoed=embargoed is not None,
        tile_href=lambda value: with_query(request, {"band": value, "cursor": None}),
        next_href=with_query(request, {"cursor": str(following)}) if following else None,
        first_href=with_query(request, {"cursor": None}) if query.get("cursor") else None,
    )
