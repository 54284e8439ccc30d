"""Reads and writes files added to entries. No rules here."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from risk.attachments.errors import AttachmentNotFound
from risk.tables import Attachment, AttachmentContent


class Attachments:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of_entries(self, entry_ids: Collection[UUID]) -> dict[UUID, list[Attachment]]:
        wanted = select(Attachment).where(col(Attachment.intelligence_id).in_(entry_ids))
        found = defaultdict(list)
        for each in self._session.exec(wanted.order_by(col(Attachment.added_at), col(Attachment.id))):
            found[each.intelligence_id].append(each)
        return dict(found)

    def get(self, entry_id: UUID, attachment_id: UUID) -> tuple[Attachment, bytes]:
        found = self._session.get(Attachment, attachment_id)
        kept = self._session.get(AttachmentContent, attachment_id)
        if found is None or kept is None or found.intelligence_id != entry_id:
            raise AttachmentNotFound(attachment_id)
        return found, kept.content

    def add(self, attachment: Attachment, content: bytes) -> None:
        self._session.add(attachment)
        self._session.flush()
        self._session.add(AttachmentContent(attachment_id=attachment.id, content=content))
        self._session.flush()
