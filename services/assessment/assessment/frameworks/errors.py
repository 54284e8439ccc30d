"""Everything that can go wrong with a framework."""

from collections.abc import Sequence

from assay_kit.problems import Conflict, NotFound

from .reading import Mistake


class FrameworkNotFound(NotFound):
    slug, title = "framework-not-found", "No such framework version"

    def __init__(self, version: int) -> None:
        super().__init__(f"There is no version {version} of the framework.")


class NoFramework(Conflict):
    slug, title = "no-framework", "No framework has been published"

    def __init__(self) -> None:
        super().__init__("Publish a framework version first.")


class FrameworkRefused(Conflict):
    slug, title = "framework-refused", "The framework file has mistakes"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(
            "; ".join(str(mistake) for mistake in mistakes[:5]),
            errors=[{"line": m.line, "path": m.path, "why": m.why} for m in mistakes[:100]],
        )


class VersionTaken(Conflict):
    slug, title = "version-taken", "That version exists"

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} of the framework exists already; a change is a new version.")


class NotADraft(Conflict):
    slug, title = "not-a-draft", "The version was published"

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} of the framework was published, and stays.")
