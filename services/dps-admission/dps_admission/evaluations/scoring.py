"""What evaluators and moderators do: declare, score alone, settle, report."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from assay_kit.money import rounded_down
from assay_kit.timeline import note
from dps_admission.applications.actions import profile_for
from dps_admission.applications.checking import run_checks_again
from dps_admission.applications.checks import NEEDS_PERSON
from dps_admission.applications.repository import Applications
from dps_admission.applications.rules import OPEN, LotApplicationStatus
from dps_admission.bars import Bar
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Assignment, Check, Consensus, EvaluationReport, LotApplication

from . import conflicts, rules
from .errors import EvaluationRefused
from .grounds import Ground, grounds_said
from .repository import Evaluations, assigned, consensus_of, sheet_of
from .rounds import begin_next_round
from .rules import Conflict, Criterion, Finding, Mark, OpenCheck, Part, Result, Sheet


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything about the evaluation of one lot application in its present round, read once."""

    tested_on: date
    """The day on which grounds of exclusion are looked at: that of the determination."""
    criteria: Sequence[Criterion]
    out_of_time: Sequence[Ground]
    """Exclusion grounds that applied once, and may no longer be held against the applicant."""
    assignments: Sequence[Assignment]
    consensus: Sheet
    checks: Sequence[Check]
    evaluators_at_least: int
    threshold: Fraction

    @property
    def sheets(self) -> list[Sheet]:
        return [sheet_of(one) for one in self.evaluators]

    @property
    def evaluators(self) -> list[Assignment]:
        scoring = (one for one in self.assignments if one.part == Part.EVALUATOR and one.released_at is None)
        return [one for one in scoring if one.conflict == Conflict.NONE]

    @property
    def is_scored(self) -> bool:
        return rules.may_see_sheets(
            [assigned(one) for one in self.assignments], evaluators_at_least=self.evaluators_at_least
        )

    @property
    def to_settle(self) -> list[str]:
        return rules.needing_consensus(self.criteria, self.sheets) if self.is_scored else []

    @property
    def bars(self) -> list[Bar]:
        waiting = [one for one in self.checks if one.outcome in NEEDS_PERSON and one.finding is None]
        return rules.bars_to_report(
            self.criteria,
            [assigned(one) for one in self.assignments],
            self.sheets,
            consensus=self.consensus,
            evaluators_at_least=self.evaluators_at_least,
            open_checks=[OpenCheck(kind=one.kind, reason=one.reason) for one in waiting],
        )

    @property
    def result(self) -> Result:
        return rules.result_of(
            self.criteria,
            self.sheets,
            consensus=self.consensus,
            threshold=self.threshold,
            failed_checks=[one.kind for one in self.checks if one.finding == Finding.FAIL],
        )


def picture_of(session: Session, part: LotApplication, *, now: datetime) -> Picture:
    evaluations, applications = Evaluations(session, part), Applications(session)
    answers = applications.get(part.application_id).answers
    content, today = QuestionSets(session).content(part.question_set_id), london_day(now)
    return Picture(
        tested_on=today,
        criteria=rules.criteria_of(content, answers, on=today),
        out_of_time=[one for one in grounds_said(content, answers) if not one.is_in_time(today)],
        assignments=evaluations.assignments(),
        consensus=consensus_of(evaluations.consensus()),
        checks=applications.checks_of(part),
        evaluators_at_least=profile_for(session, part).policy.evaluators_at_least,
        threshold=Fraction(Schemes(session).lot(part.lot_id).quality_threshold),
    )


def assign(
    session: Session, part_id: UUID, *, person: str, name: str, role: Part, by: Principal, now: datetime
) -> LotApplication:
    part = _open_part(session, part_id)
    evaluations = Evaluations(session, part)
    if evaluations.assignment_of(person):
        raise EvaluationRefused([Bar("already-assigned", f"{name} is assigned already.")])
    EvaluationRefused.unless_clear(conflicts.bars_to_taking_part(person, conflicted=evaluations.conflicted()))
    picture = picture_of(session, part, now=now)
    there = [assigned(one) for one in picture.assignments]
    EvaluationRefused.unless_clear(rules.bars_to_assigning(there, part=role, are_sheets_seen=picture.is_scored))
    _must_have_no_report(evaluations)
    _assign(session, part, person=person, name=name, role=role, by=by, now=now)
    return part


def _assign(
    session: Session, part: LotApplication, *, person: str, name: str, role: Part, by: Principal, now: datetime
) -> Assignment:
    row = Assignment(
        lot_application_id=part.id,
        round=part.round,
        person=person,
        name=name,
        part=role,
        assigned_by=by.name,
        assigned_by_subject=by.subject,
        assigned_at=now,
    )
    session.add(row)
    session.flush()
    return row


def release(
    session: Session, part_id: UUID, *, person: str, reason: str, by: Principal, now: datetime
) -> LotApplication:
    """Nobody waits for this person any longer, and another may be assigned. The report names it, and why."""
    part = _open_part(session, part_id)
    evaluations = Evaluations(session, part)
    _must_have_no_report(evaluations)
    row = evaluations.assignment_of(person)
    EvaluationRefused.unless_clear(rules.bars_to_releasing(assigned(row) if row else None))
    if row is None:
        raise AssertionError("A person without an assignment was let through.")
    row.released_at, row.released_by, row.released_because = now, by.name, reason
    # Not on the case's own timeline, which the provider reads: who evaluates it is not the provider's to know.
    detail = {"lot_application_id": str(part.id), "round": part.round, "person": person, "name": row.name}
    note(session, "assignment", row.id, "release", by=by, now=now, status="released", reason=reason, detail=detail)
    session.flush()
    return part


def declare(
    session: Session, part_id: UUID, *, has_conflict: bool, detail: str | None, by: Principal, now: datetime
) -> LotApplication:
    """From here on the assignment, and so the report, has the person's own name and not the assigner's word for it.

    A conflict may be declared until the decision: somebody may learn of it late. What the person did no longer counts.
    Whoever is not assigned in this round, or only settled a check, is on record with it: as an evaluator without part.
    """
    part = Applications(session).lot_application(part_id, lock=True)
    if part.status not in OPEN:
        raise EvaluationRefused([Bar("not-evaluating", f"The lot application is {part.status}.")])
    evaluations = Evaluations(session, part)
    row = evaluations.assignment_of(by.subject)
    about = {"has_conflict": has_conflict, "was_conflicted": by.subject in evaluations.conflicted()}
    about["is_involved"] = by.subject in evaluations.involved()
    EvaluationRefused.unless_clear(conflicts.bars_to_declaring(assigned(row) if row else None, **about))
    if row is None:
        row = next((one for one in evaluations.assignments() if one.person == by.subject), None)
    if row is None:
        row = _assign(session, part, person=by.subject, name=by.name, role=Part.EVALUATOR, by=by, now=now)
    if row.conflict == Conflict.NOT_DECLARED:
        row.name = by.name
    if has_conflict:
        _declare_conflict(session, part, row, by=by, now=now)
    else:
        row.conflict = Conflict.NONE
    row.conflict_detail, row.declared_at = detail, now
    session.flush()
    return part


def _declare_conflict(session: Session, part: LotApplication, row: Assignment, *, by: Principal, now: datetime) -> None:
    """A report that is made already stays as it is, and nobody decides any more on what it rests on.

    Where the sheets could be read, and too few are left, a round of its own begins: nobody new could score alone.
    """
    evaluations, round_, voided = Evaluations(session, part), part.round, list[dict[str, Any]]()
    has_report = evaluations.report_if_any() is not None
    was_scored = picture_of(session, part, now=now).is_scored
    for one in evaluations.assignments():
        if one.person == row.person:
            one.conflict = Conflict.CONFLICTED
    session.flush()
    if not has_report and was_scored and not picture_of(session, part, now=now).is_scored:
        begin_next_round(session, part, now=now)
    else:
        if not has_report:
            is_scorer = row.part == Part.EVALUATOR and row.finished_at is not None
            voided = evaluations.void_consensus(by=None if is_scorer else row.person)
        if row.person in {one.found_by_subject for one in Applications(session).checks_of(part)}:
            run_checks_again(session, part, now=now)
    # Not on the case's own timeline, as above.
    detail = {"lot_application_id": str(part.id), "round": round_, "person": row.person, "consensus": voided}
    note(session, "assignment", row.id, "declare_conflict", by=by, now=now, status="conflicted", detail=detail)


def save_sheet(
    session: Session, part_id: UUID, sheet: Mapping[str, Mark], *, by: Principal, now: datetime
) -> LotApplication:
    part = _open_part(session, part_id)
    row = _own_row(session, part, by)
    criteria = picture_of(session, part, now=now).criteria
    EvaluationRefused.unless_clear(rules.bars_to_sheet(criteria, sheet, complete=False))
    row.sheet = {question: asdict(mark) for question, mark in sheet.items()}
    session.flush()
    return part


def finish_sheet(session: Session, part_id: UUID, *, by: Principal, now: datetime) -> LotApplication:
    """From here on the sheet is frozen, and once all have finished everyone's can be seen."""
    part = _open_part(session, part_id)
    row = _own_row(session, part, by)
    criteria = picture_of(session, part, now=now).criteria
    EvaluationRefused.unless_clear(rules.bars_to_sheet(criteria, sheet_of(row), complete=True))
    row.finished_at = now
    session.flush()
    return part


def _own_row(session: Session, part: LotApplication, by: Principal) -> Assignment:
    row = Evaluations(session, part).assignment_of(by.subject)
    EvaluationRefused.unless_clear(rules.bars_to_scoring(assigned(row) if row else None))
    if row is None:
        raise AssertionError("A person without an assignment was let through.")
    return row


def record_consensus(
    session: Session, part_id: UUID, *, question: str, mark: Mark, by: Principal, now: datetime
) -> LotApplication:
    part = _open_part(session, part_id)
    evaluations, picture = Evaluations(session, part), picture_of(session, part, now=now)
    _must_have_no_report(evaluations)
    row = evaluations.assignment_of(by.subject)
    bars = rules.bars_to_moderating(
        assigned(row) if row else None, question=question, differing=picture.to_settle, mark=mark
    )
    if not bars:
        bars = rules.bars_to_sheet(picture.criteria, {question: mark}, complete=False)
    EvaluationRefused.unless_clear(bars)
    stored = next((one for one in evaluations.consensus() if one.question == question), None)
    row_now = stored or Consensus(
        lot_application_id=part.id, round=part.round, question=question, reason="", by="", by_subject="", at=now
    )
    row_now.score, row_now.finding = mark.score, mark.finding
    row_now.reason, row_now.at = mark.comment, now
    row_now.by, row_now.by_subject = by.name, by.subject
    session.add(row_now)
    session.flush()
    return part


def make_report(session: Session, part_id: UUID, *, by: Principal, now: datetime) -> EvaluationReport:
    """Compute the evaluation report of this round, once; it never changes."""
    part = _open_part(session, part_id)
    if part.status != LotApplicationStatus.EVALUATING:
        raise EvaluationRefused([Bar("not-evaluating", f"The lot application is {part.status}.")])
    _must_have_no_report(Evaluations(session, part))
    picture = picture_of(session, part, now=now)
    EvaluationRefused.unless_clear(picture.bars)
    result = picture.result
    content = report_content(picture, result)
    report = EvaluationReport(
        lot_application_id=part.id,
        round=part.round,
        content=content,
        content_hash=content_hash(content),
        quality_numerator=result.quality.numerator if result.quality is not None else None,
        quality_denominator=result.quality.denominator if result.quality is not None else None,
        passes=result.passes,
        made_by=by.name,
        made_by_subject=by.subject,
        made_at=now,
    )
    session.add(report)
    session.flush()
    return report


def report_content(picture: Picture, result: Result) -> dict[str, Any]:
    """Inputs and outcome, so that anyone can compute it again. Percentages exact, and shown rounded down."""
    return {
        "criteria": [
            {
                **asdict(one.criterion),
                "score": one.mark.score,
                "finding": one.mark.finding,
                "comment": one.mark.comment,
                "is_consensus": one.is_consensus,
                "passes": one.passes,
                "marks": [
                    {"evaluator": row.name, **asdict(sheet_of(row)[one.criterion.question])}
                    for row in picture.evaluators
                ],
            }
            for one in result.criteria
        ],
        "tested_on": picture.tested_on.isoformat(),
        "out_of_time": [_said(one) for one in picture.out_of_time],
        "checks": [
            {
                "kind": one.kind,
                "outcome": one.outcome,
                "finding": one.finding,
                "why": one.finding_reason,
                "person": one.found_by_subject,
                "name": one.found_by,
            }
            for one in picture.checks
        ],
        "quality": str(result.quality) if result.quality is not None else None,
        "quality_shown": str(rounded_down(result.quality, 2)) if result.quality is not None else None,
        "threshold": str(result.threshold),
        "reaches_threshold": result.reaches_threshold,
        "failed": result.failed,
        "passes": result.passes,
        "people": [
            {
                "person": one.person,
                "name": one.name,
                "part": one.part,
                "conflict": one.conflict,
                "released_because": one.released_because,
            }
            for one in picture.assignments
        ],
    }


def _said(ground: Ground) -> dict[str, Any]:
    days = {"happened_on": ground.happened_on, "counts_until": ground.counts_until}
    return {
        "question": ground.question,
        "text": ground.text,
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }


def _open_part(session: Session, part_id: UUID) -> LotApplication:
    """Locked: several people work on one evaluation."""
    part = Applications(session).lot_application(part_id, lock=True)
    if part.status not in OPEN or part.status == LotApplicationStatus.MINDED_TO_REFUSE:
        raise EvaluationRefused([Bar("not-evaluating", f"The lot application is {part.status}.")])
    return part


def _must_have_no_report(evaluations: Evaluations) -> None:
    if evaluations.report_if_any() is not None:
        raise EvaluationRefused([Bar("report-made", "The evaluation report of this round is complete.")])
