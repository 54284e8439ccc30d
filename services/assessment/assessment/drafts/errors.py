"""Everything that can go wrong with a draft."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class DraftNotIssued(Conflict):
    slug, title = "draft-not-issued", "No draft has been issued"

    def __init__(self) -> None:
        super().__init__("There is no draft, and no rating, before the officer issues it.")


class NotADraft(Conflict):
    slug, title = "not-a-draft", "The report is not at the draft stage"

    def __init__(self, status: str) -> None:
        super().__init__(f"This is for a draft that has not been published; it is {status.replace('_', ' ')}.")


class CommentNotFound(NotFound):
    slug, title = "comment-not-found", "No such comment"

    def __init__(self, comment_id: UUID) -> None:
        super().__init__(f"There is no comment {comment_id} on this assessment.")


class CommentDecided(Conflict):
    slug, title = "comment-decided", "The comment has been decided"

    def __init__(self) -> None:
        super().__init__("A decision on a comment stands; what is still wrong goes to a dispute.")
