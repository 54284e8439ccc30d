"""Everything that can go wrong with an intervention."""

from collections.abc import Sequence
from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from risk.interventions.rules import Bar


class InterventionNotFound(NotFound):
    slug, title = "intervention-not-found", "No such intervention"

    def __init__(self, intervention_id: UUID) -> None:
        super().__init__(f"There is no intervention {intervention_id}.")


class ConditionNotFound(NotFound):
    slug, title = "condition-not-found", "No such condition"

    def __init__(self, condition_id: UUID) -> None:
        super().__init__(f"This intervention has no condition {condition_id}.")


class InterventionBarred(Conflict):
    """`bars` lists every ground, so that the caller hears them all at once."""

    slug, title = "intervention-barred", "A rule stands against this"

    def __init__(self, bars: Sequence[Bar]) -> None:
        super().__init__(". ".join(bars) + ".", bars=[bar.name for bar in bars])


class NotAboutThatProvider(Conflict):
    slug, title = "not-about-that-provider", "The service is not that provider's"


class UnknownSubject(Conflict):
    slug, title = "unknown-subject", "The directory does not know that service or provider"
