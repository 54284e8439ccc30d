"""A member's insurance, looked at when it is about to be awarded work: where the law forbids asking for it before."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject
from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM, Principal
from dps_admission.bars import Bar
from dps_admission.evidence import EvidenceRead, rely
from dps_admission.tables import InsuranceCheck, Membership

from .affirming import profile_of
from .errors import MembershipRefused
from .repository import Memberships
from .rules import MembershipStep
from .stepping import note_step
from .upkeep_repository import Upkeep
from .upkeep_rules import bars_to_checking_insurance, bars_to_uninsured
from .upkeep_schemas import InsuranceCheckIn


def check_insurance(
    session: Session,
    membership_id: UUID,
    asked: InsuranceCheckIn,
    *,
    directory: Directory,
    by: Principal,
    now: datetime,
) -> Membership:
    """Somebody of the council has seen the insurance; it counts as long as the earliest of its papers."""
    membership, today = Memberships(session).seen_by(membership_id, by), london_day(now)
    # Without locks first: nobody waits for another service, which is asked nothing for what is refused anyhow.
    bars = bars_to_checking_insurance(membership.status, expires_on=asked.expires_on, today=today)
    MembershipRefused.unless_clear(bars)
    relying = RelyingObject("membership", membership.id)
    evidence = rely(directory, asked.evidence_ids, provider_id=membership.provider_id, by_object=relying)
    known = [EvidenceRead.model_validate(one).expires_on for one in evidence]
    expires_on = min([asked.expires_on, *(day for day in known if day is not None)])
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    MembershipRefused.unless_clear(bars_to_checking_insurance(membership.status, expires_on=expires_on, today=today))
    session.add(
        InsuranceCheck(
            membership_id=membership.id,
            evidence=evidence,
            expires_on=expires_on,
            reason=asked.reason,
            made_at=now,
            made_by=by.name,
            made_by_subject=by.subject,
        )
    )
    detail = {"expires_on": expires_on.isoformat()}
    note_step(session, membership, MembershipStep.CHECK_INSURANCE, by=by, now=now, reason=asked.reason, detail=detail)
    session.flush()
    return membership


def bars_to_awarding(session: Session, membership_id: UUID, *, on: date) -> list[Bar]:
    """Where the profile says that insurance is checked at award: whether a check covers the day."""
    membership = Memberships(session).seen_by(membership_id, SYSTEM)
    clause = profile_of(session, membership).insurance
    return bars_to_uninsured(clause, until=Upkeep(session).insured_until(membership_id), on=on)
