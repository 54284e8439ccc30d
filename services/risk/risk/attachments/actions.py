"""Adds a file to an entry. It stays, as the entry does; who may see the entry may see it."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.files import HEAD_BYTES, FileFault, FileRefused, FileTooLarge, media_type
from assay_kit.identity import Principal
from assay_kit.timeline import note
from risk.attachments.errors import AttachmentBarred
from risk.attachments.repository import Attachments
from risk.attachments.rules import MOST_BYTES, bars_to_adding
from risk.attachments.schemas import FileAdded
from risk.intelligence.life import ENTRY_LIFE, EntryStatus
from risk.intelligence.repository import Entries
from risk.tables import Attachment


def add_file(
    session: Session, entry_id: UUID, said: FileAdded, content: bytes, *, by: Principal, now: datetime
) -> Attachment:
    entries, attachments = Entries(session), Attachments(session)
    entry = entries.get(entry_id, in_full=True, lock=True)
    if len(content) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES)
    kind = media_type(content[:HEAD_BYTES], said.filename)
    if isinstance(kind, FileFault):
        raise FileRefused(kind)
    sha256 = hashlib.sha256(content).hexdigest()
    there = attachments.of_entries([entry_id]).get(entry_id, [])
    bars = bars_to_adding(
        files=len(there),
        is_there=any(each.sha256 == sha256 for each in there),
        is_standing=not (entry.is_withdrawal or entries.is_corrected(entry_id)),
    )
    if bars:
        raise AttachmentBarred(bars)
    attachment = Attachment(
        **said.model_dump(),
        intelligence_id=entry_id,
        media_type=kind,
        size=len(content),
        sha256=sha256,
        added_at=now,
        added_by=by.subject,
        added_by_name=by.name,
    )
    attachments.add(attachment, content)
    note(
        session,
        ENTRY_LIFE.name,
        entry.id,
        "attach",
        by=by,
        now=now,
        status=EntryStatus.STANDING,
        provider_id=entry.provider_id,
        care_service_id=entry.care_service_id,
        detail={"kind": entry.kind, "sha256": sha256, "restricted": entry.restricted},
    )
    return attachment
