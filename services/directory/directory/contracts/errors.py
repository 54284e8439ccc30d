"""Everything that can go wrong with a contract."""

from assay_kit.problems import Barred, Conflict, NotFound


class ContractNotFound(NotFound):
    slug, title = "contract-not-found", "No such contract"

    def __init__(self) -> None:
        super().__init__("There is no such contract here.")


class ReferenceTaken(Conflict):
    slug, title = "reference-taken", "There is a contract of this reference"

    def __init__(self) -> None:
        super().__init__("There is a contract with this reference already.")


class TermsRefused(Barred):
    slug, title = "terms-refused", "The terms contradict each other"
