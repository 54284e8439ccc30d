"""Everything that can go wrong with a provider's own answers."""

from assay_kit.problems import Conflict


class AnswersClosed(Conflict):
    slug, title = "answers-closed", "The answers cannot be changed now"

    def __init__(self, status: str) -> None:
        super().__init__(f"Answers are saved while self-assessing; this assessment is {status.replace('_', ' ')}.")


class AnswersNotSubmitted(Conflict):
    slug, title = "answers-not-submitted", "The provider has not submitted its answers"

    def __init__(self) -> None:
        super().__init__("The council reads a provider's answers once they are submitted.")
