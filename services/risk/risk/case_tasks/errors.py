"""Everything that can go wrong with a task."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class CaseTaskNotFound(NotFound):
    slug, title = "case-task-not-found", "No such task"

    def __init__(self, task_id: UUID) -> None:
        super().__init__(f"There is no task {task_id}.")


class CaseTaskDone(Conflict):
    slug, title = "case-task-done", "The task is done already"
