"""Runs the automatic checks on a lot application and stores what they saw; a person settles what they could not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import Principal
from dps_admission.bars import Bar
from dps_admission.evaluations.conflicts import bars_to_taking_part
from dps_admission.evaluations.repository import Evaluations
from dps_admission.evaluations.rules import Finding
from dps_admission.tables import Check, LotApplication

from .checks import NEEDS_PERSON, CheckResult, run_checks
from .errors import AlreadyAnswered, ApplicationRefused
from .facts import facts_about
from .repository import Applications
from .rules import OPEN


def run_checks_on(session: Session, part: LotApplication, *, now: datetime) -> None:
    """The first run of a round."""
    session.add_all([_stored(part, one, run=1, now=now) for one in run_checks(facts_about(session, part, now=now))])
    session.flush()


def run_checks_again(session: Session, part: LotApplication, *, now: datetime) -> Sequence[Check]:
    """Another run of this round. What a person found stands where a check says the same of the same facts.

    Not what somebody found who has a conflict of interest.
    """
    run = max((one.run for one in Applications(session).checks_of(part)), default=0) + 1
    fresh, conflicted = [], Evaluations(session, part).conflicted()
    for result, then in look_again(session, part, now=now):
        check = _stored(part, result, run=run, now=now)
        if then is not None and then.found_by_subject not in conflicted:
            check.finding, check.finding_reason, check.found_at = then.finding, then.finding_reason, then.found_at
            check.found_by, check.found_by_subject = then.found_by, then.found_by_subject
        fresh.append(check)
    session.add_all(fresh)
    session.flush()
    return fresh


def look_again(session: Session, part: LotApplication, *, now: datetime) -> list[tuple[CheckResult, Check | None]]:
    """What the checks say now; beside it the last kept one where it said the same of the same facts. Keeps nothing."""
    before = {one.kind: one for one in Applications(session).checks_of(part)}
    found = []
    for result in run_checks(facts_about(session, part, now=now)):
        then = before.get(result.kind)
        is_same = then is not None and says_the_same(result, then.outcome, then.reason, then.inputs)
        found.append((result, then if is_same else None))
    return found


def says_the_same(now: CheckResult, outcome: str, reason: str, inputs: Mapping[str, Any]) -> bool:
    """As when it came to these. Another day alone is no other fact."""
    return (now.outcome, now.reason) == (outcome, reason) and _facts(now.inputs) == _facts(inputs)


def _facts(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name != "today"}


def check_again(session: Session, part_id: UUID, *, now: datetime) -> LotApplication:
    """A person has the checks run again, to settle what they say now."""
    part = Applications(session).lot_application(part_id, lock=True)
    if part.status not in OPEN:
        raise ApplicationRefused([Bar("not-open", "This lot application is decided.")])
    run_checks_again(session, part, now=now)
    return part


def _stored(part: LotApplication, result: CheckResult, *, run: int, now: datetime) -> Check:
    return Check(
        lot_application_id=part.id,
        round=part.round,
        run=run,
        kind=result.kind,
        outcome=result.outcome,
        reason=result.reason,
        inputs=result.inputs,
        ran_at=now,
    )


def settle_check(
    session: Session, check_id: UUID, *, finding: Finding, reason: str, by: Principal, now: datetime
) -> Check:
    """A person says what a check that failed or could not run comes to."""
    applications = Applications(session)
    check, part = applications.check(check_id)
    conflicted = Evaluations(session, part).conflicted()
    ApplicationRefused.unless_clear(bars_to_taking_part(by.subject, conflicted=conflicted))
    if part.status not in OPEN or check.id not in {one.id for one in applications.checks_of(part)}:
        raise ApplicationRefused([Bar("not-open", "This evaluation is over, or the checks have run again.")])
    if check.outcome not in NEEDS_PERSON:
        raise ApplicationRefused([Bar("nothing-to-settle", "This check needs nobody.")])
    if check.finding is not None:
        raise AlreadyAnswered("Somebody has settled this check already.")
    check.finding, check.finding_reason = finding, reason
    check.found_by, check.found_by_subject, check.found_at = by.name, by.subject, now
    session.flush()
    return check
