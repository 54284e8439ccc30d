"""HTTP for messages: services ask for them, administrators see the outbox, everybody reads their own."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from assay_contracts.roles import Scope
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import may_answer
from assay_kit.settings import Settings
from directory.dependencies import Administrator, SettingsDep, Someone
from directory.sealing import seal_of
from directory.tables import Message

from .actions import Request, send
from .errors import MessageNotFound
from .repository import Messages
from .rules import MessageStatus, shows_link
from .schemas import MessageAccepted, MessageIn, MessageRead, OutboxRead, TemplateName

Shown = TypeVar("Shown", bound=MessageRead)

Sender = Annotated[Principal, allow(Scope.MESSAGES_WRITE)]

router = APIRouter(prefix="/messages", tags=["messages"])


async def get_messages(session: SessionDep) -> Messages:
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
    settings: SettingsDep,
    page: PageQuery,
    template: Annotated[TemplateName | None, Query()] = None,
    status: Annotated[MessageStatus | None, Query()] = None,
    reference: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]+$")] = None,
) -> Page[OutboxRead]:
    found = messages.page(page, template=template, status=status, reference=reference)
    return found.map(lambda each: _shown(each, OutboxRead, by, settings))


@router.get("/mine", summary="Your own messages", response_model=Page[MessageRead])
def list_own_messages(messages: MessagesDep, by: Someone, page: PageQuery, settings: SettingsDep) -> Page[MessageRead]:
    found = messages.page_of(_own_id(by), page)
    return found.map(lambda each: _shown(each, MessageRead, by, settings))


@router.get("/{message_id}", summary="Read a message", response_model=OutboxRead, responses=may_answer(MessageNotFound))
def read_message(message_id: UUID, messages: MessagesDep, by: Administrator, settings: SettingsDep) -> OutboxRead:
    return _shown(messages.get(message_id), OutboxRead, by, settings)


def _shown(message: Message, schema: type[Shown], by: Principal, settings: Settings) -> Shown:
    """The message as `by` may read it: whole, or without its link."""
    shown = schema.model_validate(message, from_attributes=True)
    is_shown = shows_link(
        message.template,
        is_demonstration=settings.is_demonstration,
        is_asker=message.asked_by == by.subject,
        is_recipient=message.person_id == _own_id(by),
    )
    if message.sealed_body is None or not is_shown:
        return shown
    return shown.model_copy(update={"body": seal_of(settings).decrypt(message.sealed_body.encode()).decode()})


def _own_id(by: Principal) -> UUID:
    """A person's id; one that nobody has where the token names no account of ours."""
    try:
        return UUID(by.subject)
    except ValueError:
        return UUID(int=0)
