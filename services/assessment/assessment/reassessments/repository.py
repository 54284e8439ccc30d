"""Reads and writes requests. No rules here, but one: a provider's people find their own only."""

from uuid import UUID

from sqlmodel import Session, col, select

from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate

from .errors import RequestNotFound
from .rules import RequestStatus
from .tables import ReassessmentRequest


class Requests:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: ReassessmentRequest) -> None:
        self._session.add(row)
        self._session.flush()

    def of_plan(self, plan_id: UUID) -> ReassessmentRequest | None:
        statement = select(ReassessmentRequest).where(ReassessmentRequest.plan_id == plan_id)
        return self._session.exec(statement).one_or_none()

    def get(self, request_id: UUID, *, by: Principal, lock: bool = False) -> ReassessmentRequest:
        found = self._session.get(ReassessmentRequest, request_id, with_for_update=lock or None)
        if found is None or not by.sees(found.provider_id):
            raise RequestNotFound(request_id)
        return found

    def page(self, page: PageAsked, *, by: Principal, status: RequestStatus | None) -> Page[ReassessmentRequest]:
        statement = select(ReassessmentRequest)
        if by.is_provider:
            statement = statement.where(ReassessmentRequest.provider_id == by.org)
        if status is not None:
            statement = statement.where(ReassessmentRequest.status == status)
        return paginate(self._session, statement, page, col(ReassessmentRequest.asked_at), col(ReassessmentRequest.id))
