"""Everything that can go wrong with a care service."""

from collections.abc import Sequence

from assay_kit.problems import Conflict, NotFound

from .rules import EditBar, Fault, SuccessionBar


class CareServiceNotFound(NotFound):
    slug, title = "care-service-not-found", "No such service"

    def __init__(self) -> None:
        super().__init__("There is no such service here.")


class AnswersRefused(Conflict):
    slug, title = "answers-refused", "The answers contradict each other"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(faults) + ".", bars=[fault.name for fault in faults])


class EditBarred(Conflict):
    slug, title = "edit-barred", "Somebody else has to say this"

    def __init__(self, bars: Sequence[EditBar]) -> None:
        super().__init__("; ".join(bars) + ".", bars=[bar.name for bar in bars])


class SuccessionBarred(Conflict):
    slug, title = "succession-barred", "The CQC location cannot be succeeded so"

    def __init__(self, bars: Sequence[SuccessionBar]) -> None:
        super().__init__("; ".join(bars) + ".", bars=[bar.name for bar in bars])
