"""The places that a provider holds: offers of a place, renewed declarations, evidence against a suspension."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.ids import Id
from portal.organisation.evidence import documents_to_choose
from portal.pages import go
from portal.tasks import METHODS, Task, perform
from portal.upstream import Api, Section, section
from portal.visitors import SignedIn

router = APIRouter(prefix="/organisation")

# What would end a suspension, by its cause.
LIFTED_WHEN = {
    "embargo": "It goes when the embargo is lifted.",
    "decision_set_aside": "It goes with the next decision on the application.",
    "lapsed_declaration": "It goes when the council has verified a renewed declaration.",
    "late_document": "It goes when the council has verified the document.",
    "council_decision": "It goes when the council lifts it.",
}
_LIFTED_ON_EVIDENCE = ("lapsed_declaration", "late_document")


def documents_field(documents: tuple[tuple[str, str], ...], hint: str = "") -> Field:
    return Field(
        name="evidence_ids",
        label="Documents that show it (optional)",
        kind=Kind.ANY_OF,
        options=documents,
        hint=hint or "Add a document under My services if it is not listed.",
        is_required=False,
    )


async def awaiting_verification(api: Api, memberships: Section[list[Any]]) -> set[str]:
    """The suspensions against which something was put forward that nobody has verified yet."""
    wanted = [
        each["id"]
        for each in memberships.value or ()
        if any(one["cause"] in _LIFTED_ON_EVIDENCE for one in each["suspensions"])
    ]
    found = await asyncio.gather(
        *(section(api.get("dps-admission", f"/v1/memberships/{each}/upkeep")) for each in wanted)
    )
    remedies: Sequence[Mapping[str, Any]] = [one for each in found if each.value for one in each.value["remedies"]]
    return {one["suspension_cause_id"] for one in remedies if one["verified_at"] is None}


@router.post("/memberships/{membership_id}/acceptance")
async def accept_place(request: Request, visitor: SignedIn, membership_id: Id) -> Response:
    await visitor.api.post("dps-admission", f"/v1/memberships/{membership_id}/acceptance")
    return go("/organisation", done="place-accepted")


@router.api_route("/memberships/{membership_id}/declining", methods=METHODS)
async def decline_place(request: Request, visitor: SignedIn, membership_id: Id) -> Response:
    async def send(_: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1/memberships/{membership_id}/declining")

    task = Task(
        title="Decline the offered place",
        lead="The place is then offered to the next provider on the waiting list.",
        fields=(),
        button="Decline the place",
        back="/organisation",
        is_warning=True,
        done="place-declined",
    )
    return await perform(request, task, send=send, then="/organisation")


@router.api_route("/memberships/{membership_id}/affirmation", methods=METHODS)
async def affirm_membership(request: Request, visitor: SignedIn, membership_id: Id) -> Response:
    """The declaration on which the membership rests, made again."""
    membership, documents = await asyncio.gather(
        visitor.api.get("dps-admission", f"/v1/memberships/{membership_id}"),
        documents_to_choose(visitor.api, visitor.org),
    )
    has_lapsed = any(each["cause"] == "lapsed_declaration" for each in membership["suspensions"])

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1/memberships/{membership_id}/affirmations", values)

    task = Task(
        title="Renew the declaration",
        caption=f"{membership['lot_name']}, {membership['zone'] or 'whole borough'}",
        lead="You declare again that what you were admitted on still holds. "
        + (LIFTED_WHEN["lapsed_declaration"] if has_lapsed else "It holds at once, until the next one is due."),
        fields=(
            Field(name="declared_by", label="Full name of the person who declares"),
            Field(
                name="is_true_and_complete",
                label="I declare that what we were admitted on is still true and complete",
                kind=Kind.CONFIRM,
                missing="Confirm that what you were admitted on is still true and complete",
            ),
            Field(name="statement", label="Anything to add (optional)", kind=Kind.WORDS, rows=3, is_required=False),
            documents_field(documents),
        ),
        button="Send the declaration",
        back="/organisation",
        done="affirmed",
        known={"declared_by": visitor.person.name if visitor.person else ""},
    )
    return await perform(request, task, send=send, then="/organisation")


@router.api_route("/suspensions/{suspension_id}/evidence", methods=METHODS)
async def put_evidence_forward(request: Request, visitor: SignedIn, suspension_id: Id) -> Response:
    documents = await documents_to_choose(visitor.api, visitor.org)

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1/suspensions/{suspension_id}/remedies", values)

    task = Task(
        title="Put something forward against a suspension",
        lead="Somebody at the council verifies it. If it is sufficient, this cause of the suspension is lifted.",
        fields=(
            Field(name="statement", label="What you put forward", kind=Kind.WORDS, hint="At least 10 characters"),
            documents_field(documents, "A late document is put forward as a file: add it under My services first."),
        ),
        button="Send",
        back="/organisation",
        done="put-forward",
    )
    return await perform(request, task, send=send, then="/organisation")
