"""What happens to evidence: kept, relied on, removed while nothing relies on it, lapsed when its day has passed."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import EvidenceLapsed, EvidenceNotTheirs, RelyingObject
from assay_contracts.messages import Recipient
from assay_contracts.seals import SealOpened
from assay_kit.calendar import london_day
from assay_kit.due import DueWork
from assay_kit.events import tell
from assay_kit.identity import Principal
from directory.messages.actions import SOURCE, Request, send
from directory.tables import Evidence, EvidenceReliance

from .errors import EvidenceNotFound, EvidenceReliedOn
from .repository import EvidenceShelf
from .rules import REMINDED_DAYS_BEFORE, lapses_at, reminds_at

_BATCH = 200


def rely(
    evidence_ids: Collection[UUID],
    by_object: RelyingObject,
    shelf: EvidenceShelf,
    *,
    provider_id: UUID,
    is_sealed: bool = False,
    by: Principal,
    now: datetime,
) -> list[Evidence]:
    """Another service relies on evidence of a provider for one of its objects: on all of it, or on none.

    Said twice, it is noted once. `is_sealed`: by this alone the council does not see it before it is opened.
    """
    found = shelf.locked(provider_id, evidence_ids)
    if strange := set(evidence_ids) - {each.id for each in found}:
        raise EvidenceNotTheirs(strange)
    noted = shelf.relied_on_by(by.name, by_object)
    for evidence in found:
        if evidence.id not in noted:
            shelf.add(_reliance(evidence, by_object, is_sealed=is_sealed, by=by, now=now))
    return found


def _reliance(
    evidence: Evidence, by_object: RelyingObject, *, is_sealed: bool, by: Principal, now: datetime
) -> EvidenceReliance:
    return EvidenceReliance(
        evidence_id=evidence.id,
        service=by.name,
        kind=by_object.kind,
        object_id=by_object.id,
        relied_on_at=now,
        is_sealed=is_sealed,
    )


def open_seal(session: Session, asked: SealOpened, *, service: str) -> None:
    """A service opens what it sealed itself. What its object relied on beside that stays sealed. Done once."""
    by_object = RelyingObject(asked.kind, asked.object_id)
    EvidenceShelf(session).open(service, by_object, asked.evidence_ids, at=asked.at)


def remove(evidence: Evidence, shelf: EvidenceShelf) -> None:
    if shelf.relied_on([evidence.id]):
        raise EvidenceReliedOn
    shelf.remove(evidence)


def next_lapse(session: Session) -> datetime | None:
    expires_on = EvidenceShelf(session).first_to_lapse()
    return lapses_at(expires_on) if expires_on else None


def tell_lapsed(session: Session, now: datetime) -> int:
    """Tell what lapsed: the newest edition of a document, and any edition that something relies on."""
    shelf = EvidenceShelf(session)
    found = shelf.lapsed(london_day(now), limit=_BATCH)
    newest = shelf.newest_ids([each.series_id for each in found])
    for evidence in found:
        _lapse(evidence, session, newest=newest[evidence.series_id], now=now)
    return len(found)


def _lapse(evidence: Evidence, session: Session, *, newest: UUID, now: datetime) -> None:
    assert evidence.expires_on is not None  # only what expires can lapse
    is_renewed = newest != evidence.id
    evidence.lapsed_at = now
    tell(
        session,
        EvidenceLapsed(
            evidence_id=evidence.id,
            provider_id=evidence.provider_id,
            kind=evidence.kind,
            expired_on=evidence.expires_on,
            renewed_by=newest if is_renewed else None,
            at=now,
        ),
    )
    if not is_renewed:
        _write("evidence_lapsed", evidence, evidence.expires_on, session, now=now)


def next_reminder(session: Session) -> datetime | None:
    expires_on = EvidenceShelf(session).first_to_remind_of()
    return reminds_at(expires_on) if expires_on else None


def remind(session: Session, now: datetime) -> int:
    """Remind each provider, once, of evidence that expires soon and was not renewed. What has expired lapses."""
    today = london_day(now)
    last = today + timedelta(days=min(REMINDED_DAYS_BEFORE, (date.max - today).days))
    found = EvidenceShelf(session).expiring(today, last, limit=_BATCH)
    for evidence in found:
        assert evidence.expires_on is not None  # only what expires is found
        evidence.reminded_at = now
        _write("evidence_expiring", evidence, evidence.expires_on, session, now=now)
    return len(found)


def _write(template: str, evidence: Evidence, expires_on: date, session: Session, *, now: datetime) -> None:
    words = {
        "filename": evidence.filename,
        "description": evidence.description,
        "expires_on": expires_on.isoformat(),
    }
    request = Request(reference=f"{template}:{evidence.id}", source=SOURCE, template=template, words=words)
    send(request, Recipient(provider_id=evidence.provider_id), session, now=now)


def number(evidence: Evidence, shelf: EvidenceShelf, *, renews: UUID | None, by: Principal) -> None:
    """Make it the next edition of what it renews; EvidenceNotFound where that is not the same provider's."""
    if renews is None:
        return
    renewed = shelf.seen_by(by, renews)
    if renewed.provider_id != evidence.provider_id:
        raise EvidenceNotFound
    shelf.lock_series(renewed.series_id)
    evidence.series_id = renewed.series_id
    evidence.edition = shelf.newest([renewed.series_id]).get(renewed.series_id, 0) + 1


LAPSING = DueWork(name="evidence lapses", next=next_lapse, do=tell_lapsed)
REMINDING = DueWork(name="evidence expires soon", next=next_reminder, do=remind)
