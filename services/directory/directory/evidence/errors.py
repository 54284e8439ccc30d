"""Everything that can go wrong with evidence."""

from assay_kit.problems import Conflict, NotFound


class EvidenceNotFound(NotFound):
    slug, title = "evidence-not-found", "No such evidence"

    def __init__(self) -> None:
        super().__init__("There is no such evidence here.")


class EvidenceReliedOn(Conflict):
    slug, title = "evidence-relied-on", "Something relies on this evidence"

    def __init__(self) -> None:
        super().__init__("An application, an assessment or a case relies on this evidence: it stays.")
