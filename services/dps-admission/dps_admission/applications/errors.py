"""Everything that can go wrong with an application."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from dps_admission.refusals import Refused


class ApplicationNotFound(NotFound):
    slug, title = "application-not-found", "No such application"

    def __init__(self, application_id: UUID) -> None:
        super().__init__(f"There is no application {application_id}.")


class LotApplicationNotFound(NotFound):
    slug, title = "lot-application-not-found", "No such lot application"

    def __init__(self, lot_application_id: UUID) -> None:
        super().__init__(f"There is no lot application {lot_application_id}.")


class ClarificationNotFound(NotFound):
    slug, title = "clarification-not-found", "No such clarification"

    def __init__(self, clarification_id: UUID) -> None:
        super().__init__(f"There is no clarification {clarification_id}.")


class CheckNotFound(NotFound):
    slug, title = "check-not-found", "No such check"

    def __init__(self, check_id: UUID) -> None:
        super().__init__(f"There is no check {check_id}.")


class NotADraft(Conflict):
    slug, title = "not-a-draft", "Only a draft can be changed"


class ApplicationRefused(Refused):
    slug, title = "application-refused", "The application cannot go forward like this"


class AlreadyAnswered(Conflict):
    slug, title = "already-answered", "This has been answered already"
