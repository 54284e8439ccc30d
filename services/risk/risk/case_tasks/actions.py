"""Opens and completes tasks on a service's case file."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from assay_kit.database import new_id
from assay_kit.identity import Principal
from risk.case_tasks.errors import CaseTaskDone, CaseTaskNotFound
from risk.tables import CaseTask


def open_task(
    session: Session,
    care_service_id: UUID,
    *,
    subject: str,
    wording: str,
    now: datetime,
    due_on: date | None = None,
    opened_by_name: str | None = None,
) -> None:
    """Open a task, unless one on the same subject is open. `opened_by_name` None: no person asked for it."""
    statement = insert(CaseTask).values(
        id=new_id(),
        care_service_id=care_service_id,
        subject=subject,
        wording=wording,
        due_on=due_on,
        opened_at=now,
        opened_by_name=opened_by_name,
    )
    session.execute(
        statement.on_conflict_do_nothing(
            index_elements=["care_service_id", "subject"], index_where=text("done_at IS NULL")
        )
    )


def complete(session: Session, task_id: UUID, outcome: str, *, by: Principal, now: datetime) -> CaseTask:
    task = session.get(CaseTask, task_id, with_for_update=True)
    if task is None:
        raise CaseTaskNotFound(task_id)
    if task.done_at is not None:
        raise CaseTaskDone("This task was completed already.")
    task.done_at, task.done_by_name, task.outcome = now, by.name, outcome
    session.flush()
    return task
