"""A refusal by rule: it names every ground at once, as a rule for programs and as a sentence for people."""

from collections.abc import Sequence
from enum import StrEnum

from assay_kit.problems import Conflict


class Barred(Conflict):
    """`bars` lists every ground that applies."""

    def __init__(self, bars: Sequence[StrEnum]) -> None:
        said = [{"rule": bar.name.lower().replace("_", "-"), "says": f"{bar}."} for bar in bars]
        super().__init__(" ".join(each["says"] for each in said), bars=said)
