"""Everything that can go wrong with evidence."""

from assay_kit.problems import Conflict, NotFound, TooLarge

from .rules import FileFault


class EvidenceNotFound(NotFound):
    slug, title = "evidence-not-found", "No such evidence"

    def __init__(self) -> None:
        super().__init__("There is no such evidence here.")


class FileRefused(Conflict):
    slug, title = "file-refused", "This file is not accepted"

    def __init__(self, fault: FileFault) -> None:
        super().__init__(f"{fault}.", bars=[fault.name])


class FileTooLarge(TooLarge):
    slug = "file-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A file may have at most {limit} bytes.", limit=limit)


class EvidenceReliedOn(Conflict):
    slug, title = "evidence-relied-on", "Something relies on this evidence"

    def __init__(self) -> None:
        super().__init__("An application, an assessment or a case relies on this evidence: it stays.")
