"""What people do about changes of circumstances: report one, reconfirm or review what it touches, or take note."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.copies import Copies
from assay_contracts.directory.evidence import RelyingObject
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.problems import NotAllowed, StepNotAllowed
from dps_admission.applications.repository import Applications
from dps_admission.applications.rules import OPEN
from dps_admission.bars import Bar
from dps_admission.evaluations.deciding import set_aside
from dps_admission.evaluations.repository import Evaluations
from dps_admission.evaluations.rules import bars_to_deciding
from dps_admission.evidence import rely
from dps_admission.memberships.repository import Memberships
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import ChangedDecision, CircumstanceChange

from .errors import ChangeRefused
from .marking import answer_mark, change_of, record_change, touches_services
from .repository import Circumstances
from .rules import CHANGED_LIFE, ChangedStatus, ChangedStep, bars_to_answering, bars_to_reviewing
from .schemas import ChangeIn


def report_change(
    session: Session, asked: ChangeIn, *, directory: Directory, copies: Copies, by: Principal, now: datetime
) -> CircumstanceChange:
    if by.org is None:
        raise NotAllowed("Only a provider reports a change of its own circumstances.")
    ChangeRefused.unless_clear(_bars_to_report(asked, copies, by.org, now=now))
    change = change_of(
        by.org,
        asked.kind,
        said=asked.said,
        changed_on=asked.changed_on,
        by=by,
        now=now,
        care_service_id=asked.care_service_id,
    )
    by_object = RelyingObject("change_of_circumstances", change.id)
    change.evidence = rely(directory, asked.documents, provider_id=by.org, by_object=by_object)
    record_change(session, change, by=by, touches=touches_services(change))
    return change


def _bars_to_report(asked: ChangeIn, copies: Copies, provider_id: UUID, *, now: datetime) -> list[Bar]:
    bars = []
    if asked.changed_on > london_day(now):
        bars.append(Bar("not-yet", "Report what has changed, not what will."))
    if asked.care_service_id is not None:
        service = copies.care_service(asked.care_service_id)
        if service is None or service.provider_id != provider_id:
            bars.append(Bar("not-your-service", f"The service {asked.care_service_id} is not one of yours."))
    return bars


def reconfirm(
    session: Session, changed_decision_id: UUID, *, reason: str, by: Principal, now: datetime
) -> ChangedDecision:
    """The decision stands, although something changed since. Who evaluated does not reconfirm either."""
    return _answer(session, changed_decision_id, ChangedStep.RECONFIRM, reason=reason, by=by, now=now)


def acknowledge(
    session: Session, changed_decision_id: UUID, *, reason: str, by: Principal, now: datetime
) -> ChangedDecision:
    """Nothing is decided yet, and nothing is before somebody who may decide has taken note of what changed."""
    return _answer(session, changed_decision_id, ChangedStep.ACKNOWLEDGE, reason=reason, by=by, now=now)


def _answer(
    session: Session, changed_decision_id: UUID, step: ChangedStep, *, reason: str, by: Principal, now: datetime
) -> ChangedDecision:
    circumstances = Circumstances(session)
    is_undecided = _lock_decision(session, circumstances.changed(changed_decision_id), by)
    mark = circumstances.changed(changed_decision_id, lock=True)
    if mark.status == ChangedStatus.OPEN:
        ChangeRefused.unless_clear(bars_to_answering(step, is_undecided=is_undecided))
    answer_mark(session, mark, step, reason=reason, by=by, now=now)
    session.flush()
    return mark


def _lock_decision(session: Session, mark: ChangedDecision, by: Principal) -> bool:
    """The decision and then its membership: whoever ends a membership locks it before its marks, too.

    Whether the lot application is not decided yet, or not any longer.
    """
    is_undecided = False
    if mark.lot_application_id is not None:
        applications = Applications(session)
        applications.get(applications.lot_application(mark.lot_application_id).application_id, lock=True)
        part = applications.lot_application(mark.lot_application_id, lock=True)
        is_undecided, evaluations = part.status in OPEN, Evaluations(session, part)
        ChangeRefused.unless_clear(
            bars_to_deciding(person=by.subject, involved=evaluations.involved(), conflicted=evaluations.conflicted())
        )
    if mark.membership_id is not None:
        Memberships(session).seen_by(mark.membership_id, by, lock=True)
    return is_undecided


def review(
    session: Session, changed_decision_id: UUID, *, reason: str, by: Principal, now: datetime
) -> ChangedDecision:
    """Set the decision aside: it is evaluated anew, and the membership is suspended until then."""
    circumstances = Circumstances(session)
    mark = circumstances.changed(changed_decision_id)
    ChangeRefused.unless_clear(bars_to_reviewing(has_decision=mark.lot_application_id is not None))
    if mark.membership_id is None:
        return _answer(session, changed_decision_id, ChangedStep.REVIEW, reason=reason, by=by, now=now)
    Schemes(session).get(Memberships(session).seen_by(mark.membership_id, by).scheme_id, lock=True)
    _lock_decision(session, mark, by)
    mark = circumstances.changed(changed_decision_id, lock=True)
    if mark.status != ChangedStatus.OPEN or mark.lot_application_id is None:
        raise StepNotAllowed(CHANGED_LIFE.name, mark.status, ChangedStep.REVIEW)
    set_aside(session, mark.lot_application_id, reason=reason, by=by, now=now)
    return circumstances.changed(changed_decision_id, lock=True)
