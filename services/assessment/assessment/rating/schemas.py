"""What callers receive about computed ratings."""

from typing import Self

from pydantic import AwareDatetime, BaseModel

from assay_contracts.assessment.ratings import Rating
from assessment.tables import AssessmentResult

from .actions import Recomputation
from .answers import ResultCause
from .trace import RatingTrace


class ResultRead(BaseModel):
    """A rating with its whole working: inputs, steps and the limiters that bit."""

    number: int
    cause: ResultCause
    rating: Rating | None
    trace: RatingTrace
    trace_hash: str
    computed_at: AwareDatetime

    @classmethod
    def of(cls, row: AssessmentResult) -> Self:
        return cls.model_validate(row, from_attributes=True)


class RecomputationRead(BaseModel):
    """The stored rating beside what the same answers give when computed again."""

    agrees: bool
    stored_rating: Rating | None
    stored_hash: str
    recomputed_rating: Rating | None
    recomputed_hash: str
    recomputed: RatingTrace

    @classmethod
    def of(cls, found: Recomputation) -> Self:
        return cls(
            agrees=found.agrees,
            stored_rating=found.stored.rating,
            stored_hash=found.stored.trace_hash,
            recomputed_rating=found.trace.rating,
            recomputed_hash=found.trace_hash,
            recomputed=found.trace,
        )
