"""Everything that can go wrong with an intervention."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from risk.bars import Barred


class InterventionNotFound(NotFound):
    slug, title = "intervention-not-found", "No such intervention"

    def __init__(self, intervention_id: UUID) -> None:
        super().__init__(f"There is no intervention {intervention_id}.")


class ConditionNotFound(NotFound):
    slug, title = "condition-not-found", "No such condition"

    def __init__(self, condition_id: UUID) -> None:
        super().__init__(f"This intervention has no condition {condition_id}.")


class RepresentationNotFound(NotFound):
    slug, title = "representation-not-found", "No such answer"

    def __init__(self, representation_id: UUID) -> None:
        super().__init__(f"This intervention has no answer {representation_id}.")


class InterventionBarred(Barred):
    slug, title = "intervention-barred", "A rule stands against this"


class NoLetterYet(Conflict):
    slug, title = "no-letter-yet", "There is no such letter yet"


class NotAboutThatProvider(Conflict):
    slug, title = "not-about-that-provider", "The service is not that provider's"


class UnknownSubject(Conflict):
    slug, title = "unknown-subject", "What it is about is not known"
