"""What two people decide together: who reviews a dispute, a correction of the draft, the withdrawal of a rating."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.ids import Id
from portal.tasks import METHODS, Task, perform
from portal.visitors import SignedIn, Visitor
from portal.words import ANSWER_RATINGS, options, words

router = APIRouter(prefix="/assessments/{assessment_id}")

_REASON = Field(name="reason", label="Reason", kind=Kind.WORDS, hint="At least 10 characters. It is kept for ever.")


@router.api_route("/senior-review/handover", methods=METHODS)
async def hand_review_over(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    fields = (
        Field(name="reviewer_name", label="Name of the person who reviews the dispute"),
        Field(
            name="reviewer",
            label="How they sign in",
            hint="Their subject, as the directory has it. They must not have validated the assessment, nor work on it.",
        ),
        _REASON,
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/senior-review/handover", values)

    task = Task(title="Hand the review over", fields=fields, button="Hand over", back=here, done="review-handed-over")
    return await perform(request, task, send=send, then=here)


@router.api_route("/corrections/new", methods=METHODS)
async def propose_correction(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    findings = await visitor.api.get("assessment", f"/v1{here}/validated-answers")
    asked = tuple((each["question"], f"{each['question']} {each['text']}") for each in findings["items"])
    fields = (
        Field(
            name="question",
            label="Which finding is wrong?",
            kind=Kind.CHOICE,
            options=asked,
            missing="Choose the question whose finding is wrong",
        ),
        Field(
            name="rating",
            label="What should it have been?",
            kind=Kind.CHOICE,
            options=options(ANSWER_RATINGS),
            missing="Choose the rating that it should have been",
        ),
        _REASON,
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/corrections", values)

    task = Task(
        title="Correct a finding of the draft",
        lead="Nothing changes before somebody who did not validate agrees. The provider may then comment anew.",
        fields=fields,
        button="Propose the correction",
        back=f"{here}/report",
        done="correction-proposed",
    )
    return await perform(request, task, send=send, then=f"{here}/report")


@router.api_route("/corrections/{correction_id}/decision", methods=METHODS)
async def decide_correction(request: Request, visitor: SignedIn, assessment_id: Id, correction_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    corrections = await visitor.api.get("assessment", f"/v1{here}/corrections")
    correction = next((each for each in corrections["items"] if each["id"] == correction_id), None)
    is_yours = correction is not None and correction["is_yours"]
    answers = (("agreed", "Agree"), ("refused", "Turn it down"))
    outcome = Field(
        name="outcome",
        label="Your decision",
        kind=Kind.ONE_OF,
        options=(("refused", "Take it back"),) if is_yours else answers,
        missing="Select what you decide",
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/corrections/{correction_id}/decision", values)

    task = Task(
        title="Take a correction back" if is_yours else "Decide on a correction",
        lead=_said_of(correction) if correction else "",
        fields=(outcome, _REASON),
        button="Save decision",
        back=f"{here}/report",
        done="correction-decided",
    )
    return await perform(request, task, send=send, then=f"{here}/report")


def _said_of(correction: dict[str, Any]) -> str:
    became = f"Question {correction['question']} becomes {words(correction['rating']).lower()}"
    return f"{became}. {correction['proposed_name']}: {correction['reason']}"


@router.api_route("/withdrawal-proposal", methods=METHODS)
async def propose_withdrawal(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"
    fields = (
        Field(
            name="replacement_id",
            label="Which rating stands in its place?",
            kind=Kind.CHOICE,
            options=await replacements(visitor, assessment_id),
            hint="The rating that would stand without this one, where this one stands now",
            missing="Choose the rating that stands in its place",
        ),
        _REASON,
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/withdrawal-proposal", values)

    task = Task(
        title="Propose to withdraw the rating",
        lead="Another person approves it. Both ratings stay on record.",
        fields=fields,
        button="Propose",
        back=here,
        is_warning=True,
        done="withdrawal-proposed",
    )
    return await perform(request, task, send=send, then=here)


async def replacements(visitor: Visitor, assessment_id: str) -> tuple[tuple[str, str], ...]:
    """The other published ratings of the same service; where this one stands now, the one that would without it."""
    assessment = await visitor.api.get("assessment", f"/v1/assessments/{assessment_id}")
    about = {"care_service_id": assessment["care_service_id"], "status": "published", "limit": 50}
    page = await visitor.api.get("assessment", "/v1/assessments", **about)
    newest_first = sorted(page["items"], key=_published, reverse=True)
    others = [each for each in newest_first if each["id"] != assessment_id]
    if newest_first and newest_first[0]["id"] == assessment_id:
        others = others[:1]
    return tuple(
        (each["id"], f"{each['reference']}, {words(each['rating'] or 'no rating').lower()}") for each in others
    )


def _published(assessment: dict[str, Any]) -> tuple[datetime, str]:
    return datetime.fromisoformat(assessment["published_at"]), assessment["id"]


@router.api_route("/withdrawal", methods=METHODS)
async def withdraw_rating(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"

    proposal = await _proposal(visitor, here)
    # what was read is what is approved, even where another was proposed meanwhile
    answer = Field(
        name="proposal_id",
        label="Do you withdraw it?",
        kind=Kind.ONE_OF,
        options=((proposal["id"], "Yes, as it is proposed"),) if proposal else (),
        missing="Read what is proposed, then select it",
    )

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/withdrawal", values)

    task = Task(
        title="Withdraw the rating",
        lead=_proposed(proposal),
        fields=(answer,),
        button="Withdraw the rating",
        back=here,
        is_warning=True,
        done="rating-withdrawn",
    )
    return await perform(request, task, send=send, then=here)


@router.api_route("/withdrawal-refusal", methods=METHODS)
async def refuse_withdrawal(request: Request, visitor: SignedIn, assessment_id: Id) -> Response:
    here = f"/assessments/{assessment_id}"

    async def send(values: dict[str, Any]) -> Any:
        return await visitor.api.post("assessment", f"/v1{here}/withdrawal-proposal/refusal", values)

    task = Task(
        title="Leave the rating as it is",
        lead=_proposed(await _proposal(visitor, here)),
        fields=(_REASON,),
        button="Leave it as it is",
        back=here,
        done="withdrawal-refused",
    )
    return await perform(request, task, send=send, then=here)


async def _proposal(visitor: Visitor, here: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await visitor.api.get("assessment", f"/v1{here}/withdrawal-proposal"))["proposal"]
    return found


def _proposed(proposal: dict[str, Any] | None) -> str:
    """What was proposed, and by whom."""
    return (
        f"{proposal['proposed_name']} proposes it: {proposal['reason']}" if proposal else "Nobody proposes it any more."
    )
