"""Opens and completes tasks on a service's case file."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

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


def get_one(session: Session, task_id: UUID) -> CaseTask:
    task = session.get(CaseTask, task_id)
    if task is None:
        raise CaseTaskNotFound(task_id)
    return task


def hold_open(session: Session, task: CaseTask, *, with_alike: bool) -> None:
    """Nobody else completes the task meanwhile; `with_alike`, nor one on the same subject, locked in one order."""
    held = CaseTask.subject == task.subject if with_alike else CaseTask.id == task.id
    wanted = select(CaseTask.id).where(held, col(CaseTask.done_at).is_(None))
    session.exec(wanted.order_by(col(CaseTask.id)).with_for_update()).all()
    session.refresh(task)
    if task.done_at is not None:
        raise CaseTaskDone("This task was completed already.")


def complete(session: Session, task: CaseTask, outcome: str, *, by: Principal, now: datetime) -> None:
    task.done_at, task.done_by_name, task.outcome = now, by.name, outcome
    session.flush()


def complete_alike(session: Session, task: CaseTask) -> None:
    """What was asked of other services too is answered for each of them."""
    alike = update(CaseTask).where(col(CaseTask.subject) == task.subject, col(CaseTask.done_at).is_(None))
    session.execute(alike.values(done_at=task.done_at, done_by_name=task.done_by_name, outcome=task.outcome))
