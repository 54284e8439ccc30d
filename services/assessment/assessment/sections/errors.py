"""Everything that can go wrong with the sections of a self-assessment."""

from assay_kit.problems import Conflict, NotFound


class SectionNotFound(NotFound):
    slug, title = "section-not-found", "No such section"

    def __init__(self, standard: str) -> None:
        super().__init__(f"Nothing of standard {standard} is asked of this service under its framework version.")


class DelegatedElsewhere(Conflict):
    slug, title = "delegated-elsewhere", "The section is delegated to somebody else"

    def __init__(self, standard: str, name: str) -> None:
        super().__init__(f"Section {standard} is delegated to {name}; an administrator can take it back.")


class NotDelegated(Conflict):
    slug, title = "not-delegated", "The section is not delegated"

    def __init__(self, standard: str) -> None:
        super().__init__(f"Section {standard} is not delegated to anybody.")


class NothingToCarryOver(Conflict):
    slug, title = "nothing-to-carry-over", "There are no earlier answers"

    def __init__(self) -> None:
        super().__init__("No earlier self-assessment of this service by this provider was submitted.")
