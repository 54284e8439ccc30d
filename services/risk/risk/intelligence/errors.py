"""Everything that can go wrong with intelligence."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from risk.bars import Barred


class IntelligenceNotFound(NotFound):
    slug, title = "intelligence-not-found", "No such entry"

    def __init__(self, entry_id: UUID) -> None:
        super().__init__(f"There is no entry {entry_id} that you may see.")


class IntakeItemNotFound(NotFound):
    slug, title = "intake-item-not-found", "No such item"

    def __init__(self, item_id: UUID) -> None:
        super().__init__(f"There is no item {item_id}.")


class GrantNotFound(NotFound):
    slug, title = "grant-not-found", "No such grant"

    def __init__(self, grant_id: UUID) -> None:
        super().__init__(f"There is no grant {grant_id}.")


class RecordingBarred(Barred):
    slug, title = "recording-barred", "A rule stands against this entry"


class SameReferenceOtherContent(Conflict):
    slug, title = "same-reference-other-content", "This reference was sent before with other content"

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"{reference} is held already and says something else: send a correction under a new reference."
        )


class UnknownCareService(Conflict):
    slug, title = "unknown-care-service", "The directory does not know that service"


class UnknownCorrection(Conflict):
    slug, title = "unknown-correction", "There is no entry under the reference to be corrected"


class NotAtThatLocation(Conflict):
    slug, title = "not-at-that-location", "That service is not at the location that was sent"


class GrantTooLong(Conflict):
    slug, title = "grant-too-long", "The grant would last too long"
