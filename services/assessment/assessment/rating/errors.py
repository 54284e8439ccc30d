"""Everything that can go wrong with a computed rating."""

from assay_kit.problems import Conflict


class NoResult(Conflict):
    slug, title = "no-result", "There is no computed rating"

    def __init__(self) -> None:
        super().__init__("A rating is computed when the draft is issued; an imported rating was never computed here.")


class ResultDisagrees(Conflict):
    slug, title = "result-disagrees", "The rating does not recompute"

    def __init__(self) -> None:
        super().__init__("Computed again, the stored answers do not give the stored rating. Nothing was published.")
