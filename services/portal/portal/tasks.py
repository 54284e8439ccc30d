"""One form on one page: shown, sent, refused with everything kept, or accepted and moved on (post, redirect, get)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.responses import Response

from portal import forms
from portal.pages import go, render
from portal.upstream import Down, Refused
from portal.visitors import SAFE_METHODS

REFUSALS_TO_SHOW = frozenset({400, 409, 412, 413, 422})
METHODS = ["GET", "POST"]

Send = Callable[[dict[str, Any]], Awaitable[Any]]
Then = str | Callable[[Any], str]
Explain = Callable[[Refused], list[forms.FieldError]]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one form asks and how its page reads. `fields` may be worked out for the thing it is about."""

    title: str
    fields: tuple[forms.Field, ...]
    button: str = "Save"
    caption: str = ""
    lead: str = ""
    back: str = "/"
    is_warning: bool = False
    done: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)
    template: str = "task.html"
    more: Mapping[str, Any] = field(default_factory=dict)


async def perform(request: Request, task: Task, *, send: Send, then: Then, explain: Explain | None = None) -> Response:
    """Show the form, or send what was typed and go on. `explain` says a refusal that is about other pages."""
    if request.method in SAFE_METHODS:
        return show(request, task, forms.fill(task.fields, task.known))
    filled = forms.read(task.fields, await request.form())
    if filled.errors:
        return show(request, task, filled, status=filled.status)
    try:
        answer = await send(filled.values)
    except Refused as refusal:
        if refusal.status not in REFUSALS_TO_SHOW:
            raise
        filled.errors += explain(refusal) if explain else []
        if not filled.errors:
            filled.refused(refusal)
        return show(request, task, filled, status=refusal.status)
    except Down as down:
        filled.unanswered(down)
        return show(request, task, filled, status=filled.status)
    return go(then(answer) if callable(then) else then, done=task.done)


def show(request: Request, task: Task, filled: forms.Filled, *, status: int = 200) -> Response:
    return render(request, task.template, status=status, task=task, filled=filled, **task.more)
