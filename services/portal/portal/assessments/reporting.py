"""From the draft report to the published rating: comments, decisions, dispute, review, publication."""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.downloads import send_on
from portal.forms import Field, Kind
from portal.ids import Id
from portal.names import names_for
from portal.pages import go, render
from portal.tasks import METHODS, Task, perform
from portal.visitors import SignedIn, Visitor
from portal.words import ANSWER_RATINGS, options

router = APIRouter(prefix="/assessments/{assessment_id}")

_REASON = Field(name="reason", label="Reason", kind=Kind.WORDS, hint="At least 10 characters. It is kept for ever.")


@router.get("/report")
async def report(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    """The draft while it is one, the published report afterwards: the rating with its whole working."""
    api, here = visitor.api, f"/v1/assessments/{assessment_id}"
    assessment, draft, findings, comments, corrections, names = await asyncio.gather(
        api.get("assessment", here),
        api.get("assessment", f"{here}/draft"),
        api.get("assessment", f"{here}/validated-answers"),
        api.get("assessment", f"{here}/accuracy-comments"),
        _corrections(visitor, here),
        names_for(api, org=visitor.person.org if visitor.person else None),
    )
    reported = await api.get("assessment", f"{here}/report")
    return render(
        request,
        "assessments/report.html",
        assessment=assessment,
        note=reported["note"],
        draft=draft,
        trace=draft["standing"]["trace"],
        findings={finding["question"]: finding for finding in findings["items"]},
        # the last change of a question stands
        changes={change["question"]: change for change in draft["changes"]},
        comments=comments,
        corrections=corrections,
        names=names,
    )


async def _corrections(visitor: Visitor, here: str) -> list[Any]:
    """What the council found wrong with its own draft: a provider reads of it once it is changed."""
    if visitor.is_provider:
        return []
    return list((await visitor.api.get("assessment", f"{here}/corrections"))["items"])


@router.get("/files/{name}")
async def download_report(
    visitor: SignedIn, assessment_id: Id, name: Literal["report.pdf", "report.docx", "public-summary.pdf"]
) -> Response:
    return await send_on(visitor, "assessment", f"/v1/assessments/{assessment_id}/{name}")


@router.api_route("/comments/new", methods=METHODS)
async def comment_on_draft(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    findings = await visitor.api.get("assessment", f"/v1{here}/validated-answers")
    asked = tuple((each["question"], f"{each['question']} {each['text']}") for each in findings["items"])
    fields = (
        Field(
            name="question",
            label="Which question is it about?",
            kind=Kind.CHOICE,
            options=asked,
            missing="Choose the question that your comment is about",
        ),
        Field(
            name="comment",
            label="What is factually wrong?",
            kind=Kind.WORDS,
            hint="Say what is wrong and what shows it. At least 10 characters.",
            missing="Enter what is factually wrong",
        ),
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/accuracy-comments", values)

    task = Task(
        title="Comment on factual accuracy",
        fields=fields,
        button="Send comment",
        back=f"{here}/report",
        done="comments-sent",
        known={"question": request.query_params.get("question")},
    )
    return await perform(request, task, send=send, then=f"{here}/report")


@router.post("/accuracy-confirmation")
async def confirm_accuracy(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    await visitor.api.post("assessment", f"/v1/assessments/{assessment_id}/accuracy-confirmation")
    return go(f"/assessments/{assessment_id}/report", done="accuracy-confirmed")


@router.api_route("/comments/{comment_id}/decision", methods=METHODS)
async def decide_comment(request: Request, visitor: SignedIn, assessment_id: Id, comment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    comments = await visitor.api.get("assessment", f"/v1{here}/accuracy-comments")
    said = next((each["comment"] for each in comments if each["id"] == comment_id), "")
    fields = (
        Field(
            name="outcome",
            label="Your decision",
            kind=Kind.ONE_OF,
            options=(("accepted", "Accept the comment"), ("rejected", "Reject the comment")),
            missing="Select whether you accept the comment",
        ),
        Field(
            name="new_rating",
            label="New rating of the question (optional)",
            kind=Kind.CHOICE,
            options=options(ANSWER_RATINGS),
            hint="Only when an accepted comment changes what you found",
            is_required=False,
        ),
        _REASON,
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/accuracy-comments/{comment_id}/decision", values)

    task = Task(
        title="Decide on a comment",
        lead=said,
        fields=fields,
        button="Save decision",
        back=f"{here}/report",
        done="comment-decided",
    )
    return await perform(request, task, send=send, then=f"{here}/report")


@router.api_route("/dispute", methods=METHODS)
async def dispute_draft(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/dispute", values)

    task = Task(
        title="Dispute the draft report",
        lead="Somebody who did not validate the assessment looks at your dispute.",
        fields=(_REASON,),
        button="Dispute the draft",
        back=f"{here}/report",
        is_warning=True,
        done="disputed",
    )
    return await perform(request, task, send=send, then=here)


@router.post("/senior-review")
async def begin_senior_review(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    await visitor.api.post("assessment", f"/v1/assessments/{assessment_id}/senior-review")
    return go(f"/assessments/{assessment_id}", done="review-begun")


@router.api_route("/senior-review/outcome", methods=METHODS)
async def conclude_senior_review(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    findings = await visitor.api.get("assessment", f"/v1{here}/validated-answers")
    asked = tuple((each["question"], f"{each['question']} {each['text']}") for each in findings["items"])
    fields = (
        Field(
            name="outcome",
            label="Outcome of the review",
            kind=Kind.ONE_OF,
            options=(("upheld", "The draft is upheld"), ("changed", "A finding is changed")),
            missing="Select the outcome of the review",
        ),
        Field(
            name="question",
            label="Question whose finding is changed (optional)",
            kind=Kind.CHOICE,
            options=asked,
            is_required=False,
        ),
        Field(
            name="rating",
            label="Its new rating (optional)",
            kind=Kind.CHOICE,
            options=options(ANSWER_RATINGS),
            is_required=False,
        ),
        _REASON,
    )

    async def send(values: dict[str, Any]) -> Any:
        change = {name: values.pop(name) for name in ("question", "rating") if name in values}
        changes = [change | {"reason": values["reason"]}] if change else []
        body = values | {"changes": changes}
        return await visitor.api.post("assessment", f"/v1{here}/senior-review/outcome", body)

    task = Task(title="Conclude the senior review", fields=fields, button="Save outcome", back=here, done="saved")
    return await perform(request, task, send=send, then=here)


@router.api_route("/publication", methods=METHODS)
async def publish(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"

    async def send(_: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/publication")

    task = Task(
        title="Publish the rating",
        lead="Publishing freezes everything and announces the rating: the service's band is worked out again at once.",
        fields=(),
        button="Publish",
        back=here,
        done="published",
    )
    return await perform(request, task, send=send, then=here)
