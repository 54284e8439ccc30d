"""Runs the automatic checks on a lot application and stores what they saw; a person settles what they could not."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import Principal
from dps_admission.bars import Bar
from dps_admission.evaluations.rules import Finding
from dps_admission.tables import Check, LotApplication

from .checks import NEEDS_PERSON, run_checks
from .errors import AlreadyAnswered, ApplicationRefused
from .facts import facts_about
from .repository import Applications
from .rules import OPEN


def run_checks_on(session: Session, part: LotApplication, *, now: datetime) -> None:
    for result in run_checks(facts_about(session, part, now=now)):
        session.add(
            Check(
                lot_application_id=part.id,
                round=part.round,
                kind=result.kind,
                outcome=result.outcome,
                reason=result.reason,
                inputs=result.inputs,
                ran_at=now,
            )
        )
    session.flush()


def settle_check(
    session: Session, check_id: UUID, *, finding: Finding, reason: str, by: Principal, now: datetime
) -> Check:
    """A person says what a check that failed or could not run comes to."""
    check, part = Applications(session).check(check_id)
    if part.status not in OPEN or check.round != part.round:
        raise ApplicationRefused([Bar("not-open", "This evaluation is over.")])
    if check.outcome not in NEEDS_PERSON:
        raise ApplicationRefused([Bar("nothing-to-settle", "This check needs nobody.")])
    if check.finding is not None:
        raise AlreadyAnswered("Somebody has settled this check already.")
    check.finding, check.finding_reason = finding, reason
    check.found_by, check.found_by_subject, check.found_at = by.name, by.subject, now
    session.flush()
    return check
