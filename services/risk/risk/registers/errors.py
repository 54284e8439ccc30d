"""Everything that can go wrong with a register reading."""

from assay_kit.problems import Conflict


class ReadAfterToday(Conflict):
    slug, title = "read-after-today", "A register cannot have been read after today"


class NobodysKey(Conflict):
    slug, title = "nobodys-key", "No service or provider has that key"
