"""Everything that can go wrong with a question set."""

from collections.abc import Sequence
from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from dps_admission.refusals import Refused

from .rules import AnswerError


class QuestionSetNotFound(NotFound):
    slug, title = "question-set-not-found", "No such question set"

    def __init__(self, question_set_id: UUID) -> None:
        super().__init__(f"There is no question set {question_set_id}.")


class QuestionSetRefused(Refused):
    slug, title = "question-set-refused", "The question set cannot be published"


class AnswersRefused(Conflict):
    slug, title = "answers-refused", "The answers do not fit the questions"

    def __init__(self, errors: Sequence[AnswerError]) -> None:
        said = "; ".join(f"{error.question}: {error.says}" for error in errors[:5])
        super().__init__(said, errors=[error.document() for error in errors])
