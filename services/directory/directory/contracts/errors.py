"""Everything that can go wrong with a contract."""

from collections.abc import Sequence

from assay_kit.problems import Conflict, NotFound

from .rules import ContractFault


class ContractNotFound(NotFound):
    slug, title = "contract-not-found", "No such contract"

    def __init__(self) -> None:
        super().__init__("There is no such contract here.")


class ReferenceTaken(Conflict):
    slug, title = "reference-taken", "There is a contract of this reference"

    def __init__(self) -> None:
        super().__init__("There is a contract with this reference already.")


class TermsRefused(Conflict):
    slug, title = "terms-refused", "The terms contradict each other"

    def __init__(self, faults: Sequence[ContractFault]) -> None:
        super().__init__("; ".join(faults) + ".", bars=[fault.name for fault in faults])
