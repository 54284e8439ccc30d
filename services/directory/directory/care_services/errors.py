"""Everything that can go wrong with a care service."""

from assay_kit.problems import Barred, NotFound


class CareServiceNotFound(NotFound):
    slug, title = "care-service-not-found", "No such service"

    def __init__(self) -> None:
        super().__init__("There is no such service here.")


class AnswersRefused(Barred):
    slug, title = "answers-refused", "The answers contradict each other"


class EditBarred(Barred):
    slug, title = "edit-barred", "Somebody else has to say this"


class SuccessionBarred(Barred):
    slug, title = "succession-barred", "The CQC location cannot be succeeded so"
