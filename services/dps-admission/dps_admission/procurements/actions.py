"""Procurements: inviting all members, their answers, the outcome."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.seals import SealOpened
from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.events import tell_all
from assay_kit.identity import SYSTEM, Principal
from assay_kit.references import next_reference
from assay_kit.timeline import begin, note, take
from dps_admission.applications.messages import write_to_managers, write_to_provider
from dps_admission.evidence import rely
from dps_admission.memberships.insurance import bars_to_awarding
from dps_admission.memberships.repository import Memberships
from dps_admission.providers import bars_to_provider
from dps_admission.schemes.repository import Schemes, dates_of
from dps_admission.schemes.rules import SchemeStatus
from dps_admission.tables import Invitation, Lot, Procurement

from .errors import InvitationNotFound, ProcurementRefused
from .repository import Procurements
from .rules import (
    PROCUREMENT_LIFE,
    InvitationAnswer,
    Member,
    OutcomeKind,
    ProcurementStatus,
    ProcurementStep,
    bars_to_answer,
    bars_to_answering,
    bars_to_award,
    bars_to_inviting,
    bars_to_outcome,
    concerned,
    invited,
    why_not_invited,
)
from .schemas import InvitationAnswerIn, OutcomeIn, ProcurementIn

_A_BATCH = 50
_RELYING = "invitation"


def invite(session: Session, lot_id: UUID, asked: ProcurementIn, *, by: Principal, now: datetime) -> Procurement:
    """Every member of the lot that may take new placements is invited; who is not is recorded, with the reason."""
    schemes = Schemes(session)
    lot = schemes.lot(lot_id)
    scheme = schemes.get(lot.scheme_id, lock=True)  # whoever ends it sooner sees this procurement, or we its new end
    members = concerned(Procurements(session).members_of(lot.id), zone=asked.zone)
    chosen = invited(members)
    bars = bars_to_inviting(
        schemes.profile_of(scheme),
        scheme=SchemeStatus(scheme.status),
        dates=dates_of(scheme),
        closes_on=asked.closes_on,
        today=london_day(now),
        members=len(chosen),
        knows_zone=asked.zone is None or any(zone.zone == asked.zone for zone in schemes.zones_of(lot.id)),
    )
    ProcurementRefused.unless_clear(bars)
    procurement = _recorded(session, lot, asked, members, chosen, by=by, now=now)
    for member in chosen:
        _send(session, procurement, member, now=now)
    return procurement


def _recorded(
    session: Session,
    lot: Lot,
    asked: ProcurementIn,
    members: list[Member],
    chosen: list[Member],
    *,
    by: Principal,
    now: datetime,
) -> Procurement:
    is_invited = {member.provider for member in chosen}
    left_out = [(one, why_not_invited(one)) for one in members if one.provider not in is_invited]
    procurement = Procurement(
        reference=next_reference(session, "PROC", now),
        scheme_id=lot.scheme_id,
        lot_id=lot.id,
        zone=asked.zone,
        title=asked.title,
        description=asked.description,
        invited_at=now,
        closes_on=asked.closes_on,
        closes_at=end_of_london_day(asked.closes_on),
        not_invited=[
            {
                "membership_id": str(one.membership),
                "provider_id": str(one.provider),
                "rule": why.rule,
                "says": why.says,
            }
            for one, why in left_out
        ],
    )
    session.add(procurement)
    about = {"lot_id": str(lot.id), "invited": len(chosen), "not_invited": len(left_out)}
    begin(session, procurement, PROCUREMENT_LIFE, by=by, now=now, step="invite", detail=about)
    return procurement


def _send(session: Session, procurement: Procurement, member: Member, *, now: datetime) -> None:
    invitation = Invitation(
        procurement_id=procurement.id,
        membership_id=member.membership,
        provider_id=member.provider,
        invited_at=now,
    )
    session.add(invitation)
    session.flush()
    about = {"title": procurement.title, "closes_on": procurement.closes_on.isoformat()}
    write_to_provider(
        session, member.provider, "invitation_to_tender", about=invitation.id, personalisation=about, now=now
    )


def answer_invitation(
    session: Session,
    invitation_id: UUID,
    asked: InvitationAnswerIn,
    *,
    directory: Directory,
    by: Principal,
    now: datetime,
) -> Invitation:
    """A tender or a refusal; until the tender period ends it may be sent again, and the last one counts."""
    procurements = Procurements(session)
    found = procurements.invitation(invitation_id, by)
    procurement = procurements.get(found.procurement_id)
    _must_be_open(procurement, now=now)
    ProcurementRefused.unless_clear(bars_to_answer(asked.answer, files=len(asked.evidence_ids)))
    evidence = rely(
        directory,
        asked.evidence_ids,
        provider_id=found.provider_id,
        by_object=RelyingObject(_RELYING, found.id),
        is_sealed=True,
    )
    _must_be_open(procurements.kept_open(found.procurement_id), now=now)
    invitation = procurements.invitation(invitation_id, by, lock=True)
    invitation.evidence = evidence
    invitation.answer, invitation.statement, invitation.answered_at = asked.answer, asked.statement, now
    invitation.answered_by, invitation.answered_by_subject = by.name, by.subject
    # The tender's words and whether it is one stay out of the timeline, which the council reads before the end.
    about: dict[str, Any] = {"status": "answered", "provider_id": invitation.provider_id}
    note(session, "invitation", invitation.id, "answer", by=by, now=now, **about)
    return invitation


def _must_be_open(procurement: Procurement, *, now: datetime) -> None:
    is_open = procurement.status == ProcurementStatus.OPEN and now <= procurement.closes_at
    ProcurementRefused.unless_clear(bars_to_answering(is_open=is_open))


def record_outcome(
    session: Session, procurement_id: UUID, asked: OutcomeIn, *, by: Principal, now: datetime
) -> Procurement:
    """The award, or that there is none. Who tendered is told either way."""
    procurements = Procurements(session)
    procurement = procurements.get(procurement_id, lock=True)
    ProcurementRefused.unless_clear(bars_to_outcome(asked.outcome, names_whom=asked.invitation_id is not None))
    step = ProcurementStep.AWARD if asked.outcome == OutcomeKind.AWARDED else ProcurementStep.END_WITHOUT_AWARD
    if asked.invitation_id is not None:
        _must_be_awardable(session, procurement, asked.invitation_id, by=by, now=now)
    take(session, procurement, step, PROCUREMENT_LIFE, by=by, now=now, reason=asked.reason)
    procurement.awarded_to = asked.invitation_id
    procurement.outcome_reason, procurement.outcome_at = asked.reason, now
    session.flush()
    for invitation in procurements.invitations_of([procurement.id]):
        if invitation.answer == InvitationAnswer.TENDERED:
            said = "You are awarded it." if invitation.id == asked.invitation_id else "You are not awarded it."
            about = {"title": procurement.title, "outcome": said, "reason": asked.reason}
            to, who = invitation.id, invitation.provider_id
            write_to_provider(session, who, "procurement_outcome", about=to, personalisation=about, now=now)
    return procurement


def _must_be_awardable(
    session: Session, procurement: Procurement, invitation_id: UUID, *, by: Principal, now: datetime
) -> None:
    invitation = Procurements(session).invitation(invitation_id, by)
    if invitation.procurement_id != procurement.id:
        raise InvitationNotFound(invitation_id)
    member = Memberships(session).seen_by(invitation.membership_id, by, lock=True)
    status = Procurements(session).status_for_award(member)
    bars = bars_to_award(tendered=invitation.answer == InvitationAnswer.TENDERED, member=status)
    bars += bars_to_provider(session, invitation.provider_id)
    ProcurementRefused.unless_clear(bars + bars_to_awarding(session, member.id, on=london_day(now)))


def cancel(session: Session, procurement_id: UUID, *, reason: str, by: Principal, now: datetime) -> Procurement:
    procurement = Procurements(session).get(procurement_id, lock=True)
    take(session, procurement, ProcurementStep.CANCEL, PROCUREMENT_LIFE, by=by, now=now, reason=reason)
    procurement.outcome_reason, procurement.outcome_at = reason, now
    session.flush()
    for invitation in Procurements(session).invitations_of([procurement.id]):
        about = {"title": procurement.title, "reason": reason}
        to, who = invitation.id, invitation.provider_id
        write_to_provider(session, who, "procurement_cancelled", about=to, personalisation=about, now=now)
    return procurement


def close_procurements(session: Session, now: datetime) -> int:
    """Tender periods that are over: tenders are opened, and no more come in."""
    over = Procurements(session).over(now, limit=_A_BATCH)
    for procurement in over:
        take(session, procurement, ProcurementStep.CLOSE, PROCUREMENT_LIFE, by=SYSTEM, now=now)
        _open_tenders(session, procurement, now=now)
        about = {"title": procurement.title, "reference": procurement.reference}
        write_to_managers(session, "tender_period_over", about=procurement.id, personalisation=about, now=now)
    session.flush()
    return len(over)


def _open_tenders(session: Session, procurement: Procurement, *, now: datetime) -> None:
    """The words with this transaction; the files by what it tells the directory, which hears it once it is committed.

    Only the files of what is tendered now: those of an answer that was replaced or withdrawn stay sealed.
    """
    procurement.opened_at = now
    tenders = [one for one in Procurements(session).invitations_of([procurement.id]) if one.evidence]
    about = [(one.id, tuple(UUID(file["id"]) for file in one.evidence)) for one in tenders]
    tell_all(session, [SealOpened(kind=_RELYING, object_id=one, evidence_ids=files, at=now) for one, files in about])


def next_closing_procurement(session: Session) -> datetime | None:
    return Procurements(session).first_closing()
