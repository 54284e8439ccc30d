"""Entries as one reader may see them: what is restricted, and what says that it is there, left out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.pagination import PageAsked
from risk.attachments.repository import Attachments
from risk.bands.rules import IN_CONFIDENCE
from risk.intelligence.repository import Entries
from risk.intelligence.schemas import EntryPage, EntryRead
from risk.tables import Intelligence


def entries_read(session: Session, rows: Sequence[Intelligence], *, in_full: bool) -> list[EntryRead]:
    entries, ids = Entries(session), [row.id for row in rows]
    corrected = entries.corrections_of(ids, in_full=in_full)
    unseen = entries.unseen_among(rows, in_full=in_full)
    files = Attachments(session).of_entries(ids)
    return [
        EntryRead.of(
            row,
            corrected_by=corrected.get(row.id),
            hides_corrected=row.corrects_id in unseen,
            attachments=files.get(row.id, ()),
        )
        for row in rows
    ]


def entry_page(
    session: Session,
    page: PageAsked,
    *,
    in_full: bool,
    care_service_id: UUID | None = None,
    provider_id: UUID | None = None,
    **about: Any,
) -> EntryPage:
    """A page of entries. The notice is the same whatever else was asked for: a filter does not tell what is held."""
    entries = Entries(session)
    found = entries.page(page, in_full=in_full, care_service_id=care_service_id, provider_id=provider_id, **about)
    is_more_held = not in_full and entries.has_restricted(provider_id=provider_id, care_service_id=care_service_id)
    return EntryPage(
        items=entries_read(session, found.items, in_full=in_full),
        next_cursor=found.next_cursor,
        notice=IN_CONFIDENCE if is_more_held else None,
    )
