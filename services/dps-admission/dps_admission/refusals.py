"""A step refused by the rules: 409 with every bar, each naming its rule."""

from collections.abc import Sequence

from assay_kit.problems import Conflict

from .bars import Bar


class Refused(Conflict):
    slug, title = "refused", "The rules do not allow this"

    def __init__(self, bars: Sequence[Bar]) -> None:
        super().__init__(" ".join(bar.says for bar in bars), bars=[bar.document() for bar in bars])

    @classmethod
    def unless_clear(cls, bars: Sequence[Bar]) -> None:
        """Raise with all of `bars`; pass where there are none."""
        if bars:
            raise cls(bars)
