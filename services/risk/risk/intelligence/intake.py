"""What the case management system sends: kept once under its reference, placed at once where the service is certain."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_contracts.directory.records import CareServiceRecord
from assay_kit.calendar import london_day
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take
from risk.bands.actions import refresh
from risk.bands.repository import Bands
from risk.case_tasks.actions import open_task
from risk.feeds.actions import heard
from risk.intelligence.actions import BY_HAND, add, keep
from risk.intelligence.errors import (
    NotAtThatLocation,
    RecordingBarred,
    SameReferenceOtherContent,
    UnknownCareService,
    UnknownCorrection,
)
from risk.intelligence.life import INTAKE_LIFE as LIFE
from risk.intelligence.repository import Entries
from risk.intelligence.rules import FEEDS, Bar, IntakeStatus, IntakeStep, Kind, bars_to_taking_in
from risk.intelligence.schemas import (
    ContractingConcernSent,
    EnquiryDetails,
    Receipt,
    SafeguardingDecisionSent,
    Sent,
    UnexpectedDeathSent,
    outcome_as_recorded,
)
from risk.intelligence.waiting import say
from risk.mornings import next_morning
from risk.tables import IntakeItem, Intelligence

SCHEMAS: dict[Kind, type[Sent]] = {
    Kind.SAFEGUARDING_DECISION: SafeguardingDecisionSent,
    Kind.UNEXPECTED_DEATH: UnexpectedDeathSent,
    Kind.CONTRACTING_CONCERN: ContractingConcernSent,
}

FINDING = ("substantiated", "outcome", "outcome_by_name", "outcome_at")
ABOUT_A_FINDING = "finding "  # such a task tells of an entry: it is for those who see what is restricted
SAID = "said_substantiated"  # in the details of an entry: the source's own word, whatever an officer finds


def take_in(session: Session, kind: Kind, sent: Sent, copies: Copies, *, by: Principal, now: datetime) -> Receipt:
    """Keep an item that came alone: a sign that its feed is alive, and the bands follow at once."""
    receipt, reached = take_one(session, kind, sent, copies, system=by.subject, by=by, now=now)
    if receipt.outcome != "already_held":
        heard(session, FEEDS[kind], reference=f"item {sent.source_reference}", row_count=1, by=by, now=now)
    if receipt.outcome == "queued" and receipt.intake_item_id is not None:
        say(session, Entries(session).item(receipt.intake_item_id), count=1, now=now)
    refresh(session, reached, now=now)
    return receipt


def take_one(
    session: Session, kind: Kind, sent: Sent, copies: Copies, *, system: str, by: Principal, now: datetime
) -> tuple[Receipt, set[UUID]]:
    """Keep an item. The same reference with the same content is held already; with other content it is refused.

    Answers what became of it, and the services whose bands must be worked out again.
    """
    bars = bars_to_taking_in(
        event_on=event_on(sent),
        has_location=sent.cqc_location_id is not None,
        has_service=sent.care_service_id is not None,
        today=london_day(now),
    )
    if bars:
        raise RecordingBarred(bars)
    if (held := _held(session, kind, sent, system=system)) is not None:
        return held, set()
    services = _services(sent, copies)
    before = _corrected(session, kind, sent, system=system)
    is_by_hand = any(_is_by_hand(each) for each in before)
    waits = _waits(session, kind, sent.corrects, system=system)
    if len(services) == 1 and not is_by_hand and not waits:
        if not all(each.is_outcome for each in before[1:]):
            raise RecordingBarred([Bar.ALREADY_CORRECTED])
        entry = _entry(kind, sent, services[0], before, system=system, by=by, now=now)
        reached = add(session, entry, by=by, now=now)
        _ask_whether_the_finding_stands(session, sent, entry, before, now=now)
        return _receipt("recorded", sent, entry_id=entry.id), reached
    item = _item(kind, sent, system=system, by=by, now=now)
    item.cqc_location_id = "" if is_by_hand else sent.cqc_location_id or ""
    item.about_id = _about(before, services)
    Entries(session).add(item)
    begin(session, item, LIFE, by=by, now=now, step="receive", detail={"kind": kind})
    return _receipt("queued", sent, intake_item_id=item.id), _touched(session, item, copies)


def _item(kind: Kind, sent: Sent, *, system: str, by: Principal, now: datetime) -> IntakeItem:
    return IntakeItem(
        kind=kind,
        cqc_location_id="",
        system=system,
        source_reference=sent.source_reference,
        sent=sent.model_dump(mode="json"),
        content_hash=content_hash(sent),
        received_at=now,
        received_by_name=by.name,
        alert_at=next_morning(now),
    )


def place(
    session: Session, item_id: UUID, care_service_id: UUID, reason: str, copies: Copies, *, by: Principal, now: datetime
) -> IntakeItem:
    """A person says which service an item is about."""
    item = Entries(session).item(item_id)
    service = copies.care_service(care_service_id)
    if service is None:
        raise UnknownCareService(f"The directory knows no service {care_service_id}.")
    candidates = candidates_of(item, copies)
    if candidates and care_service_id not in candidates:
        raise NotAtThatLocation(f"{service.name} is not at location {item.cqc_location_id}.")
    take(session, item, IntakeStep.PLACE, LIFE, by=by, now=now, reason=reason, care_service_id=care_service_id)
    sent = SCHEMAS[Kind(item.kind)].model_validate(item.sent)
    if _waits(session, Kind(item.kind), sent.corrects, system=item.system):
        raise UnknownCorrection(f"What it corrects waits too: place or dismiss {sent.corrects} first.")
    before = _corrected(session, Kind(item.kind), sent, system=item.system)
    entry = _entry(Kind(item.kind), sent, service, before, system=item.system, by=by, now=now)
    item.intelligence_id = keep(session, entry, by=by, now=now).id
    _ask_whether_the_finding_stands(session, sent, entry, before, now=now)
    return _settle(session, item, reason, copies, by=by, now=now)


def dismiss(
    session: Session, item_id: UUID, reason: str, copies: Copies, *, by: Principal, now: datetime
) -> IntakeItem:
    item = Entries(session).item(item_id)
    take(session, item, IntakeStep.DISMISS, LIFE, by=by, now=now, reason=reason)
    return _settle(session, item, reason, copies, by=by, now=now)


def candidates_of(item: IntakeItem, copies: Copies) -> list[UUID]:
    """The services at its location; any service, where it corrects what an officer corrected by hand since."""
    if not item.cqc_location_id:
        return []
    return [service.id for service in copies.care_services_by_location(item.cqc_location_id)]


def event_on(sent: Sent) -> date:
    match sent:
        case SafeguardingDecisionSent():
            return sent.decided_on
        case UnexpectedDeathSent():
            return sent.died_on
        case ContractingConcernSent():
            return sent.raised_on


def _settle(
    session: Session, item: IntakeItem, reason: str, copies: Copies, *, by: Principal, now: datetime
) -> IntakeItem:
    """It waits no longer: the services that it might have been about are fully known again."""
    item.settled_by_name, item.settled_at, item.reason = by.name, now, reason
    session.flush()
    refresh(session, _touched(session, item, copies), now=now)
    return item


def _touched(session: Session, item: IntakeItem, copies: Copies) -> set[UUID]:
    """The services that are not fully known while it waits."""
    about = set() if item.about_id is None else {item.about_id, *Bands(session).services_of(item.about_id)}
    return about | set(candidates_of(item, copies))


def _about(before: Sequence[Intelligence], services: Sequence[CareServiceRecord]) -> UUID | None:
    """What is known to be touched: the service, or the provider as a whole, of what stands, or the service named."""
    if before:
        return before[-1].care_service_id or before[-1].provider_id
    return services[0].id if len(services) == 1 else None


def _held(session: Session, kind: Kind, sent: Sent, *, system: str) -> Receipt | None:
    entries = Entries(session)
    item = entries.item_under(system, kind, sent.source_reference)
    entry = entries.under(system, kind, sent.source_reference)
    held = entry or item
    if held is None:
        return None
    if held.content_hash != content_hash(sent):
        raise SameReferenceOtherContent(sent.source_reference)
    entry_id = entry.id if entry else item.intelligence_id if item else None
    return _receipt("already_held", sent, entry_id=entry_id, intake_item_id=item.id if item else None)


def _services(sent: Sent, copies: Copies) -> list[CareServiceRecord]:
    if sent.cqc_location_id is not None:
        return list(copies.care_services_by_location(sent.cqc_location_id))
    service = copies.care_service(sent.care_service_id) if sent.care_service_id else None
    if service is None:
        raise UnknownCareService(f"The directory knows no service {sent.care_service_id}.")
    return [service]


def _entry(
    kind: Kind,
    sent: Sent,
    service: CareServiceRecord,
    before: Sequence[Intelligence],
    *,
    system: str,
    by: Principal,
    now: datetime,
) -> Intelligence:
    """What stands from now on. A source neither undoes what an officer found, nor opens what is restricted."""
    found = _outcome(sent, by=by, now=now)
    if before and _is_found(before):
        found = {name: getattr(before[-1], name) for name in FINDING}
    return Intelligence(
        kind=kind,
        provider_id=service.provider_id,
        care_service_id=service.id,
        event_on=event_on(sent),
        source=f"Case management, {sent.source_reference}",
        system=system,
        source_reference=sent.source_reference,
        restricted=sent.restricted or any(each.restricted for each in before),
        recorded_at=now,
        recorded_by=by.subject,
        recorded_by_name=by.name,
        content_hash=content_hash(sent),
        **_details(sent) | found,
        **_correcting(sent, before),
    )


def _details(sent: Sent) -> dict[str, Any]:
    match sent:
        case SafeguardingDecisionSent():
            details = sent.model_dump(mode="json", include=set(EnquiryDetails.model_fields))
            return {"enquiry_reference": sent.enquiry_reference, "details": details, "substantiated": True}
        case UnexpectedDeathSent():
            return {"details": {}, "substantiated": True}
        case ContractingConcernSent():
            details = {"category": sent.category, SAID: sent.substantiated}
            return {"details": details, "substantiated": sent.substantiated}


def _outcome(sent: Sent, *, by: Principal, now: datetime) -> dict[str, Any]:
    if not isinstance(sent, ContractingConcernSent):
        return {}
    kind = Kind.CONTRACTING_CONCERN
    return outcome_as_recorded(kind, substantiated=sent.substantiated, by_name=by.name, now=now)


def _corrected(session: Session, kind: Kind, sent: Sent, *, system: str) -> list[Intelligence]:
    """The source's own item that this one corrects, and all that followed it; empty where it corrects nothing."""
    if sent.corrects is None:
        return []
    own = Entries(session).under(system, kind, sent.corrects)
    if own is not None:
        return Entries(session).since(own)
    if Entries(session).item_under(system, kind, sent.corrects) is None:
        raise UnknownCorrection(f"Nothing was recorded under {sent.corrects}.")
    return []  # it waits, or was about no service of ours


def _waits(session: Session, kind: Kind, reference: str | None, *, system: str) -> bool:
    """Whether what was sent under a reference waits to be placed."""
    item = None if reference is None else Entries(session).item_under(system, kind, reference)
    return item is not None and item.status == IntakeStatus.WAITING


def _correcting(sent: Sent, before: Sequence[Intelligence]) -> dict[str, Any]:
    if not before:
        return {}
    why = f"Corrected by its source under {sent.source_reference}."
    return {"corrects_id": before[-1].id, "correction_reason": why}


def _is_by_hand(entry: Intelligence) -> bool:
    """Whether an officer said otherwise than the source, or that it does not stand: a person looks at what follows."""
    return entry.system == BY_HAND and not entry.is_outcome


def _is_found(before: Sequence[Intelligence]) -> bool:
    """Whether what stands says what an officer found, not what the source said."""
    *_, last = before
    is_anothers_word = last.outcome_by_name not in {None, last.recorded_by_name}
    return last.outcome is not None and (len(before) > 1 or is_anothers_word)


def _ask_whether_the_finding_stands(
    session: Session, sent: Sent, entry: Intelligence, before: Sequence[Intelligence], *, now: datetime
) -> None:
    """The source says otherwise than it did, and an officer found something in between: an officer looks again."""
    if not isinstance(sent, ContractingConcernSent) or not before or not _is_found(before):
        return
    said_before = before[0].details.get(SAID, before[0].substantiated)
    if sent.substantiated in {said_before, entry.substantiated} or entry.care_service_id is None:
        return
    wording = f"The source of entry {entry.id} says otherwise than an officer found: see whether the finding stands."
    open_task(session, entry.care_service_id, subject=f"{ABOUT_A_FINDING}{entry.id}", wording=wording, now=now)


def _receipt(outcome: str, sent: Sent, *, entry_id: UUID | None = None, intake_item_id: UUID | None = None) -> Receipt:
    return Receipt(
        outcome=outcome, source_reference=sent.source_reference, entry_id=entry_id, intake_item_id=intake_item_id
    )
