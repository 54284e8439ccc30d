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
from assay_kit.text import Flag, Model, Reason
from risk.case_tasks.errors import AnswerMissing, CaseTaskDone, CaseTaskNotFound, NothingToAnswer
from risk.dependencies import Caseworker
from risk.registers.actions import complete_task
from risk.registers.rules import asks_for_a_successor
from risk.tables import CaseTask
from risk.tables.base import columns_of

router = APIRouter(prefix="/case-tasks", tags=["case tasks"], responses=may_answer(InvalidRequest))


class CaseTaskRead(BaseModel):
    """`asks_for_a_successor`: it is completed with the answer."""

    id: UUID
    care_service_id: UUID
    wording: str
    due_on: date | None
    opened_at: AwareDatetime
    opened_by_name: str | None
    done_at: AwareDatetime | None
    done_by_name: str | None
    outcome: str | None
    asks_for_a_successor: bool

    @classmethod
    def of(cls, task: CaseTask) -> "CaseTaskRead":
        return cls(**columns_of(task), asks_for_a_successor=asks_for_a_successor(task.subject))


class Completion(Model):
    """`is_successor`: of a task that asks whether one location succeeds another, the answer; of no other task. Where
    nothing succeeds it, the services at the location are deregistered."""

    outcome: Reason
    is_successor: Flag | None = None


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
    responses=may_answer(CaseTaskNotFound, CaseTaskDone, AnswerMissing, NothingToAnswer),
)
def complete_case_task(
    task_id: UUID, completion: Completion, session: SessionDep, by: Caseworker, now: Now
) -> CaseTaskRead:
    task = complete_task(session, task_id, **completion.model_dump(), by=by, now=now)
    return CaseTaskRead.of(task)
