"""The home page: what needs me now, by role. Each part stands by itself when a service is down."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.assessments.framework import has_opened
from portal.pages import render
from portal.upstream import Api, Down, Refused
from portal.visitors import AnyVisitor, Person

router = APIRouter()


@dataclass(frozen=True)
class Tile:
    """One count and where it leads. `count` is None while the service that knows it is down."""

    text: str
    href: str
    count: int | None
    is_urgent: bool = False
    is_more: bool = False


@dataclass(frozen=True)
class Asker:
    """For whom is counted, and on which business day, where it is known."""

    api: Api
    person: Person
    today: date | None


Count = Callable[[Asker], Awaitable[list[Tile]]]


@router.get("/")
async def home(request: Request, visitor: AnyVisitor) -> Response:
    person = visitor.person
    if person is None:
        return render(request, "home/welcome.html")
    wanted = [count for roles, count in _WANTED if person.has(*roles)]
    asker = Asker(visitor.api, person, visitor.today)
    found = await asyncio.gather(*(_counted(count, asker) for count in wanted))
    down = {each.title for each in found if isinstance(each, Down)}
    tiles = [tile for each in found if not isinstance(each, Down) for tile in each]
    tiles.sort(key=lambda tile: (not (tile.is_urgent and tile.count), not tile.count))
    return render(request, "home/home.html", tiles=tiles, down=sorted(down))


async def _counted(count: Count, by: Asker) -> list[Tile] | Down:
    try:
        return await count(by)
    except Down as down:
        return down
    except Refused as refusal:
        # What is offered to a role is ours; what it may read is the service's to say.
        if refusal.status != 403:
            raise
        return []


async def _bands(by: Asker) -> list[Tile]:
    counts = await by.api.get("risk", "/v1/dashboard-counts")
    return [
        Tile("services are Red", "/dashboard?band=red", counts["red"], is_urgent=True),
        Tile("services are Amber", "/dashboard?band=amber", counts["amber"]),
        Tile(
            "services with not enough information",
            "/dashboard?band=not_enough_information",
            counts["not_enough_information"],
        ),
    ]


async def _interventions(by: Asker) -> list[Tile]:
    proposed, issued = await asyncio.gather(
        by.api.get("risk", "/v1/interventions", stage="proposed", limit=100),
        # The newest come first, and what is past its review is old: only of all of them is the count true.
        by.api.every("risk", "/v1/interventions", stage="issued"),
    )
    late = [each for each in issued if each["days_past_review"]]
    is_manager = by.person.has("commissioning_manager")
    return [
        Tile(
            "interventions to authorise" if is_manager else "interventions wait for a manager",
            "/interventions?stage=proposed",
            len(proposed["items"]),
            is_urgent=is_manager,
            is_more=bool(proposed["next_cursor"]),
        ),
        Tile("interventions past their review date", "/interventions?stage=issued", len(late), is_urgent=True),
    ]


async def _validation(by: Asker) -> list[Tile]:
    return await _by_status(
        by.api,
        ("submitted", "self-assessments to validate", True),
        ("validating", "assessments being validated", False),
        ("draft_issued", "draft reports with the provider", False),
    )


async def _disputes(by: Asker) -> list[Tile]:
    return await _by_status(by.api, ("disputed", "disputed draft reports", True))


async def _own_assessments(by: Asker) -> list[Tile]:
    scheduled = await by.api.every("assessment", "/v1/assessments", status="scheduled")
    to_begin = [each for each in scheduled if "begin_self_assessment" in each["steps"] and has_opened(each, by.today)]
    others = await _by_status(
        by.api,
        ("self_assessing", "self-assessments to finish", True),
        ("draft_issued", "draft reports to check", True),
    )
    begin = Tile("self-assessments to begin", "/assessments?status=scheduled", len(to_begin), is_urgent=True)
    return [begin, *others]


async def _worklist(by: Asker) -> list[Tile]:
    page = await by.api.get("dps-admission", "/v1/lot-applications", limit=200)
    items, is_more = page["items"], bool(page["next_cursor"])
    mine = [each for each in items if each["owner"] == by.person.subject]
    overdue = [each for each in items if each["urgency"] == "overdue"]
    soon = [each for each in items if each["urgency"] not in {"overdue", "in_time"}]
    return [
        Tile("overdue decisions on applications", "/lot-applications", len(overdue), is_urgent=True, is_more=is_more),
        Tile("decisions on applications due soon", "/lot-applications", len(soon), is_urgent=True, is_more=is_more),
        Tile("open lot applications", "/lot-applications", len(items), is_more=is_more),
        Tile("of them with you", "/lot-applications", len(mine), is_more=is_more),
    ]


async def _own_applications(by: Asker) -> list[Tile]:
    own = await by.api.every("dps-admission", "/v1/applications")
    drafts = [each for each in own if each["status"] == "draft"]
    waiting = [each for each in own if each["status"] == "submitted"]
    return [
        Tile("draft applications to finish", "/applications", len(drafts), is_urgent=True),
        Tile("applications with the council", "/applications", len(waiting)),
    ]


async def _own_organisation(by: Asker) -> list[Tile]:
    services, interventions = await asyncio.gather(
        by.api.every("directory", "/v1/care-services", provider_id=by.person.org),
        by.api.every("risk", "/v1/interventions", stage="issued"),
    )
    return [
        Tile("interventions in force", "/interventions?stage=issued", len(interventions), is_urgent=True),
        Tile("services", "/organisation", len(services)),
    ]


async def _own_offers(by: Asker) -> list[Tile]:
    placements, procurements = await asyncio.gather(
        by.api.every("dps-admission", "/v1/placement-offers", only_open=True),
        by.api.every("dps-admission", "/v1/procurements"),
    )
    to_tender = [each for each in procurements if each["status"] == "open" and not _is_answered(each)]
    return [
        Tile("placements to answer", "/organisation/offers", len(placements), is_urgent=True),
        Tile("invitations to tender to answer", "/organisation/offers", len(to_tender), is_urgent=True),
    ]


def _is_answered(procurement: Mapping[str, Any]) -> bool:
    return bool(procurement["own_invitation"] and procurement["own_invitation"]["answer"])


async def _outbox(by: Asker) -> list[Tile]:
    page = await by.api.get("directory", "/v1/messages", limit=100)
    return [Tile("messages in the outbox", "/outbox", len(page["items"]), is_more=bool(page["next_cursor"]))]


async def _by_status(api: Api, *wanted: tuple[str, str, bool]) -> list[Tile]:
    """A tile for each stage of assessments: its name, the words, and whether it needs somebody now."""
    pages: list[Mapping[str, Any]] = await asyncio.gather(
        *(api.get("assessment", "/v1/assessments", status=status, limit=100) for status, _, _ in wanted)
    )
    return [
        Tile(text, f"/assessments?status={status}", len(page["items"]), urgent, bool(page["next_cursor"]))
        for (status, text, urgent), page in zip(wanted, pages, strict=True)
    ]


_CASEWORK = ("compliance_officer", "commissioning_manager")
_PROVIDER = ("provider_admin", "provider_user")
_WANTED: tuple[tuple[tuple[str, ...], Count], ...] = (
    ((*_CASEWORK, "commissioner", "auditor", "adult_care_viewer", "social_care_assessor"), _bands),
    ((*_CASEWORK, "auditor"), _interventions),
    (("compliance_officer",), _validation),
    (("commissioning_manager",), _disputes),
    (("commissioner", "commissioning_manager"), _worklist),
    (_PROVIDER, _own_applications),
    (_PROVIDER, _own_assessments),
    (_PROVIDER, _own_organisation),
    (_PROVIDER, _own_offers),
    (("administrator",), _outbox),
)
