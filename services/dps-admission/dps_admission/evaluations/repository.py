"""Reads and writes assignments, consensus, reports, decisions and representations. No rules here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from dps_admission.locks import LOCK
from dps_admission.tables import (
    Assignment,
    Check,
    Consensus,
    Decision,
    EvaluationReport,
    LotApplication,
    Representations,
)

from .errors import ReportNotFound
from .rules import Assigned, Conflict, DecisionKind, Finding, Mark, Part, Sheet


class Evaluations:
    """The evaluation of one lot application, in its present round unless a method says otherwise."""

    def __init__(self, session: Session, part: LotApplication) -> None:
        self.session = session
        self.part = part

    def assignments(self, *, round_: int | None = None) -> Sequence[Assignment]:
        statement = select(Assignment).where(
            col(Assignment.lot_application_id) == self.part.id,
            col(Assignment.round) == (round_ or self.part.round),
        )
        return self.session.exec(statement.order_by(col(Assignment.id))).all()

    def assignment_of(self, person: str) -> Assignment | None:
        """The one that stands: who was released may have been assigned again."""
        return next((one for one in self.assignments() if one.person == person and one.released_at is None), None)

    def involved(self) -> set[str]:
        """Everyone who was assigned or who settled a check, in any round."""
        assigned = select(Assignment.person).where(col(Assignment.lot_application_id) == self.part.id)
        settled = select(Check.found_by_subject).where(col(Check.lot_application_id) == self.part.id)
        return {*self.session.exec(assigned), *filter(None, self.session.exec(settled))}

    def conflicted(self) -> set[str]:
        """Everyone who declared a conflict of interest, in any round."""
        statement = select(Assignment.person).where(
            col(Assignment.lot_application_id) == self.part.id,
            col(Assignment.conflict) == Conflict.CONFLICTED,
        )
        return set(self.session.exec(statement))

    def consensus(self) -> Sequence[Consensus]:
        statement = select(Consensus).where(
            col(Consensus.lot_application_id) == self.part.id, col(Consensus.round) == self.part.round
        )
        return self.session.exec(statement.order_by(col(Consensus.question))).all()

    def void_consensus(self, *, by: str | None) -> list[dict[str, Any]]:
        """Take back what was settled in this round, by one moderator or (None) by any; says what it was."""
        rows = [one for one in self.consensus() if by is None or one.by_subject == by]
        for row in rows:
            self.session.delete(row)
        self.session.flush()
        names = "question", "score", "finding", "reason", "by"
        return [{name: getattr(row, name) for name in names} for row in rows]

    def report(self) -> EvaluationReport:
        found = self.report_if_any()
        if found is None:
            raise ReportNotFound(self.part.id)
        return found

    def report_if_any(self) -> EvaluationReport | None:
        statement = select(EvaluationReport).where(
            col(EvaluationReport.lot_application_id) == self.part.id,
            col(EvaluationReport.round) == self.part.round,
        )
        return self.session.exec(statement).one_or_none()

    def decisions(self) -> Sequence[Decision]:
        statement = select(Decision).where(col(Decision.lot_application_id) == self.part.id)
        return self.session.exec(statement.order_by(col(Decision.at), col(Decision.id)).limit(200)).all()

    def told(self) -> Sequence[Decision]:
        """Those that the provider hears of: not that a report went back in a round that proposed no refusal to it."""
        found = self.decisions()
        proposed = {one.round for one in found if one.kind == DecisionKind.MINDED_TO_REFUSE}
        return [one for one in found if one.kind != DecisionKind.RECONSIDER or one.round in proposed]

    def minded(self) -> Decision:
        """The proposal to refuse that stands; only asked where one does."""
        return next(one for one in reversed(self.decisions()) if one.kind == DecisionKind.MINDED_TO_REFUSE)

    def representations(self) -> Sequence[Representations]:
        statement = select(Representations).where(col(Representations.lot_application_id) == self.part.id)
        return self.session.exec(statement.order_by(col(Representations.id)).limit(200)).all()

    def window(self, *, lock: bool = False) -> Representations:
        """The window of the proposal that stands."""
        statement = select(Representations).where(col(Representations.decision_id) == self.minded().id)
        if lock:
            statement = statement.with_for_update(**LOCK).execution_options(populate_existing=True)
        return self.session.exec(statement).one()


def assigned(row: Assignment) -> Assigned:
    return Assigned(
        person=row.name,
        part=Part(row.part),
        conflict=Conflict(row.conflict),
        has_finished=row.finished_at is not None,
        is_released=row.released_at is not None,
    )


def sheet_of(row: Assignment) -> Sheet:
    return {question: mark_of(mark) for question, mark in row.sheet.items()}


def mark_of(stored: Mapping[str, Any]) -> Mark:
    finding = stored.get("finding")
    return Mark(score=stored.get("score"), finding=Finding(finding) if finding else None, comment=stored["comment"])


def consensus_of(rows: Sequence[Consensus]) -> Sheet:
    return {
        row.question: Mark(score=row.score, finding=Finding(row.finding) if row.finding else None, comment=row.reason)
        for row in rows
    }
