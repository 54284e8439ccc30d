"""Evaluators declare, score alone and finish; a moderator settles; the report is made. Scoring is blind."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind, fill, read
from portal.ids import Id
from portal.pages import go, render
from portal.tasks import METHODS, REFUSALS_TO_SHOW, Task, perform
from portal.upstream import Down, Refused
from portal.visitors import SAFE_METHODS, SignedIn

router = APIRouter(prefix="/lot-applications/{part_id}")

_SCORES = tuple((str(each), str(each)) for each in range(6))
_FINDINGS = (("pass", "Pass"), ("fail", "Fail"), ("discretionary", "A person must decide"))
_DECLARATION = (
    Field(
        name="has_conflict",
        label="Do you have a conflict of interest with this provider?",
        kind=Kind.YES_NO,
        missing="Select yes if you have a conflict of interest",
    ),
    Field(name="detail", label="What it is (optional)", kind=Kind.WORDS, is_required=False),
)
_LATE_CONFLICT = (Field(name="detail", label="What is it?", kind=Kind.WORDS),)


@router.api_route("/declaration", methods=METHODS)
async def declare_interests(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    here = f"/lot-applications/{part_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1{here}/declaration", values)

    task = Task(title="Declare your interests", fields=_DECLARATION, button="Declare", back=here, done="declared")
    return await perform(request, task, send=send, then=here)


@router.api_route("/conflict", methods=METHODS)
async def declare_conflict(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    """Whoever declared that there is none, or settled a check, and learns of one."""
    here = f"/lot-applications/{part_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("dps-admission", f"/v1{here}/declaration", {"has_conflict": True} | values)

    task = Task(
        title="Declare a conflict of interest",
        lead="You take no further part in this case, and your scores no longer count. This cannot be undone.",
        fields=_LATE_CONFLICT,
        button="Declare",
        back=here,
        is_warning=True,
        done="declared",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/scores", methods=METHODS)
async def score(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    api, here = visitor.api, f"/lot-applications/{part_id}"
    part = await api.get("dps-admission", f"/v1{here}")
    application = await api.get("dps-admission", f"/v1/applications/{part['application_id']}")
    evaluation = await api.get("dps-admission", f"/v1{here}/evaluation")
    questions = await api.get("dps-admission", f"/v1/question-sets/{part['question_set_id']}")
    asked = {one["id"]: one for each in questions["content"]["sections"] for one in each["questions"]}
    fields = tuple(field for each in evaluation["criteria"] for field in _fields(each))
    me = visitor.person.subject if visitor.person else ""
    sheet: dict[str, Any] = next((each["marks"] for each in evaluation["sheets"] if each["person"] == me), {})
    filled = fill(fields, {key: value for name, mark in sheet.items() for key, value in _known(name, mark).items()})
    if request.method not in SAFE_METHODS:
        form = await request.form()
        filled = read(fields, form)
        marks = _marks(evaluation["criteria"], filled.values)
        try:
            await api.put("dps-admission", f"/v1{here}/scores", {"marks": marks})
            if form.get("then") == "finish":
                await api.post("dps-admission", f"/v1{here}/scores/completion")
            return go(here, done="scored")
        except Refused as refusal:
            if refusal.status not in REFUSALS_TO_SHOW:
                raise
            filled.refused(refusal)
        except Down as down:
            filled.unanswered(down)
    return render(
        request,
        "lot_applications/scores.html",
        status=filled.status if filled.errors else 200,
        part=part,
        answers=application["answers"],
        asked=asked,
        criteria=evaluation["criteria"],
        out_of_time=evaluation["out_of_time"],
        filled=filled,
    )


@router.api_route("/consensus/{question}", methods=METHODS)
async def settle(request: Request, visitor: SignedIn, part_id: Id, question: str) -> Response:
    api, here = visitor.api, f"/lot-applications/{part_id}"
    evaluation = await api.get("dps-admission", f"/v1{here}/evaluation")
    criterion = next((each for each in evaluation["criteria"] if each["question"] == question), None)
    if criterion is None:
        raise Refused(404, {"detail": "No such criterion."})
    is_score = criterion["method"] == "score"
    said = [_in_words(sheet, question) for sheet in evaluation["sheets"] if question in sheet["marks"]]
    fields = (
        Field(name="score", label="Score", kind=Kind.ONE_OF, options=_SCORES, missing="Select the score")
        if is_score
        else Field(
            name="finding", label="Finding", kind=Kind.ONE_OF, options=_FINDINGS[:2], missing="Select the finding"
        ),
        Field(name="reason", label="Why", kind=Kind.WORDS, hint="At least 10 characters"),
    )

    async def send(values: dict[str, Any]) -> Any:
        verdict = {"score": int(values["score"])} if is_score else {"finding": values["finding"]}
        body = {"question": question, "reason": values["reason"], **verdict}
        return await api.post("dps-admission", f"/v1{here}/consensus", body)

    task = Task(
        title="Record a consensus",
        caption=criterion["text"],
        lead=" ".join(said),
        fields=fields,
        button="Record consensus",
        back=here,
        done="saved",
    )
    return await perform(request, task, send=send, then=here)


@router.post("/report")
async def make_report(request: Request, visitor: SignedIn, part_id: Id) -> Response:
    here = f"/lot-applications/{part_id}"
    await visitor.api.post("dps-admission", f"/v1{here}/report")
    return go(here, done="report-made")


def _fields(criterion: Mapping[str, Any]) -> tuple[Field, ...]:
    name, is_score = criterion["question"], criterion["method"] == "score"
    return (
        Field(
            name=f"mark-{name}",
            label="Score" if is_score else "Finding",
            kind=Kind.ONE_OF,
            options=_SCORES if is_score else _FINDINGS,
            is_required=False,
        ),
        Field(name=f"comment-{name}", label="Why", kind=Kind.WORDS, rows=3, is_required=False),
    )


def _known(name: str, mark: Mapping[str, Any]) -> dict[str, Any]:
    verdict = mark["finding"] if mark["score"] is None else mark["score"]
    return {f"mark-{name}": verdict, f"comment-{name}": mark["comment"]}


def _marks(criteria: list[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The sheet as it is sent; a criterion without a mark is left out."""
    marks = {}
    for each in criteria:
        name = each["question"]
        if (verdict := values.get(f"mark-{name}")) is None:
            continue
        given = {"score": int(verdict)} if each["method"] == "score" else {"finding": verdict}
        marks[name] = given | {"comment": values.get(f"comment-{name}", "")}
    return marks


def _in_words(sheet: Mapping[str, Any], question: str) -> str:
    mark = sheet["marks"][question]
    verdict = mark["finding"] if mark["score"] is None else mark["score"]
    return f"{sheet['name']}: {verdict} ({mark['comment']})."
