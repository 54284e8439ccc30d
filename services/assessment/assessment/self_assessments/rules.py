"""When a provider's own answers may be submitted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.rating.answers import AnswerRating

_SHORTEST_REASON = 10


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One answer as far as submission asks about it."""

    rating: AnswerRating | None
    narrative: str


def bars_to_submission(asked: Sequence[str], answers: Mapping[str, Answered]) -> list[str]:
    """Every question that still keeps the answers from being submitted, in the framework's order."""
    return [bar for code in asked for bar in _bars(code, answers.get(code))]


def _bars(code: str, answer: Answered | None) -> list[str]:
    if answer is None or answer.rating is None:
        return [f"Question {code} has no rating."]
    if answer.rating is AnswerRating.NOT_APPLICABLE and len(answer.narrative.strip()) < _SHORTEST_REASON:
        return [f"Question {code} is not applicable without a reason."]
    return []
