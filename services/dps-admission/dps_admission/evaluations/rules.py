"""Blind scoring, consensus, the report and who may decide. Pure and exact: fractions, compared unrounded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from assay_contracts.directory.records import PersonRecord
from dps_admission.bars import Bar
from dps_admission.question_sets.content import (
    ExclusionGround,
    PassFail,
    Question,
    QuestionSetContent,
    Scored,
)
from dps_admission.question_sets.rules import Answers, questions_asked

from .grounds import Ground, grounds_said

TOP = 5
TOTAL = "total:quality"
"""Names the quality percentage among criteria; no question can have such an id."""


class Part(StrEnum):
    """What an assigned person does."""

    EVALUATOR = "evaluator"
    MODERATOR = "moderator"


class Conflict(StrEnum):
    NOT_DECLARED = "not_declared"
    NONE = "none"
    CONFLICTED = "conflicted"


class Finding(StrEnum):
    PASS = "pass"  # noqa: S105 - a finding, not a password
    FAIL = "fail"
    DISCRETIONARY = "discretionary"


class DecisionKind(StrEnum):
    ADMIT = "admit"
    MINDED_TO_REFUSE = "minded_to_refuse"
    RECONSIDER = "reconsider"
    REFUSE = "refuse"
    SET_ASIDE = "set_aside"


class Method(StrEnum):
    SCORE = "score"
    FINDING = "finding"


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One thing that evaluators judge: a scored question, a pass or fail one, or an exclusion ground."""

    question: str
    text: str
    method: Method
    weight: int = 0
    minimum: int = 0
    happened_on: str | None = None
    """Of an exclusion ground that applies: the day of the event, and the last on which it counts (None: it lasts)."""
    counts_until: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What one person found on one criterion: a score or a finding, and why."""

    score: int | None = None
    finding: Finding | None = None
    comment: str

    @property
    def verdict(self) -> tuple[int | None, Finding | None]:
        return self.score, self.finding


Sheet = Mapping[str, Mark]


@dataclass(frozen=True, kw_only=True)
class Assigned:
    person: str
    part: Part
    conflict: Conflict
    has_finished: bool
    is_released: bool = False

    @property
    def counts(self) -> bool:
        """Who has a conflict does nothing here, and for who was released nobody waits."""
        return not self.is_released and self.conflict != Conflict.CONFLICTED


def criteria_of(content: QuestionSetContent, answers: Answers, *, on: date) -> list[Criterion]:
    """Only questions that were asked are judged; a dependent question not asked carries no weight.

    An exclusion ground whose time has run out on the day of the determination may not be held against anybody.
    """
    grounds = {ground.question: ground for ground in grounds_said(content, answers)}
    found = (_criterion(question, grounds.get(question.id)) for question in questions_asked(content, answers))
    over = {one.question for one in grounds.values() if not one.is_in_time(on)}
    return [criterion for criterion in found if criterion and criterion.question not in over]


def _criterion(question: Question, ground: Ground | None) -> Criterion | None:
    match question.grading:
        case Scored(weight=weight, minimum=minimum):
            return Criterion(
                question=question.id, text=question.text, method=Method.SCORE, weight=weight, minimum=minimum
            )
        case PassFail() | ExclusionGround():
            happened, until = (ground.happened_on, ground.counts_until) if ground else (None, None)
            return Criterion(
                question=question.id,
                text=question.text,
                method=Method.FINDING,
                happened_on=happened.isoformat() if happened else None,
                counts_until=until.isoformat() if until else None,
            )
        case _:
            return None


def bars_to_scoring(assigned: Assigned | None) -> list[Bar]:
    if assigned is None or assigned.part != Part.EVALUATOR:
        return [Bar("not-an-evaluator", "You are not an evaluator of this lot application.")]
    if assigned.conflict != Conflict.NONE:
        return [Bar("no-declaration", "Declare that you have no conflict of interest before you score.")]
    if assigned.has_finished:
        return [Bar("already-finished", "Your scoring is finished and cannot change.")]
    return []


def bars_to_sheet(criteria: Sequence[Criterion], sheet: Sheet, *, complete: bool) -> list[Bar]:
    """What is wrong with a score sheet; a finished one leaves nothing out."""
    by_id = {criterion.question: criterion for criterion in criteria}
    bars = []
    for question, mark in sheet.items():
        if question not in by_id:
            bars.append(Bar("unknown-criterion", f"{question} is not a criterion here."))
        elif not _fits(by_id[question], mark):
            bars.append(Bar("wrong-mark", f"{question} takes a {by_id[question].method} and nothing else."))
    if complete:
        bars += [Bar("not-scored", f"{one} is not judged yet.") for one in by_id if one not in sheet]
    return bars


def _fits(criterion: Criterion, mark: Mark) -> bool:
    if criterion.method == Method.SCORE:
        return mark.finding is None and mark.score is not None and 0 <= mark.score <= TOP
    return mark.score is None and mark.finding is not None


def may_see_sheets(assigned: Sequence[Assigned], *, evaluators_at_least: int) -> bool:
    """Nobody sees another's scores until every evaluator has finished, and there are as many as are needed."""
    evaluators = [one for one in assigned if one.part == Part.EVALUATOR and one.counts]
    return len(evaluators) >= evaluators_at_least and all(one.has_finished for one in evaluators)


def bars_to_assigning(assigned: Sequence[Assigned], *, part: Part, are_sheets_seen: bool) -> list[Bar]:
    """Whether one more person may be assigned as `part`."""
    moderators = [one for one in assigned if one.part == Part.MODERATOR and one.counts]
    if part == Part.MODERATOR and moderators:
        return [Bar("one-moderator", "There is a moderator already.")]
    if part == Part.EVALUATOR and are_sheets_seen:
        return [Bar("scores-seen", "The scores can be seen already, so nobody new could score alone.")]
    return []


def bars_to_evaluating(person: PersonRecord | None) -> list[Bar]:
    """Nobody waits for the scores of somebody who does not exist, and no provider's person scores a rival."""
    if person is None or person.provider_id is not None:
        return [Bar("not-of-the-council", "Nobody at the council is known by that id.")]
    return [] if person.is_active else [Bar("account-closed", f"The account of {person.name} is closed.")]


def bars_to_releasing(assigned: Assigned | None) -> list[Bar]:
    """A sheet that is finished counts, whatever becomes of its author, and a conflict stays declared."""
    if assigned is None:
        return [Bar("not-assigned", "Nobody of that name is assigned in this round.")]
    if assigned.has_finished:
        return [Bar("already-finished", "This person has finished scoring, and the scores count.")]
    if assigned.conflict == Conflict.CONFLICTED:
        return [Bar("nothing-to-release", "Nobody waits for a person who has a conflict of interest.")]
    return []


def needing_consensus(criteria: Sequence[Criterion], sheets: Sequence[Sheet]) -> list[str]:
    """Criteria on which evaluators differ, or that somebody left to a person's discretion."""
    return [criterion.question for criterion in criteria if _differs(criterion.question, sheets)]


def _differs(question: str, sheets: Sequence[Sheet]) -> bool:
    verdicts = {sheet[question].verdict for sheet in sheets if question in sheet}
    return len(verdicts) > 1 or any(finding == Finding.DISCRETIONARY for _, finding in verdicts)


@dataclass(frozen=True, kw_only=True)
class OpenCheck:
    kind: str
    reason: str


def bars_to_report(
    criteria: Sequence[Criterion],
    assigned: Sequence[Assigned],
    sheets: Sequence[Sheet],
    *,
    consensus: Sheet,
    evaluators_at_least: int,
    open_checks: Sequence[OpenCheck],
) -> list[Bar]:
    """Everything that still keeps the evaluation report from being complete."""
    bars, standing = [], [one for one in assigned if not one.is_released]
    evaluators = [one for one in standing if one.part == Part.EVALUATOR and one.conflict == Conflict.NONE]
    if len(evaluators) < evaluators_at_least:
        says = f"{evaluators_at_least} evaluators without a conflict are needed; there are {len(evaluators)}."
        bars.append(Bar("too-few-evaluators", says))
    bars += [
        Bar("no-declaration", f"{one.person} has not declared.")
        for one in standing
        if one.conflict == Conflict.NOT_DECLARED
    ]
    bars += [Bar("not-finished", f"{one.person} has not finished.") for one in evaluators if not one.has_finished]
    if not bars:
        bars = [
            Bar("no-consensus", f"{question}: the evaluators differ and no consensus is recorded.")
            for question in needing_consensus(criteria, sheets)
            if question not in consensus
        ]
    return bars + [Bar("check-open", f"{one.kind}: {one.reason}") for one in open_checks]


@dataclass(frozen=True, kw_only=True)
class CriterionResult:
    criterion: Criterion
    mark: Mark
    is_consensus: bool

    @property
    def passes(self) -> bool:
        if self.criterion.method == Method.SCORE:
            return self.mark.score is not None and self.mark.score >= self.criterion.minimum
        return self.mark.finding == Finding.PASS


@dataclass(frozen=True, kw_only=True)
class Result:
    """The outcome of an evaluation; `quality` is an exact percentage, None when nothing was scored."""

    criteria: Sequence[CriterionResult]
    failed_checks: Sequence[str]
    quality: Fraction | None
    threshold: Fraction

    @property
    def reaches_threshold(self) -> bool:
        return self.quality is not None and self.quality >= self.threshold

    @property
    def failed(self) -> list[str]:
        """Ids of the criteria and checks that fail; TOTAL when the threshold is missed."""
        failed = [one.criterion.question for one in self.criteria if not one.passes]
        missed = [] if self.reaches_threshold else [TOTAL]
        return failed + [f"check:{kind}" for kind in self.failed_checks] + missed

    @property
    def passes(self) -> bool:
        return not self.failed


def quality_percent(marks: Sequence[tuple[int, int]]) -> Fraction | None:
    """Sum(weight x score) / sum(weight x 5) x 100, exact; None when nothing has weight. Pairs are (weight, score)."""
    whole = sum(weight * TOP for weight, _ in marks)
    if not whole:
        return None
    return Fraction(sum(weight * score for weight, score in marks) * 100, whole)


def result_of(
    criteria: Sequence[Criterion],
    sheets: Sequence[Sheet],
    *,
    consensus: Sheet,
    threshold: Fraction,
    failed_checks: Sequence[str],
) -> Result:
    """Take the consensus where there is one, and what all evaluators agree on elsewhere."""
    results = [
        CriterionResult(
            criterion=one,
            mark=consensus.get(one.question) or sheets[0][one.question],
            is_consensus=one.question in consensus,
        )
        for one in criteria
    ]
    scored = [
        (one.criterion.weight, one.mark.score)
        for one in results
        if one.criterion.method == Method.SCORE and one.mark.score is not None
    ]
    return Result(
        criteria=results,
        failed_checks=failed_checks,
        quality=quality_percent(scored),
        threshold=threshold,
    )


def bars_to_moderating(
    assigned: Assigned | None, *, question: str, differing: Collection[str], mark: Mark
) -> list[Bar]:
    bars = []
    if assigned is None or assigned.part != Part.MODERATOR:
        bars.append(Bar("not-a-moderator", "You are not the moderator of this lot application."))
    elif assigned.conflict != Conflict.NONE:
        bars.append(Bar("no-declaration", "Declare that you have no conflict of interest first."))
    if question not in differing:
        bars.append(Bar("nothing-to-settle", "The evaluators agree on this criterion."))
    if mark.finding == Finding.DISCRETIONARY:
        bars.append(Bar("must-settle", "A consensus is pass or fail."))
    return bars


def bars_to_deciding(*, person: str, involved: Collection[str], conflicted: Collection[str]) -> list[Bar]:
    """`involved`: everyone who was assigned or settled a check, in any round; `conflicted`: who declared a conflict."""
    if person in conflicted:
        return [Bar("decider-has-conflict", "Who declared a conflict of interest may not decide.")]
    if person in involved:
        return [Bar("decider-was-involved", "Who evaluated, moderated or settled a check may not decide.")]
    return []


def bars_to_outcome(*, admits: bool, failed: Sequence[str]) -> list[Bar]:
    """The outcome follows the report: who meets every criterion is admitted, and nobody else."""
    if admits and failed:
        return [Bar("criteria-failed", f"Criteria that are not met: {', '.join(failed)}.")]
    if not admits and not failed:
        return [Bar("criteria-met", "Every criterion is met, so the application must be admitted.")]
    return []


def bars_to_admitting_on_representations(
    *, failed: Mapping[str, Method | None], accepted: Collection[str]
) -> list[Bar]:
    """Representations can meet a pass or fail criterion or a check; a score goes back to the evaluators."""
    bars = []
    for one, method in failed.items():
        if one == TOTAL or method == Method.SCORE:
            bars.append(Bar("needs-rescoring", f"{one}: a score changes only by a new evaluation."))
        elif one not in accepted:
            bars.append(Bar("reason-missing", f"{one}: say why the representations meet it."))
    return bars


def bars_to_reasons(*, failed: Sequence[str], reasons: Sequence[str]) -> list[Bar]:
    """A refusal gives a reason for every criterion that failed, and for no other."""
    bars = [Bar("reason-missing", f"{one}: give the reason.") for one in failed if one not in reasons]
    bars += [Bar("reason-too-many", f"{one} did not fail.") for one in reasons if one not in failed]
    return bars + [Bar("reason-twice", f"{one} is named twice.") for one in set(reasons) if reasons.count(one) > 1]


def bars_to_refusing(
    *,
    window_is_over: bool,
    has_answer: bool,
    noticed: Collection[str],
    failed: Sequence[str],
    reasons: Sequence[str],
) -> list[Bar]:
    """`noticed`: what the proposal to refuse named. The provider may answer everything before it is refused on it."""
    bars = [
        Bar("not-noticed", f"{one} fails, and the proposal did not name it: have it evaluated again, and propose anew.")
        for one in failed
        if one not in noticed
    ]
    if not failed:
        bars.append(Bar("criteria-met", "Nothing fails any longer: have it evaluated again."))
    if not window_is_over and not has_answer:
        bars.append(Bar("window-open", "The provider can still answer; wait for it or for the end of the window."))
    return bars + bars_to_reasons(failed=failed, reasons=reasons)
