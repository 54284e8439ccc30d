"""The answers a question may have. Pure."""

from enum import StrEnum

from assay_contracts.assessment.ratings import Rating


class AnswerRating(StrEnum):
    """A rating, or that the question does not apply (which needs a reason and is left out of the arithmetic)."""

    EXCELLENT = "excellent"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    POOR = "poor"
    NOT_APPLICABLE = "not_applicable"

    @property
    def rating(self) -> Rating | None:
        return None if self is AnswerRating.NOT_APPLICABLE else Rating(self.value)


class ResultCause(StrEnum):
    """What made a rating be computed: never anything before the draft is issued."""

    DRAFT = "draft"
    FACTUAL_ACCURACY = "factual_accuracy"
    SENIOR_REVIEW = "senior_review"
    CORRECTION = "correction"
