"""Adds a file to an entry. It stays, as the entry does; who may see the entry may see it."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.files import HEAD_BYTES, TAIL_BYTES, FileFault, FileRefused, FileTooLarge, media_type, package_fault
from assay_kit.identity import Principal
from assay_kit.scanner import has_malware
from assay_kit.timeline import note
from risk.attachments.errors import AttachmentBarred
from risk.attachments.repository import Attachments
from risk.attachments.rules import MOST_BYTES, bars_to_adding
from risk.attachments.schemas import FileAdded
from risk.intelligence.life import ENTRY_LIFE, EntryStatus
from risk.intelligence.repository import Entries
from risk.tables import Attachment


def media_type_of_acceptable(content: bytes, filename: str, *, scanner: str) -> str:
    """The kind of a file that may be kept. Asked before anything is locked: a scanner takes its time."""
    if len(content) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES)
    kind = media_type(content[:HEAD_BYTES], filename)
    if isinstance(kind, FileFault):
        raise FileRefused(kind)
    if (fault := package_fault(content[-TAIL_BYTES:], filename)) is not None:
        raise FileRefused(fault)
    if has_malware(content, scanner):
        raise FileRefused(FileFault.MALWARE)
    return kind


def add_file(
    session: Session, entry_id: UUID, said: FileAdded, content: bytes, *, kind: str, by: Principal, now: datetime
) -> Attachment:
    """`kind`: its media type, of a file that may be kept."""
    entries, attachments = Entries(session), Attachments(session)
    entry = entries.get(entry_id, in_full=True, lock=True)
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
