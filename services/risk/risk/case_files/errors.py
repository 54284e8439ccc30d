"""Everything that can go wrong with a case file."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from risk.bars import Barred


class CaseFileNotFound(NotFound):
    slug, title = "case-file-not-found", "No such case file"

    def __init__(self, case_file_id: UUID) -> None:
        super().__init__(f"There is no case file {case_file_id}.")


class CaseFileOpenAlready(Conflict):
    slug, title = "case-file-open", "The service has a case file already"

    def __init__(self) -> None:
        super().__init__("One case file is open for this service: assign or review that one.")


class CaseFileBarred(Barred):
    slug, title = "case-file-barred", "A rule stands against this"
