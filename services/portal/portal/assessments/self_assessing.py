"""A provider answers the questions of one standard at a time. Nothing needs to be complete to be saved."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.assessments.framework import Standard, find_standard, standards_of
from portal.forms import Field, Filled, Kind, fill, read
from portal.ids import Id
from portal.names import names_for
from portal.pages import go, render
from portal.tasks import REFUSALS_TO_SHOW
from portal.upstream import Api, Down, Refused
from portal.visitors import SignedIn, Visitor
from portal.words import ANSWER_RATINGS, options

router = APIRouter(prefix="/assessments/{assessment_id}/answers")


@router.get("/{code}")
async def standard_page(request: Request, visitor: SignedIn, assessment_id: Id, code: str) -> Response:
    page = await _load(visitor, assessment_id, code)
    known = {key: value for answer in page["standard"].answers for key, value in _known(answer).items()}
    return render(request, "assessments/answers.html", filled=fill(_fields(page["standard"]), known), **page)


@router.post("/{code}")
async def save_standard(request: Request, visitor: SignedIn, assessment_id: Id, code: str) -> Response:
    page = await _load(visitor, assessment_id, code)
    standard: Standard = page["standard"]
    form = await request.form()
    filled = read(_fields(standard), form)
    if not filled.errors:
        await _save(visitor.api, assessment_id, standard.answers, filled)
    if filled.errors:
        return render(request, "assessments/answers.html", status=filled.status, filled=filled, **page)
    here = f"/assessments/{assessment_id}"
    following: Standard | None = page["following"]
    return go(f"{here}/answers/{following.code}" if following and form.get("then") == "next" else here, done="saved")


async def _load(visitor: Visitor, assessment_id: str, code: str) -> dict[str, Any]:
    api = visitor.api
    assessment = await api.get("assessment", f"/v1/assessments/{assessment_id}")
    framework, answers, names = await asyncio.gather(
        api.get("assessment", f"/v1/frameworks/{assessment['framework_version']}"),
        api.get("assessment", f"/v1/assessments/{assessment_id}/answers"),
        names_for(api, org=visitor.person.org if visitor.person else None),
    )
    standards = standards_of(framework["content"], answers=answers["items"], findings=[])
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
    """The fields of every question, in order; names end with the question's code."""
    fields: list[Field] = []
    for answer in standard.answers:
        code = answer["question"]
        fields += (
            Field(
                name=f"rating-{code}",
                label="How good are you at this?",
                kind=Kind.ONE_OF,
                options=options(ANSWER_RATINGS),
                is_required=False,
            ),
            Field(
                name=f"narrative-{code}",
                label="Why, in your own words",
                kind=Kind.WORDS,
                hint="If the question does not apply to this service, say why here.",
                is_required=False,
            ),
            Field(name=f"version-{code}", label="", is_required=False),
        )
    return tuple(fields)


def _known(answer: Mapping[str, Any]) -> dict[str, Any]:
    code = answer["question"]
    return {
        f"rating-{code}": answer["rating"],
        f"narrative-{code}": answer["narrative"],
        f"version-{code}": answer["version"],
    }


async def _save(api: Api, assessment_id: str, answers: Sequence[Mapping[str, Any]], filled: Filled) -> None:
    """Save what was changed; what could not be saved is said beside its question."""
    for answer in answers:
        code = answer["question"]
        rating, narrative = filled.values.get(f"rating-{code}"), filled.values.get(f"narrative-{code}", "")
        if (rating, narrative) == (answer["rating"], answer["narrative"]):
            continue
        body = {"rating": rating, "narrative": narrative, "evidence_ids": answer["evidence_ids"]}
        match = f'"{filled.typed[f"version-{code}"] or 0}"'
        try:
            await api.put("assessment", f"/v1/assessments/{assessment_id}/answers/{code}", body, match=match)
        except Refused as refusal:
            if refusal.status not in REFUSALS_TO_SHOW:
                raise
            filled.wrong(f"rating-{code}", f"Question {code}: {_said(refusal)}")
        except Down as down:
            filled.unanswered(down)
            return


def _said(refusal: Refused) -> str:
    if refusal.status == 412:
        return "a colleague saved another answer in the meantime. Copy yours, reload the page and save it again"
    return refusal.detail
