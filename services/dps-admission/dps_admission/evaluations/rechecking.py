"""Before every decision the automatic checks run again: what was seen when the evaluation began may be so no longer."""

from datetime import date, datetime

from sqlmodel import Session

from assay_kit.calendar import london_day
from dps_admission.applications.checking import run_checks_again
from dps_admission.applications.checks import NEEDS_PERSON
from dps_admission.applications.repository import Applications
from dps_admission.bars import Bar
from dps_admission.circumstances.repository import Circumstances
from dps_admission.circumstances.rules import ChangedStatus
from dps_admission.evaluations.rules import Finding
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.tables import Check, CircumstanceChange, EvaluationReport, LotApplication

from .conflicts import bars_to_relying
from .errors import DecisionRefused
from .grounds import grounds_said
from .repository import Evaluations

_SHOWN = 200
"""How much of what was said of a change a refusal repeats."""


def failed_now(session: Session, part: LotApplication, report: EvaluationReport, *, now: datetime) -> list[str]:
    """What fails by the report, and by the checks as they run now; no ground of exclusion whose time is over today.

    DecisionRefused where one fails or cannot run that nobody has settled: a person runs them again and settles it;
    where the report rests on somebody who has declared a conflict of interest since; and where something has changed
    of which nobody who may decide has taken note.
    """
    marked = Circumstances(session).marked_on(part.id)
    DecisionRefused.unless_clear([_unseen(change) for mark, change in marked if mark.status == ChangedStatus.OPEN])
    conflicted = Evaluations(session, part).conflicted()
    DecisionRefused.unless_clear(bars_to_relying(report.content, conflicted=conflicted))
    run = run_checks_again(session, part, now=now)
    DecisionRefused.unless_clear([_bar(one) for one in run if one.outcome in NEEDS_PERSON and one.finding is None])
    over = _out_of_time(session, part, london_day(now))
    failed: list[str] = [one for one in report.content["failed"] if one not in over]
    fresh = (f"check:{one.kind}" for one in run if one.finding == Finding.FAIL)
    return failed + [one for one in fresh if one not in failed]


def _unseen(change: CircumstanceChange) -> Bar:
    what = f"{change.kind.replace('_', ' ')}: {change.said[:_SHOWN]}"
    return Bar("change-not-seen", f"Something has changed ({what}). Take note of it first.")


def _out_of_time(session: Session, part: LotApplication, today: date) -> set[str]:
    content = QuestionSets(session).content(part.question_set_id)
    said = grounds_said(content, Applications(session).get(part.application_id).answers)
    return {one.question for one in said if not one.is_in_time(today)}


def _bar(check: Check) -> Bar:
    return Bar("check-changed", f"{check.kind}: {check.reason} Run the checks again and settle it.")
