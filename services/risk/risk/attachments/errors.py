"""Everything that can go wrong with a file added to an entry."""

from uuid import UUID

from assay_kit.problems import NotFound
from risk.bars import Barred


class AttachmentNotFound(NotFound):
    slug, title = "attachment-not-found", "No such file"

    def __init__(self, attachment_id: UUID) -> None:
        super().__init__(f"There is no file {attachment_id} that you may see.")


class AttachmentBarred(Barred):
    slug, title = "attachment-barred", "A rule stands against this file"
