"""`assay postgres`: the one process that owns the embedded server. Everybody else only gets its address."""

from assay_kit import embedded
from assay_kit.settings import Settings


def run() -> int:
    """Hold the server until told to stop."""
    embedded.hold(Settings())
    return 0
