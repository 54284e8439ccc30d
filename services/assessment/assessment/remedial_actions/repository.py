"""Reads and writes remedial action plans. No rules here, but one: a provider's people find their own only."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from assessment.tables import RemedialAction, RemedialIssue, RemedialPlan, RemedialProgress

from .errors import ActionNotFound, IssueNotFound, PlanNotFound
from .rules import PlanStatus


class Plans:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: RemedialPlan | RemedialIssue | RemedialAction | RemedialProgress) -> None:
        self._session.add(row)
        self._session.flush()

    def remove(self, action: RemedialAction) -> None:
        self._session.delete(action)
        self._session.flush()

    def get(self, plan_id: UUID, *, by: Principal, lock: bool = False) -> RemedialPlan:
        found = self._session.get(RemedialPlan, plan_id, with_for_update=lock or None, populate_existing=lock)
        if found is None or not by.sees(found.provider_id):
            raise PlanNotFound(plan_id)
        return found

    def page(
        self, page: PageAsked, *, by: Principal, assessment_id: UUID | None, status: PlanStatus | None
    ) -> Page[RemedialPlan]:
        statement = select(RemedialPlan)
        if by.is_provider:
            statement = statement.where(RemedialPlan.provider_id == by.org)
        if assessment_id is not None:
            statement = statement.where(RemedialPlan.assessment_id == assessment_id)
        if status is not None:
            statement = statement.where(RemedialPlan.status == status)
        return paginate(self._session, statement, page, col(RemedialPlan.due_at), col(RemedialPlan.id))

    def issues(self, plan_id: UUID) -> Sequence[RemedialIssue]:
        """In the order of their questions: 1.2.1 comes before 1.10.1. Ids made in one millisecond have no order."""
        found = self._session.exec(select(RemedialIssue).where(RemedialIssue.plan_id == plan_id))
        return sorted(found, key=lambda issue: [(len(part), part) for part in issue.question.split(".")])

    def issue(self, plan_id: UUID, issue_id: UUID, *, lock: bool = True) -> RemedialIssue:
        found = self._session.get(RemedialIssue, issue_id, with_for_update=lock or None, populate_existing=lock)
        if found is None or found.plan_id != plan_id:
            raise IssueNotFound(issue_id)
        return found

    def actions(self, plan_id: UUID) -> Sequence[RemedialAction]:
        statement = (
            select(RemedialAction)
            .join(RemedialIssue, col(RemedialIssue.id) == col(RemedialAction.issue_id))
            .where(RemedialIssue.plan_id == plan_id)
        )
        return self._session.exec(statement.order_by(col(RemedialAction.id))).all()

    def action(self, plan_id: UUID, action_id: UUID, *, lock: bool = True) -> RemedialAction:
        found = self._session.get(RemedialAction, action_id, with_for_update=lock or None, populate_existing=lock)
        if found is None:
            raise ActionNotFound(action_id)
        issue = self._session.get(RemedialIssue, found.issue_id)
        if issue is None or issue.plan_id != plan_id:
            raise ActionNotFound(action_id)
        return found

    def progress(self, plan_id: UUID) -> Sequence[RemedialProgress]:
        statement = select(RemedialProgress).where(_of_plan(plan_id))
        return self._session.exec(statement.order_by(col(RemedialProgress.id))).all()

    def count_progress(self, plan_id: UUID) -> int:
        return self._session.exec(select(func.count(col(RemedialProgress.id))).where(_of_plan(plan_id))).one()


def _of_plan(plan_id: UUID) -> ColumnElement[bool]:
    """Whether a note of progress is about an action of that plan."""
    actions = (
        select(RemedialAction.id)
        .join(RemedialIssue, col(RemedialIssue.id) == col(RemedialAction.issue_id))
        .where(RemedialIssue.plan_id == plan_id)
    )
    return col(RemedialProgress.action_id).in_(actions)
