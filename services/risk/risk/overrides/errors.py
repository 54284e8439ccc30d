"""Everything that can go wrong with an override."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from risk.bars import Barred


class OverrideNotFound(NotFound):
    slug, title = "override-not-found", "No such override"

    def __init__(self, override_id: UUID) -> None:
        super().__init__(f"There is no override {override_id}.")


class OverrideBarred(Barred):
    slug, title = "override-barred", "A rule stands against this override"


class OverrideInForceAlready(Conflict):
    slug, title = "override-in-force", "Another override is in force"
