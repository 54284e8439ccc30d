"""What the council offers a provider: placements of people, and invitations to tender. Each is answered here."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.ids import Id
from portal.organisation.evidence import documents_to_choose
from portal.organisation.memberships import documents_field
from portal.pages import render
from portal.tasks import METHODS, Task, perform
from portal.upstream import Refused
from portal.visitors import SignedIn
from portal.words import day, moment, words

router = APIRouter(prefix="/organisation")

_YES_OR_NO = Field(
    name="is_accepted",
    label="Do you accept the placement?",
    kind=Kind.YES_NO,
    missing="Select yes if you accept the placement",
)
_REASON = Field(
    name="reason", label="Reason (optional)", kind=Kind.WORDS, rows=3, hint="At least 10 characters", is_required=False
)
_SHOWN = 20
_ANSWERS = (("tendered", "We tender"), ("declined", "We do not tender"))


@router.get("/offers")
async def list_offers(request: Request, visitor: SignedIn) -> Response:
    """Placements and procurements: what waits for an answer first, then the newest of the rest."""
    _, api = visitor.org, visitor.api
    placements, procurements = await asyncio.gather(
        api.every("dps-admission", "/v1/placement-offers", only_open=False),
        api.every("dps-admission", "/v1/procurements"),
    )
    waiting, past = _parted(placements, lambda each: each["answer"] is None)
    running, over = _parted(procurements, lambda each: each["status"] == "open")
    return render(
        request,
        "organisation/offers.html",
        placements=[*waiting, *past[:_SHOWN]],
        procurements=[*running, *over[:_SHOWN]],
        is_cut=max(len(past), len(over)) > _SHOWN,
        shown=_SHOWN,
    )


@router.api_route("/placement-offers/{offer_id}/answer", methods=METHODS)
async def answer_placement_offer(request: Request, visitor: SignedIn, offer_id: Id) -> Response:
    offers = await visitor.api.every("dps-admission", "/v1/placement-offers", only_open=True)
    offer = next((each for each in offers if each["id"] == offer_id), None)
    if offer is None:
        raise Refused(409, {"detail": "This offer does not wait for an answer any more."})

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1/placement-offers/{offer_id}/answer", values)

    task = Task(
        title="Answer the offer of a placement",
        caption=offer["reference"],
        lead=_need(offer),
        fields=(_YES_OR_NO, _REASON),
        button="Send answer",
        back="/organisation/offers",
        done="placement-answered",
    )
    return await perform(request, task, send=send, then="/organisation/offers")


@router.get("/procurements/{procurement_id}")
async def one_procurement(request: Request, visitor: SignedIn, procurement_id: Id) -> Response:
    procurement = await visitor.api.get("dps-admission", f"/v1/procurements/{procurement_id}")
    return render(request, "organisation/procurement.html", procurement=procurement, org=visitor.org)


@router.api_route("/procurements/{procurement_id}/answer", methods=METHODS)
async def answer_invitation(request: Request, visitor: SignedIn, procurement_id: Id) -> Response:
    here = f"/organisation/procurements/{procurement_id}"
    procurement = await visitor.api.get("dps-admission", f"/v1/procurements/{procurement_id}")
    own = procurement["own_invitation"]
    if own is None:
        raise Refused(404, {"detail": "Your organisation was not invited."})
    documents = await documents_to_choose(visitor.api, visitor.org, _ids(own))

    async def send(values: dict[str, Any]) -> Any:
        files = values["evidence_ids"] if values["answer"] == "tendered" else []
        body = values | {"evidence_ids": files}
        return await visitor.api.post("dps-admission", f"/v1/invitations/{own['id']}/answer", body)

    task = Task(
        title="Answer the invitation to tender",
        caption=f"{procurement['reference']}, {procurement['title']}",
        lead=f"Answers come in until the end of {day(procurement['closes_on'])}. The last one that you send counts, "
        "and the council reads none before then. Documents are sent with a tender only: the council never reads those "
        "of a tender that you withdraw.",
        fields=(
            Field(
                name="answer",
                label="What is your answer?",
                kind=Kind.ONE_OF,
                options=_ANSWERS,
                missing="Select whether you tender",
            ),
            Field(
                name="statement",
                label="Your tender, or why you do not tender",
                kind=Kind.WORDS,
                rows=12,
                hint="At least 10 characters",
                missing="Enter your tender, or why you do not tender",
            ),
            documents_field(documents),
        ),
        button="Send answer",
        back=here,
        done="tender-sent",
        known={"answer": own["answer"], "statement": own["statement"], "evidence_ids": _ids(own)},
    )
    return await perform(request, task, send=send, then=here)


def _parted(offers: list[Any], is_open: Callable[[Any], bool]) -> tuple[list[Any], list[Any]]:
    """Those that are open, the first to answer first, and the others, the newest first."""
    waiting = sorted(filter(is_open, offers), key=lambda each: str(each.get("answer_by") or each.get("closes_at")))
    return waiting, [each for each in reversed(offers) if not is_open(each)]


def _ids(invitation: Mapping[str, Any]) -> list[str]:
    return [str(each["id"]) for each in invitation["evidence"]]


def _need(offer: Mapping[str, Any]) -> str:
    """What is needed, as one sentence; nothing says whose need it is."""
    parts = [words(offer["service_type"])]
    if offer["client_group"]:
        parts.append(f"for {words(offer['client_group']).lower()}")
    if offer["zone"]:
        parts.append(f"in {offer['zone']}")
    if offer["hours_a_week"]:
        parts.append(f"{offer['hours_a_week']} hours a week")
    return f"{', '.join(parts)}, from {day(offer['starts_on'])}. Answer by {moment(offer['answer_by'])}."
