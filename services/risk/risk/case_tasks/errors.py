"""Everything that can go wrong with a task."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class CaseTaskNotFound(NotFound):
    slug, title = "case-task-not-found", "No such task"

    def __init__(self, task_id: UUID) -> None:
        super().__init__(f"There is no task {task_id}.")


class CaseTaskDone(Conflict):
    slug, title = "case-task-done", "The task is done already"


class AnswerMissing(Conflict):
    slug, title = "answer-missing", "The task asks a question"

    def __init__(self) -> None:
        super().__init__("Say in is_successor whether the one location succeeds the other.")


class NothingToAnswer(Conflict):
    slug, title = "nothing-to-answer", "The task asks for no successor"

    def __init__(self) -> None:
        super().__init__("Leave is_successor out: the task does not ask whether one location succeeds another.")
