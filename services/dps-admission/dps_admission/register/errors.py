"""Why a register is not published."""

from collections.abc import Sequence

from assay_kit.problems import Problem


class NotYetPublished(Problem):
    """What is published stays: nothing goes out under a name or a prefix that is nobody's."""

    slug, title, status = "not-yet-published", "Open contracting data is not published yet", 503

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"The council has not set {', '.join(missing)} yet.", missing=[*missing])
