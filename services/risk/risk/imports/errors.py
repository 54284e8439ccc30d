"""Everything that can go wrong with an import."""

from collections.abc import Sequence

from assay_kit.problems import Conflict
from risk.imports.rows import MOST_FAULTS, Fault


class ImportRefused(Conflict):
    """Nothing of the file was kept. `errors` names the first two hundred faults by row, `error_count` says how many."""

    slug, title = "import-refused", "Nothing of the file was taken in"

    def __init__(self, faults: Sequence[Fault]) -> None:
        said = [{"row": each.row, "field": each.field, "why": each.why} for each in faults[:MOST_FAULTS]]
        first = said[0]
        detail = f"{len(faults)} faults; the first, in row {first['row']}: {first['why']}"
        super().__init__(detail, errors=said, error_count=len(faults))
