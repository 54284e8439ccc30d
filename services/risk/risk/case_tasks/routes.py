"""HTTP for the tasks of a case file."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel
from sqlmodel import col, select

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import InvalidRequest, may_answer
from assay_kit.text import Model, Reason
from risk.case_tasks import actions
from risk.case_tasks.errors import CaseTaskDone, CaseTaskNotFound
from risk.dependencies import Caseworker
from risk.tables import CaseTask

router = APIRouter(prefix="/case-tasks", tags=["case tasks"], responses=may_answer(InvalidRequest))


class CaseTaskRead(BaseModel):
    id: UUID
    care_service_id: UUID
    wording: str
    due_on: date | None
    opened_at: AwareDatetime
    opened_by_name: str | None
    done_at: AwareDatetime | None
    done_by_name: str | None
    outcome: str | None

    @classmethod
    def of(cls, task: CaseTask) -> "CaseTaskRead":
        return cls.model_validate(task, from_attributes=True)


class Completion(Model):
    outcome: Reason


@router.get("", summary="Tasks, the newest first", operation_id="list_case_tasks")
def list_case_tasks(
    session: SessionDep,
    page: PageQuery,
    by: Caseworker,
    care_service_id: UUID | None = None,
    is_open: Annotated[bool, Query(description="Only those still open.")] = True,
) -> Page[CaseTaskRead]:
    wanted = select(CaseTask)
    if care_service_id is not None:
        wanted = wanted.where(CaseTask.care_service_id == care_service_id)
    if is_open:
        wanted = wanted.where(col(CaseTask.done_at).is_(None))
    found = paginate(session, wanted, page, col(CaseTask.opened_at).desc(), col(CaseTask.id).desc())
    return found.map(CaseTaskRead.of)


@router.post(
    "/{task_id}/completion",
    summary="Complete a task",
    operation_id="complete_case_task",
    responses=may_answer(CaseTaskNotFound, CaseTaskDone),
)
def complete_case_task(
    task_id: UUID, completion: Completion, session: SessionDep, by: Caseworker, now: Now
) -> CaseTaskRead:
    return CaseTaskRead.of(actions.complete(session, task_id, completion.outcome, by=by, now=now))
