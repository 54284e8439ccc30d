"""When a service may be assessed again before its time, and what a council answers. Pure."""

from datetime import date
from enum import StrEnum

from assay_kit.steps import Life


class RequestStatus(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class RequestStep(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"


REQUEST_LIFE: Life[RequestStatus, RequestStep] = Life(
    "reassessment request",
    RequestStatus.ASKED,
    {
        (RequestStatus.ASKED, RequestStep.ACCEPT): RequestStatus.ACCEPTED,
        (RequestStatus.ASKED, RequestStep.DECLINE): RequestStatus.DECLINED,
    },
)


def bars_to_asking(*, is_closed: bool, is_standing: bool, is_under_way: bool, has_asked: bool) -> list[str]:
    """Why a provider may not ask: what it wants assessed again is not verified, or is being assessed."""
    bars = []
    if not is_closed:
        bars.append("The plan is not closed: every issue is verified first.")
    if not is_standing:
        bars.append("The rating that the plan followed no longer stands.")
    if is_under_way:
        bars.append("The service is being assessed.")
    if has_asked:
        bars.append("An early reassessment has been asked for after this plan.")
    return bars


def bars_to_deciding(step: RequestStep, *, due_on: date | None, today: date, standing: date | None) -> list[str]:
    """What is wrong with an answer. `standing` is the day on which the next assessment is due as things are."""
    if step is RequestStep.DECLINE:
        return [] if due_on is None else ["A request that is declined brings no day forward."]
    if due_on is None:
        return ["Say by when the service is to be assessed again."]
    if due_on < today:
        return ["The day is past."]
    if standing is not None and due_on >= standing:
        return [f"The next assessment is due on {standing:%-d %B %Y} anyway."]
    return []
