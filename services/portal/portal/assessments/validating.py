"""An officer validates the answers of one standard at a time and issues the draft. No computed rating is shown."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.assessments.framework import Standard, find_standard, standards_of
from portal.forms import Field, Filled, Kind, complaints, fill, read
from portal.ids import Id
from portal.names import names_for
from portal.pages import go, render
from portal.tasks import METHODS, REFUSALS_TO_SHOW, Task, perform
from portal.upstream import Api, Down, Refused
from portal.visitors import SignedIn, Visitor
from portal.words import ANSWER_RATINGS, EVIDENCE_KINDS, options

router = APIRouter(prefix="/assessments/{assessment_id}")

_WITHOUT_ANSWERS = (
    Field(
        name="not_self_assessed",
        label="Why are the provider's own answers done without?",
        kind=Kind.ONE_OF,
        options=(("overdue", "They are overdue"), ("responsive_visit", "This is a responsive visit")),
        missing="Select why the provider's own answers are done without",
    ),
    Field(name="reason", label="Reason", kind=Kind.WORDS, hint="At least 10 characters. It is kept for ever."),
)
_VISIT = (
    Field(
        name="visited_on",
        label="When was the visit?",
        kind=Kind.DAY,
        hint="For example, 27 2 2026",
        missing="Enter the day of the visit",
    ),
    Field(
        name="announced",
        label="Was it announced?",
        kind=Kind.YES_NO,
        missing="Select yes if the visit was announced",
    ),
    Field(
        name="roles_met", label="Who was met", hint="Roles, not names, separated by commas: manager, two care workers"
    ),
    Field(
        name="note",
        label="Note (optional)",
        kind=Kind.WORDS,
        hint="For the council only: neither the provider nor the report is told.",
        is_required=False,
    ),
)


@router.post("/validation")
async def begin_validation(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    await visitor.api.post("assessment", f"/v1/assessments/{assessment_id}/validation", {})
    return go(f"/assessments/{assessment_id}", done="validation-started")


@router.api_route("/validation-without-answers", methods=METHODS)
async def validate_without_answers(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/validation", values)

    task = Task(
        title="Validate without the provider's own answers",
        fields=_WITHOUT_ANSWERS,
        button="Begin validation",
        back=here,
        done="validation-started",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/visits/new", methods=METHODS)
async def record_visit(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"

    async def send(values: dict[str, Any]) -> Any:
        met = [role.strip() for role in values["roles_met"].split(",") if role.strip()]
        return await visitor.api.post("assessment", f"/v1{here}/visits", values | {"roles_met": met})

    task = Task(title="Record a visit", fields=_VISIT, button="Record visit", back=here, done="visit-recorded")
    return await perform(request, task, send=send, then=here)


@router.api_route("/draft/issue", methods=METHODS)
async def issue_draft(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"

    async def send(_: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/draft")

    task = Task(
        title="Issue the draft report",
        lead="The rating is worked out now, and not before. The provider then has time to comment on factual accuracy.",
        fields=(),
        button="Issue the draft report",
        back=here,
        done="draft-issued",
    )
    return await perform(request, task, send=send, then=here)


@router.get("/validation/{code}")
async def standard_page(request: Request, visitor: SignedIn, assessment_id: Id, code: str) -> Response:
    page = await _load(visitor, assessment_id, code)
    known = {key: value for finding in page["standard"].findings for key, value in _known(finding).items()}
    return render(request, "assessments/validation.html", filled=fill(_fields(page["standard"]), known), **page)


@router.post("/validation/{code}")
async def save_standard(request: Request, visitor: SignedIn, assessment_id: Id, code: str) -> Response:
    page = await _load(visitor, assessment_id, code)
    standard: Standard = page["standard"]
    form = await request.form()
    filled = read(_fields(standard), form)
    if not filled.errors:
        await _save(visitor.api, assessment_id, standard.findings, filled)
    if filled.errors:
        return render(request, "assessments/validation.html", status=filled.status, filled=filled, **page)
    here = f"/assessments/{assessment_id}"
    following: Standard | None = page["following"]
    onward = f"{here}/validation/{following.code}" if following and form.get("then") == "next" else here
    return go(onward, done="validated")


async def _load(visitor: Visitor, assessment_id: str, code: str) -> dict[str, Any]:
    api = visitor.api
    assessment = await api.get("assessment", f"/v1/assessments/{assessment_id}")
    framework, found, names = await asyncio.gather(
        api.get("assessment", f"/v1/frameworks/{assessment['framework_version']}"),
        api.get("assessment", f"/v1/assessments/{assessment_id}/validated-answers"),
        names_for(api),
    )
    standards = standards_of(framework["content"], answers=[], findings=found["items"])
    standard, following = find_standard(standards, code)
    return {
        "assessment": assessment,
        "standard": standard,
        "following": following,
        "place": standards.index(standard) + 1,
        "places": len(standards),
        "names": names,
    }


def _fields(standard: Standard) -> tuple[Field, ...]:
    fields: list[Field] = []
    for finding in standard.findings:
        code = finding["question"]
        agree = (("agree", "I agree with the provider's rating"),) if finding["own_rating"] else ()
        others = tuple(pair for pair in options(ANSWER_RATINGS) if pair[0] != finding["own_rating"])
        fields += (
            Field(
                name=f"rating-{code}",
                label="What did you find?",
                kind=Kind.ONE_OF,
                options=(*agree, *others),
                is_required=False,
            ),
            Field(
                name=f"kinds-{code}",
                label="What did you see?",
                kind=Kind.ANY_OF,
                options=options(EVIDENCE_KINDS),
                is_required=False,
            ),
            Field(
                name=f"reason-{code}",
                label="Why, if you do not agree",
                kind=Kind.WORDS,
                rows=3,
                is_required=False,
            ),
            Field(name=f"version-{code}", label="", is_required=False),
        )
    return tuple(fields)


def _known(finding: Mapping[str, Any]) -> dict[str, Any]:
    code = finding["question"]
    rating = "agree" if finding["agrees"] else finding["rating"]
    return {
        f"rating-{code}": rating,
        f"kinds-{code}": finding["evidence_kinds"],
        f"reason-{code}": finding["reason"],
        f"version-{code}": finding["version"],
    }


async def _save(api: Api, assessment_id: str, findings: Sequence[Mapping[str, Any]], filled: Filled) -> None:
    for finding in findings:
        code = finding["question"]
        typed = {part: filled.values.get(f"{part}-{code}") or None for part in ("rating", "kinds", "reason")}
        before = {part: _known(finding)[f"{part}-{code}"] or None for part in ("rating", "kinds", "reason")}
        if typed == before:
            continue
        agrees = typed["rating"] == "agree"
        body = {
            "agrees": agrees,
            "rating": None if agrees else typed["rating"],
            "reason": typed["reason"],
            "evidence_kinds": typed["kinds"] or [],
            "good_practice": finding["good_practice"],
        }
        match = f'"{filled.typed[f"version-{code}"] or 0}"'
        try:
            await api.put("assessment", f"/v1/assessments/{assessment_id}/validated-answers/{code}", body, match=match)
        except Refused as refusal:
            if refusal.status not in REFUSALS_TO_SHOW:
                raise
            for said in _said(refusal):
                filled.wrong(f"rating-{code}", f"Question {code}: {said}")
        except Down as down:
            filled.unanswered(down)
            return


def _said(refusal: Refused) -> list[str]:
    if refusal.status == 412:
        return ["a colleague saved another finding in the meantime. Copy yours, reload the page and save it again"]
    return [text for _, text in complaints(refusal)] or [refusal.detail]
