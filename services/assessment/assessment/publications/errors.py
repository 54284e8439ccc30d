"""Everything that can go wrong with a published rating."""

from uuid import UUID

from assay_kit.problems import Conflict


class WithdrawalNotProposed(Conflict):
    slug, title = "withdrawal-not-proposed", "Nobody has proposed to withdraw this rating"

    def __init__(self) -> None:
        super().__init__("One person proposes a withdrawal with its replacement, and another approves it.")


class AnotherWithdrawal(Conflict):
    slug, title = "another-withdrawal", "Another withdrawal stands by now"

    def __init__(self) -> None:
        super().__init__("What you looked at was turned down, and another was proposed; look at that one.")


class WithdrawalProposed(Conflict):
    slug, title = "withdrawal-proposed", "A withdrawal has been proposed"

    def __init__(self) -> None:
        super().__init__("A withdrawal of this rating has been proposed and awaits another person's approval.")


class NotPublished(Conflict):
    slug, title = "not-published", "The rating is not published"

    def __init__(self) -> None:
        super().__init__("This is for a rating that is published and stands.")


class AlreadyImported(Conflict):
    slug, title = "already-imported", "That rating has been imported"

    def __init__(self, assessment_id: UUID) -> None:
        super().__init__(f"A rating of this service published on that day exists: {assessment_id}.")
