"""HTTP for messages: services ask for them, administrators see the outbox, everybody reads their own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from assay_contracts.roles import Scope
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import may_answer
from directory.dependencies import Administrator, Someone
from directory.tables import Message

from .actions import Request, send
from .errors import MessageNotFound
from .repository import Messages
from .rules import MessageStatus
from .schemas import MessageAccepted, MessageIn, MessageRead, OutboxRead, TemplateName

Sender = Annotated[Principal, allow(Scope.MESSAGES_WRITE)]

router = APIRouter(prefix="/messages", tags=["messages"])


def get_messages(session: SessionDep) -> Messages:
    return Messages(session)


MessagesDep = Annotated[Messages, Depends(get_messages)]


@router.post("", summary="Ask for a message", status_code=202)
def request_message(asked: MessageIn, messages: MessagesDep, by: Sender, now: Now) -> MessageAccepted:
    """Under one reference each recipient is written to once, however often it is asked for."""
    request = Request(reference=asked.reference, source=by.name, template=asked.template, words=asked.personalisation)
    send(request, asked.recipient(), messages.session, now=now)
    return MessageAccepted(reference=asked.reference)


@router.get("", summary="The outbox", response_model=Page[OutboxRead])
def list_messages(
    messages: MessagesDep,
    by: Administrator,
    page: PageQuery,
    template: Annotated[TemplateName | None, Query()] = None,
    status: Annotated[MessageStatus | None, Query()] = None,
    reference: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]+$")] = None,
) -> Page[Message]:
    return messages.page(page, template=template, status=status, reference=reference)


@router.get("/mine", summary="Your own messages", response_model=Page[MessageRead])
def list_own_messages(messages: MessagesDep, by: Someone, page: PageQuery) -> Page[Message]:
    return messages.page_of(_own_id(by), page)


@router.get("/{message_id}", summary="Read a message", response_model=OutboxRead, responses=may_answer(MessageNotFound))
def read_message(message_id: UUID, messages: MessagesDep, by: Administrator) -> Message:
    return messages.get(message_id)


def _own_id(by: Principal) -> UUID:
    """A person's id; one that nobody has where the token names no account of ours."""
    try:
        return UUID(by.subject)
    except ValueError:
        return UUID(int=0)
