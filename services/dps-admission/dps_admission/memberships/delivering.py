"""Which services deliver a membership: the member reports others, the council confirms them, and embargoes follow."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.copies import Copies
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from dps_admission.applications.checks import NEEDS_PERSON, CheckKind, CheckResult, check_delivery
from dps_admission.applications.facts import delivery_of
from dps_admission.applications.repository import Applications
from dps_admission.bars import Bar
from dps_admission.circumstances.marking import change_of, record_change
from dps_admission.circumstances.rules import ChangeKind
from dps_admission.evaluations.repository import Evaluations
from dps_admission.evaluations.rules import bars_to_deciding
from dps_admission.evidence import rely
from dps_admission.tables import Membership, ServiceChange

from .change_schemas import ServiceChangeIn
from .errors import MembershipRefused
from .following import follow
from .letters import write_of_services
from .repository import Memberships
from .rules import Cause, MembershipStatus, MembershipStep, bars_to_changing_services
from .service_changes import ServiceChangesKept
from .stepping import note_step, step_membership

OF_SERVICES = frozenset({CheckKind.SERVICES, CheckKind.CQC_REGISTRATION})


def report_services(
    session: Session,
    membership_id: UUID,
    asked: ServiceChangeIn,
    *,
    directory: Directory,
    copies: Copies,
    by: Principal,
    now: datetime,
) -> ServiceChange:
    """A change of circumstances that marks the decision; nothing is delivered by others before it is confirmed."""
    membership = Memberships(session).seen_by(membership_id, by)
    after = [str(one) for one in dict.fromkeys(asked.care_service_ids)]
    change = change_of(
        membership.provider_id, ChangeKind.SERVICES, said=asked.said, changed_on=asked.changed_on, by=by, now=now
    )
    owned = [copies.care_service(one) for one in asked.care_service_ids]
    owns = all(one is not None and one.provider_id == membership.provider_id for one in owned)
    # Without locks first: nothing is asked of another service for what is refused anyhow.
    MembershipRefused.unless_clear(_bars_to_reporting(session, membership, asked, owns_services=owns, now=now))
    relying = RelyingObject("change_of_circumstances", change.id)
    change.evidence = rely(directory, asked.documents, provider_id=membership.provider_id, by_object=relying)
    record_change(session, change, by=by, touches=lambda members: [one for one in members if one.id == membership_id])
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    MembershipRefused.unless_clear(_bars_to_reporting(session, membership, asked, owns_services=owns, now=now))
    reported = ServiceChange(
        change_id=change.id,
        membership_id=membership.id,
        provider_id=membership.provider_id,
        before=list(membership.care_service_ids),
        after=after,
        asked_at=now,
    )
    session.add(reported)
    step, detail = MembershipStep.REPORT_SERVICES, _which(reported)
    note_step(session, membership, step, by=by, now=now, reason=asked.said, detail=detail)
    session.flush()
    return reported


def _bars_to_reporting(
    session: Session, membership: Membership, asked: ServiceChangeIn, *, owns_services: bool, now: datetime
) -> list[Bar]:
    bars = bars_to_changing_services(
        MembershipStatus(membership.status),
        is_asked_already=ServiceChangesKept(session).open_of(membership.id) is not None,
        is_the_same={str(one) for one in asked.care_service_ids} == set(membership.care_service_ids),
        owns_services=owns_services,
    )
    if asked.changed_on > london_day(now):
        bars.append(Bar("not-yet", "Report what has changed, not what will."))
    return bars


def confirm_services(
    session: Session,
    service_change_id: UUID,
    *,
    reason: str,
    accepts: Collection[CheckKind],
    by: Principal,
    now: datetime,
) -> ServiceChange:
    """The checks of the services run; then they deliver, and what embargoes suspend is looked at anew."""
    memberships, kept = Memberships(session), ServiceChangesKept(session)
    provider_id = kept.get(service_change_id).provider_id
    memberships.lock_provider(provider_id)

    def put_in_place(live: Sequence[Membership]) -> None:
        asked = kept.get(service_change_id, lock=True)
        _must_be_open(asked)
        membership = next((one for one in live if one.id == asked.membership_id), None)
        if membership is None:
            raise MembershipRefused([Bar("already-ended", "This membership has ended.")])
        bars = _bars_to_answering(session, membership, by=by, may_be_involved=False)
        MembershipRefused.unless_clear(bars + _bars_under_embargo(session, membership, accepts, by=by))
        checks = check_delivery(delivery_of(session, membership, asked.after, now=now))
        MembershipRefused.unless_clear(_bars(checks, accepts))
        asked.checks = [_kept(one, accepts) for one in checks]
        _answer(asked, is_confirmed=True, reason=reason, by=by, now=now)
        membership.care_service_ids = list(asked.after)
        step, detail = MembershipStep.CHANGE_SERVICES, _which(asked)
        step_membership(session, membership, step, by=by, now=now, reason=reason, detail=detail)
        write_of_services(session, membership, asked.id, is_confirmed=True, reason=reason, now=now)

    follow(session, provider_id, now=now, first=put_in_place)
    session.flush()
    return kept.get(service_change_id)


def decline_services(
    session: Session, service_change_id: UUID, *, reason: str, by: Principal, now: datetime
) -> ServiceChange:
    """The membership goes on with the services that it names."""
    kept = ServiceChangesKept(session)
    membership = Memberships(session).seen_by(kept.get(service_change_id).membership_id, by, lock=True)
    asked = kept.get(service_change_id, lock=True)
    _must_be_open(asked)
    MembershipRefused.unless_clear(_bars_to_answering(session, membership, by=by, may_be_involved=True))
    _answer(asked, is_confirmed=False, reason=reason, by=by, now=now)
    step, detail = MembershipStep.DECLINE_SERVICES, _which(asked)
    note_step(session, membership, step, by=by, now=now, reason=reason, detail=detail)
    session.flush()
    write_of_services(session, membership, asked.id, is_confirmed=False, reason=reason, now=now)
    return asked


def _which(asked: ServiceChange) -> dict[str, Any]:
    return {"service_change": str(asked.id), "before": list(asked.before), "after": list(asked.after)}


def _must_be_open(asked: ServiceChange) -> None:
    if asked.answered_at is not None:
        raise MembershipRefused([Bar("already-answered", "This change of services was answered already.")])


def _bars_to_answering(session: Session, membership: Membership, *, by: Principal, may_be_involved: bool) -> list[Bar]:
    """As for the decision that made it a member; behind an opening balance there is none.

    A conflict of interest puts a supplier at no disadvantage either (section 82 of the Procurement Act 2023).
    """
    if membership.lot_application_id is None:
        return []
    evaluations = Evaluations(session, Applications(session).lot_application(membership.lot_application_id))
    involved = frozenset[str]() if may_be_involved else evaluations.involved()
    return bars_to_deciding(person=by.subject, involved=involved, conflicted=evaluations.conflicted())


def _bars_under_embargo(
    session: Session, membership: Membership, accepts: Collection[CheckKind], *, by: Principal
) -> list[Bar]:
    """What an embargo suspends is a manager's, and other services deliver it only when they meet the checks."""
    if all(one.cause != Cause.EMBARGO for one in Memberships(session).open_causes(membership.id)):
        return []
    bars = []
    if not by.has(Role.COMMISSIONING_MANAGER):
        says = "An embargo suspends this membership: a commissioning manager confirms a change of its services."
        bars.append(Bar("manager-confirms", says))
    if OF_SERVICES & set(accepts):
        says = "An embargo suspends this membership: other services deliver it only when they meet the checks."
        bars.append(Bar("embargo-stands", says))
    return bars


def _bars(checks: Sequence[CheckResult], accepts: Collection[CheckKind]) -> list[Bar]:
    """What fails or cannot run counts only once a person, who names it, says that it is met."""
    unseen = (one for one in checks if one.outcome in NEEDS_PERSON and one.kind not in accepts)
    return [Bar(f"check-{one.outcome.replace('_', '-')}", f"{one.kind}: {one.reason}") for one in unseen]


def _kept(check: CheckResult, accepts: Collection[CheckKind]) -> dict[str, Any]:
    is_accepted = check.outcome in NEEDS_PERSON and check.kind in accepts
    kept = {"kind": check.kind, "outcome": check.outcome, "reason": check.reason, "inputs": check.inputs}
    return kept | {"is_accepted": is_accepted}


def _answer(asked: ServiceChange, *, is_confirmed: bool, reason: str, by: Principal, now: datetime) -> None:
    asked.is_confirmed, asked.reason, asked.answered_at = is_confirmed, reason, now
    asked.answered_by, asked.answered_by_subject = by.name, by.subject
