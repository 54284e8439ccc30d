"""Everything that can go wrong with a correction."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class CorrectionNotFound(NotFound):
    slug, title = "correction-not-found", "No such correction"

    def __init__(self, correction_id: UUID) -> None:
        super().__init__(f"There is no correction {correction_id} of this assessment.")


class CorrectionDecided(Conflict):
    slug, title = "correction-decided", "The correction has been decided"

    def __init__(self) -> None:
        super().__init__("What was decided about a correction stands; propose another.")
