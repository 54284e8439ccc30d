"""Records intelligence: an entry, its correction, its outcome, its withdrawal. Each is a new row; the band follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take
from risk.bands.actions import refresh
from risk.bands.repository import Bands
from risk.intelligence.errors import RecordingBarred, UnknownCareService
from risk.intelligence.life import ENTRY_LIFE, EntryStatus, EntryStep
from risk.intelligence.repository import Entries
from risk.intelligence.rules import Bar, ConcernOutcome, Draft, Kind, bars_to_recording, bars_to_settling
from risk.intelligence.schemas import EntryWanted, Outcome, Withdrawal, outcome_as_recorded
from risk.tables import Intelligence
from risk.tables.base import columns_of

BY_HAND = "manual"


@dataclass
class _Standing:
    """An entry as the timeline knows it: its row never changes."""

    id: UUID
    status: EntryStatus


def record(session: Session, wanted: EntryWanted, copies: Copies, *, by: Principal, now: datetime) -> Intelligence:
    _check(wanted, copies, now=now)
    entry = _entry(wanted, by=by, now=now)
    return keep(session, entry, by=by, now=now)


def correct(
    session: Session, entry_id: UUID, wanted: EntryWanted, reason: str, copies: Copies, *, by: Principal, now: datetime
) -> Intelligence:
    entries = Entries(session)
    old = entries.get(entry_id, in_full=True, lock=True)
    _refuse([Bar.ALREADY_CORRECTED] if entries.is_corrected(old.id) else [])
    if (wanted.kind, wanted.provider_id) != (old.kind, old.provider_id):
        _refuse([Bar.ANOTHER_SUBJECT])
    _check(wanted, copies, now=now)
    entry = _entry(wanted, by=by, now=now, corrects_id=old.id, correction_reason=reason)
    if entry.substantiated == old.substantiated:  # the correction is of something else: what became of it stands
        entry.outcome, entry.outcome_by_name, entry.outcome_at = old.outcome, old.outcome_by_name, old.outcome_at
    return keep(session, entry, by=by, now=now)


def settle(session: Session, entry_id: UUID, wanted: Outcome, *, by: Principal, now: datetime) -> Intelligence:
    """What became of a concern: a new entry that says all of the old one, and the outcome."""
    entries = Entries(session)
    old = entries.get(entry_id, in_full=True, lock=True)
    is_standing = not (old.is_withdrawal or entries.is_corrected(old.id))
    outcome = ConcernOutcome(old.outcome) if old.outcome else None
    _refuse(bars_to_settling(Kind(old.kind), outcome, wanted.outcome, is_standing=is_standing))
    found = {
        "is_outcome": True,
        "substantiated": wanted.outcome is ConcernOutcome.SUBSTANTIATED,
        "outcome": wanted.outcome,
        "outcome_by_name": by.name,
        "outcome_at": now,
        "content_hash": content_hash([old.content_hash, wanted]),
    }
    entry = Intelligence(**columns_of(old, "id", "source_reference") | _following(old, wanted.reason, by, now) | found)
    return keep(session, entry, by=by, now=now, step=EntryStep.SETTLE)


def withdraw(session: Session, entry_id: UUID, wanted: Withdrawal, *, by: Principal, now: datetime) -> Intelligence:
    """An entry that should never have been made: it stays, and a new one says that it does not stand."""
    entries = Entries(session)
    old = entries.get(entry_id, in_full=True, lock=True)
    _refuse([Bar.ALREADY_CORRECTED] if entries.is_corrected(old.id) or old.is_withdrawal else [])
    gone = {
        "restricted": old.restricted or wanted.restricted,
        "is_withdrawal": True,
        "is_outcome": False,
        "content_hash": content_hash([old.content_hash, wanted.reason]),
    }
    kept = columns_of(old, "id", "source_reference", "narrative")
    entry = Intelligence(**kept | _following(old, wanted.reason, by, now) | gone)
    return keep(session, entry, by=by, now=now, step=EntryStep.WITHDRAW)


def _following(old: Intelligence, reason: str, by: Principal, now: datetime) -> dict[str, Any]:
    """What a new entry that follows `old` says of itself."""
    return {
        "system": BY_HAND,
        "recorded_at": now,
        "recorded_by": by.subject,
        "recorded_by_name": by.name,
        "corrects_id": old.id,
        "correction_reason": reason,
    }


def keep(
    session: Session, entry: Intelligence, *, by: Principal, now: datetime, step: EntryStep = EntryStep.CORRECT
) -> Intelligence:
    """Add an entry, and let the bands of all that it is about follow at once."""
    refresh(session, add(session, entry, by=by, now=now, step=step), now=now)
    return entry


def add(
    session: Session, entry: Intelligence, *, by: Principal, now: datetime, step: EntryStep = EntryStep.CORRECT
) -> set[UUID]:
    """Add an entry, whoever sent it; the one that it corrects stands no longer. Answers the services whose bands must
    be worked out again."""
    entries = Entries(session)
    entries.add(entry)
    reached = _reach(session, entry)
    if entry.corrects_id is not None:
        old = entries.get(entry.corrects_id, in_full=True)
        _supersede(session, old, entry, step, by=by, now=now)
        reached |= _reach(session, old)
    if not entry.is_withdrawal:
        standing = _Standing(entry.id, EntryStatus.STANDING)
        begin(session, standing, ENTRY_LIFE, by=by, now=now, step="record", **_about(entry))
    return reached


def _reach(session: Session, entry: Intelligence) -> set[UUID]:
    """The services that an entry is about: of a provider as a whole, all of them."""
    if entry.care_service_id is not None:
        return {entry.care_service_id}
    return set(Bands(session).services_of(entry.provider_id))


def _supersede(
    session: Session, old: Intelligence, new: Intelligence, step: EntryStep, *, by: Principal, now: datetime
) -> None:
    standing, about = _Standing(old.id, EntryStatus.STANDING), _about(old)
    about["detail"]["restricted"] = old.restricted or new.restricted
    take(session, standing, step, ENTRY_LIFE, by=by, now=now, reason=new.correction_reason, **about)


def _about(entry: Intelligence) -> dict[str, Any]:
    return {
        "provider_id": entry.provider_id,
        "care_service_id": entry.care_service_id,
        "detail": {"kind": entry.kind, "event_on": entry.event_on.isoformat(), "restricted": entry.restricted},
    }


def _entry(wanted: EntryWanted, *, by: Principal, now: datetime, **correcting: Any) -> Intelligence:
    enquiry = wanted.enquiry
    return Intelligence(
        **wanted.model_dump(exclude={"enquiry"}),
        **correcting,
        **outcome_as_recorded(wanted.kind, substantiated=wanted.substantiated, by_name=by.name, now=now),
        system=BY_HAND,
        enquiry_reference=enquiry.enquiry_reference if enquiry else None,
        details=enquiry.model_dump(mode="json") if enquiry else {},
        content_hash=content_hash(wanted),
        recorded_at=now,
        recorded_by=by.subject,
        recorded_by_name=by.name,
    )


def _check(wanted: EntryWanted, copies: Copies, *, now: datetime) -> None:
    draft = Draft(
        kind=Kind(wanted.kind),
        has_service=wanted.care_service_id is not None,
        event_on=wanted.event_on,
        ended_on=wanted.ended_on,
        has_enquiry=wanted.enquiry is not None,
    )
    _refuse(bars_to_recording(draft, today=london_day(now)))
    if copies.provider(wanted.provider_id) is None:
        raise UnknownCareService(f"The directory knows no provider {wanted.provider_id}.")
    if wanted.care_service_id is None:
        return
    care_service = copies.care_service(wanted.care_service_id)
    if care_service is None or care_service.provider_id != wanted.provider_id:
        raise UnknownCareService(f"Provider {wanted.provider_id} has no service {wanted.care_service_id}.")


def _refuse(bars: Sequence[Bar]) -> None:
    if bars:
        raise RecordingBarred(bars)
