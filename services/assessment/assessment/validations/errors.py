"""Everything that can go wrong with a validation."""

from assay_kit.problems import Conflict


class NotValidating(Conflict):
    slug, title = "not-validating", "The assessment is not being validated"

    def __init__(self, status: str) -> None:
        super().__init__(f"Findings and visits are recorded while validating; this one is {status.replace('_', ' ')}.")


class NotYetShared(Conflict):
    slug, title = "not-yet-shared", "The council has not issued its draft"

    def __init__(self) -> None:
        super().__init__("The council's findings are shared with the provider when the draft is issued.")


class MayNotGoWithoutAnswers(Conflict):
    slug, title = "answers-awaited", "The provider's answers are awaited"


class VisitInTheFuture(Conflict):
    slug, title = "visit-in-the-future", "A visit is recorded once it has been made"

    def __init__(self) -> None:
        super().__init__("Give the day on which the visit was made; it is in the future.")
