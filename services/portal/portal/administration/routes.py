"""For administrators: what was sent to whom, and the demonstration clock."""

from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.forms import Field, Kind
from portal.ids import Id
from portal.pages import render, with_query
from portal.tasks import METHODS, Task, perform
from portal.visitors import SignedIn
from portal.words import LONDON, moment

router = APIRouter()

_CLOCK = (
    Field(
        name="day",
        label="Move forward to the beginning of which day?",
        kind=Kind.DAY,
        hint="For example, 27 3 2026. The clock never goes back.",
        missing="Enter the day to move forward to",
    ),
)


@router.get("/outbox")
async def outbox(request: Request, visitor: SignedIn) -> Response:
    cursor = request.query_params.get("cursor")
    page = await visitor.api.get("directory", "/v1/messages", cursor=cursor, limit=25)
    return render(
        request,
        "administration/outbox.html",
        items=page["items"],
        next_href=with_query(request, {"cursor": page["next_cursor"]}) if page["next_cursor"] else None,
        first_href="/outbox" if cursor else None,
    )


@router.get("/outbox/{message_id}")
async def one_message(request: Request, visitor: SignedIn, message_id: Id) -> Response:
    message = await visitor.api.get("directory", f"/v1/messages/{message_id}")
    return render(request, "administration/message.html", message=message)


@router.api_route("/clock", methods=METHODS)
async def clock(request: Request, visitor: SignedIn) -> Response:
    """Moving it does everything that falls due on the way, in every service, before it answers."""
    now = (await visitor.api.get("directory", "/v1/demo/clock"))["now"]
    tomorrow = datetime.fromisoformat(now).astimezone(LONDON).date() + timedelta(days=1)

    async def send(values: dict[str, Any]) -> Any:
        to = datetime.combine(date.fromisoformat(values["day"]), time(), LONDON)
        answer = await visitor.api.post("directory", "/v1/demo/clock", {"to": to.isoformat()}, patience=600)
        request.app.state.clock.forget()
        return answer

    task = Task(
        title="Demonstration clock",
        lead=f"It is {moment(now)} of business time. All that falls due on the way is done first.",
        fields=_CLOCK,
        button="Move the clock forward",
        back="/",
        done="advanced",
        known={"day": tomorrow.isoformat()},
    )
    return await perform(request, task, send=send, then="/clock")
