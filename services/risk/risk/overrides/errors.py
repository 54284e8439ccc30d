"""Everything that can go wrong with an override."""

from collections.abc import Sequence
from uuid import UUID

from assay_kit.problems import Conflict, NotFound
from risk.overrides.rules import Bar


class OverrideNotFound(NotFound):
    slug, title = "override-not-found", "No such override"

    def __init__(self, override_id: UUID) -> None:
        super().__init__(f"There is no override {override_id}.")


class OverrideBarred(Conflict):
    """`bars` lists every ground, so that the caller hears them all at once."""

    slug, title = "override-barred", "A rule stands against this override"

    def __init__(self, bars: Sequence[Bar]) -> None:
        super().__init__(". ".join(bars) + ".", bars=[bar.name for bar in bars])


class OverrideInForceAlready(Conflict):
    slug, title = "override-in-force", "Another override is in force"
