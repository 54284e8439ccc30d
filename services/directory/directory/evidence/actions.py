"""What happens to evidence: kept, relied on, removed while nothing relies on it, lapsed when its day has passed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import EvidenceLapsed, EvidenceNotTheirs, RelyingObject
from assay_contracts.messages import Recipient
from assay_kit.calendar import london_day
from assay_kit.due import DueWork
from assay_kit.events import tell
from assay_kit.identity import Principal
from directory.messages.actions import SOURCE, Request, send
from directory.tables import Evidence, EvidenceReliance

from .errors import EvidenceReliedOn
from .repository import EvidenceShelf
from .rules import lapses_at

_BATCH = 200


def rely(
    evidence_ids: Collection[UUID],
    by_object: RelyingObject,
    shelf: EvidenceShelf,
    *,
    provider_id: UUID,
    by: Principal,
    now: datetime,
) -> list[Evidence]:
    """Another service relies on evidence of a provider for one of its objects: on all of it, or on none.

    Said twice, it is noted once.
    """
    found = shelf.locked(provider_id, evidence_ids)
    if strange := set(evidence_ids) - {each.id for each in found}:
        raise EvidenceNotTheirs(strange)
    noted = shelf.relied_on_by(by.name, by_object)
    for evidence in found:
        if evidence.id not in noted:
            shelf.add(_reliance(evidence, by_object, by=by, now=now))
    return found


def _reliance(evidence: Evidence, by_object: RelyingObject, *, by: Principal, now: datetime) -> EvidenceReliance:
    return EvidenceReliance(
        evidence_id=evidence.id, service=by.name, kind=by_object.kind, object_id=by_object.id, relied_on_at=now
    )


def remove(evidence: Evidence, shelf: EvidenceShelf) -> None:
    if shelf.relied_on([evidence.id]):
        raise EvidenceReliedOn
    shelf.remove(evidence)


def next_lapse(session: Session) -> datetime | None:
    expires_on = EvidenceShelf(session).first_to_lapse()
    return lapses_at(expires_on) if expires_on else None


def tell_lapsed(session: Session, now: datetime) -> int:
    found = EvidenceShelf(session).lapsed(london_day(now), limit=_BATCH)
    for evidence in found:
        _lapse(evidence, session, now=now)
    return len(found)


def _lapse(evidence: Evidence, session: Session, *, now: datetime) -> None:
    assert evidence.expires_on is not None  # only what expires can lapse
    evidence.lapsed_at = now
    tell(
        session,
        EvidenceLapsed(
            evidence_id=evidence.id,
            provider_id=evidence.provider_id,
            kind=evidence.kind,
            expired_on=evidence.expires_on,
            at=now,
        ),
    )
    words = {
        "filename": evidence.filename,
        "description": evidence.description,
        "expires_on": evidence.expires_on.isoformat(),
    }
    reference = f"evidence_lapsed:{evidence.id}"
    request = Request(reference=reference, source=SOURCE, template="evidence_lapsed", words=words)
    send(request, Recipient(provider_id=evidence.provider_id), session, now=now)


LAPSING = DueWork(name="evidence lapses", next=next_lapse, do=tell_lapsed)
