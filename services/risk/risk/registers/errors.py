"""Everything that can go wrong with a register reading."""

from pydantic import ValidationError

from assay_kit.problems import Conflict, InvalidRequest


class ReadAfterToday(Conflict):
    slug, title = "read-after-today", "A register cannot have been read after today"


class NobodysKey(Conflict):
    slug, title = "nobodys-key", "No service or provider has that key"


class NotAReading(InvalidRequest):
    slug, title = "not-a-reading", "That is not a reading of this register"

    def __init__(self, error: ValidationError) -> None:
        errors = [
            {"field": ".".join(["reading", *map(str, each["loc"])]), "in": "body", "why": each["msg"]}
            for each in error.errors(include_url=False, include_input=False)
        ]
        super().__init__("; ".join(f"{each['field']}: {each['why']}" for each in errors[:5]), errors=errors[:100])
