"""Reads and writes messages. No rules here."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.database import new_id
from assay_kit.pagination import Page, PageAsked, paginate
from directory.tables import Message

from .errors import MessageNotFound
from .rules import MessageStatus


class Messages:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, message_id: UUID) -> Message:
        found = self.session.get(Message, message_id)
        if found is None:
            raise MessageNotFound
        return found

    def is_told(self, reference: str) -> bool:
        wanted = select(Message.id).where(Message.reference == reference).limit(1)
        return self.session.exec(wanted).one_or_none() is not None

    def add(self, message: Message) -> None:
        """Keep a message, unless its recipient has one of the same reference: requests may come twice, or at once."""
        values = message.model_dump() | {"id": new_id()}
        self.session.connection().execute(insert(Message).values(**values).on_conflict_do_nothing())

    def page(
        self, page: PageAsked, *, template: str | None, status: MessageStatus | None, reference: str | None
    ) -> Page[Message]:
        wanted = select(Message)
        for column, value in ((Message.template, template), (Message.status, status), (Message.reference, reference)):
            if value is not None:
                wanted = wanted.where(column == value)
        return self._newest_first(wanted, page)

    def page_of(self, person_id: UUID, page: PageAsked) -> Page[Message]:
        return self._newest_first(select(Message).where(Message.person_id == person_id), page)

    def _newest_first(self, wanted: SelectOfScalar[Message], page: PageAsked) -> Page[Message]:
        return paginate(self.session, wanted, page, col(Message.made_at).desc(), col(Message.id).desc())
