"""Before every decision the automatic checks run again: what was seen when the evaluation began may be so no longer."""

from datetime import datetime

from sqlmodel import Session

from dps_admission.applications.checking import run_checks_again
from dps_admission.applications.checks import NEEDS_PERSON
from dps_admission.bars import Bar
from dps_admission.evaluations.rules import Finding
from dps_admission.tables import Check, EvaluationReport, LotApplication

from .errors import DecisionRefused


def failed_now(session: Session, part: LotApplication, report: EvaluationReport, *, now: datetime) -> list[str]:
    """What fails by the report, and by the checks as they run now.

    DecisionRefused where one fails or cannot run that nobody has settled: a person runs them again and settles it.
    """
    run = run_checks_again(session, part, now=now)
    DecisionRefused.unless_clear([_bar(one) for one in run if one.outcome in NEEDS_PERSON and one.finding is None])
    failed: list[str] = list(report.content["failed"])
    fresh = (f"check:{one.kind}" for one in run if one.finding == Finding.FAIL)
    return failed + [one for one in fresh if one not in failed]


def _bar(check: Check) -> Bar:
    return Bar("check-changed", f"{check.kind}: {check.reason} Run the checks again and settle it.")
