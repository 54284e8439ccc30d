"""A manager decides on the complete report: admit, minded to refuse with reasons, refuse, or look again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.ids import Id
from portal.lot_applications.routes import report_of
from portal.tasks import METHODS, Task, perform
from portal.upstream import Refused
from portal.visitors import SignedIn

router = APIRouter(prefix="/lot-applications/{part_id}")

_REASON = Field(
    name="reason",
    label="Reason for the decision",
    kind=Kind.WORDS,
    hint="The provider reads it. At least 10 characters.",
)
_WITHIN = replace(_REASON, hint="Nothing was proposed to the provider, so it does not read it. At least 10 characters.")
_ASPECTS = (("reason", "Why it is not met"), ("evidence", "Evidence"), ("what_would_change", "What would change it"))


@router.api_route("/decision", methods=METHODS)
async def decide(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    """The outcome follows the report: every criterion met is an admission, anything failed is minded to refuse."""
    api, here = visitor.api, f"/lot-applications/{part_id}"
    report = await _report(visitor, part_id)
    failed = report["content"]["failed"]
    fields = (_REASON, *_criterion_fields(report["content"], failed))

    async def send(values: dict[str, Any]) -> Any:
        outcome = "minded_to_refuse" if failed else "admit"
        body = {"outcome": outcome, "reason": values["reason"], "criteria": _criteria(failed, values)}
        return await api.post("dps-admission", f"/v1{here}/decision", body)

    task = Task(
        title="Say that refusal is proposed, and why" if failed else "Admit the provider",
        lead=(
            "The report finds criteria that are not met. The provider can answer before you decide."
            if failed
            else "The report finds every criterion met. Admission gives the provider its place on the lot."
        ),
        fields=fields,
        button="Send the reasons to the provider" if failed else "Admit",
        back=here,
        is_warning=bool(failed),
        done="decided",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/refusal", methods=METHODS)
async def refuse(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    api, here = visitor.api, f"/lot-applications/{part_id}"
    report = await _report(visitor, part_id)
    failed = report["content"]["failed"]

    async def send(values: dict[str, Any]) -> Any:
        body = {"reason": values["reason"], "criteria": _criteria(failed, values)}
        return await api.post("dps-admission", f"/v1{here}/refusal", body)

    task = Task(
        title="Refuse the application",
        fields=(_REASON, *_criterion_fields(report["content"], failed)),
        button="Refuse",
        back=here,
        is_warning=True,
        done="decided",
        known=await _earlier_reasons(visitor, part_id),
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/acceptance", methods=METHODS)
async def accept_representations(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    api, here = visitor.api, f"/lot-applications/{part_id}"
    report = await _report(visitor, part_id)
    failed = report["content"]["failed"]
    texts = _texts(report["content"])
    asked = tuple(
        Field(name=f"reason-{each}", label=f"Why the answer meets it: {texts.get(each, each)}", kind=Kind.WORDS, rows=3)
        for each in failed
    )

    async def send(values: dict[str, Any]) -> Any:
        accepted = [{"criterion": each, "reason": values[f"reason-{each}"]} for each in failed]
        body = {"reason": values["reason"], "accepted": accepted}
        return await api.post("dps-admission", f"/v1{here}/acceptance-of-representations", body)

    task = Task(
        title="Admit after the provider's answer", fields=(_REASON, *asked), button="Admit", back=here, done="decided"
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/reconsideration", methods=METHODS)
async def reconsider(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    part = await visitor.api.get("dps-admission", f"/v1/lot-applications/{part_id}")
    why = _REASON if part["status"] == "minded_to_refuse" else _WITHIN
    return await _with_reason(request, visitor, part_id, "reconsideration", "Send back for a new evaluation", why=why)


@router.api_route("/setting-aside", methods=METHODS)
async def set_aside(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    return await _with_reason(request, visitor, part_id, "setting-aside", "Set the decision aside")


@router.api_route("/changes/{mark_id}", methods=METHODS)
async def take_note(request: Request, visitor: SignedIn, part_id: Id, mark_id: Id) -> Response:
    """Of what has changed at the provider while nothing is decided yet."""
    here = f"/lot-applications/{part_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1/changed-decisions/{mark_id}/acknowledgement", values)

    reason = Field(
        name="reason", label="What it means for the decision", kind=Kind.WORDS, hint="At least 10 characters."
    )
    lead = "What you write is kept with the change, and the provider can read it."
    task = Task(title="Take note of a change", lead=lead, fields=(reason,), button="Take note", back=here, done="noted")
    return await perform(request, task, send=send, then=here)


async def _with_reason(
    request: Request, visitor: SignedIn, part_id: Id, step: str, title: str, *, why: Field = _REASON
) -> Response:
    here = f"/lot-applications/{part_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1{here}/{step}", values)

    task = Task(title=title, fields=(why,), button=title, back=here, is_warning=True, done="decided")
    return await perform(request, task, send=send, then=here)


async def _report(visitor: SignedIn, part_id: str) -> Any:
    report = await report_of(visitor.api, part_id)
    if report is None:
        raise Refused(409, {"detail": "There is no complete evaluation report yet, so nothing can be decided."})
    return report


async def _earlier_reasons(visitor: SignedIn, part_id: str) -> dict[str, Any]:
    """What the proposal to refuse said, to begin with."""
    decisions = await visitor.api.get("dps-admission", f"/v1/lot-applications/{part_id}/decisions")
    said = [each for each in decisions["items"] if each["kind"] == "minded_to_refuse"]
    latest = max(said, key=lambda each: str(each["at"]), default=None)
    if latest is None:
        return {}
    reasons = {
        f"{aspect}-{each['criterion']}": each.get(aspect) for each in latest["criteria"] for aspect, _ in _ASPECTS
    }
    return reasons | {"reason": latest["reason"]}


def _criterion_fields(content: Mapping[str, Any], failed: Sequence[str]) -> tuple[Field, ...]:
    texts = _texts(content)
    return tuple(
        Field(name=f"{aspect}-{each}", label=f"{label}: {texts.get(each, each)}", kind=Kind.WORDS, rows=3)
        for each in failed
        for aspect, label in _ASPECTS
    )


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    known = {each["question"]: str(each["text"]) for each in content["criteria"]}
    shown = f"the quality percentage ({content['quality_shown']}%, threshold {content['threshold']}%)"
    checks = {f"check:{each['kind']}": f"the check “{each['kind'].replace('_', ' ')}”" for each in content["checks"]}
    return known | checks | {"total:quality": shown}


def _criteria(failed: Sequence[str], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"criterion": each} | {aspect: values[f"{aspect}-{each}"] for aspect, _ in _ASPECTS} for each in failed]
