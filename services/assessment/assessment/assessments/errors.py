"""Everything that can go wrong with an assessment as a whole."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class AssessmentNotFound(NotFound):
    slug, title = "assessment-not-found", "No such assessment"

    def __init__(self, assessment_id: UUID) -> None:
        super().__init__(f"There is no assessment {assessment_id}.")


class CareServiceNotFound(NotFound):
    slug, title = "care-service-not-found", "No such service"

    def __init__(self, care_service_id: UUID) -> None:
        super().__init__(f"There is no service {care_service_id}.")


class QuestionNotFound(NotFound):
    slug, title = "question-not-found", "No such question"

    def __init__(self, code: str) -> None:
        super().__init__(f"Question {code} is not asked of this service under its framework version.")


class UnderWay(Conflict):
    slug, title = "assessment-under-way", "The service is being assessed"

    def __init__(self, reference: str | None) -> None:
        """Without a reference for who may not see which."""
        which = f"Assessment {reference}" if reference else "An assessment"
        super().__init__(f"{which} of this service is under way; a service has one at a time.")


class ServiceEnded(Conflict):
    slug, title = "care-service-ended", "The service has ended"

    def __init__(self, ended_on: date) -> None:
        super().__init__(f"The service ended on {ended_on.isoformat()}.")


class OpensAtNoGoodTime(Conflict):
    slug, title = "opens-at-no-good-time", "An assessment opens today or within three years"

    def __init__(self, opens_on: date) -> None:
        super().__init__(f"{opens_on.isoformat()} is past, or more than three years ahead.")


class NotOfThisStage(Conflict):
    slug, title = "not-at-that-stage", "It is not at that stage"


class NotOpenYet(Conflict):
    slug, title = "not-open-yet", "The assessment has not opened"

    def __init__(self, opens_on: date) -> None:
        super().__init__(f"The self-assessment opens on {opens_on:%-d %B %Y}.")


class TooMany(Conflict):
    slug, title = "too-many", "There is room for no more"

    def __init__(self, most: int, things: str) -> None:
        super().__init__(f"There are {most} {things}, which is as many as can be kept here.")


def ensure_room(count: int, most: int, things: str) -> None:
    """Raise TooMany (409) where there are `most` already: what would not be shown is not taken."""
    if count >= most:
        raise TooMany(most, things)


class Barred(Conflict):
    """Every ground on which a step is refused, all at once."""

    slug, title = "barred", "Something stands in the way"

    def __init__(self, bars: Sequence[str]) -> None:
        super().__init__(" ".join(bars[:10]), bars=list(bars[:200]))
