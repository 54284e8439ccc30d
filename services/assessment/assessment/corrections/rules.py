"""When the council may correct its own draft, and who agrees to it. Pure."""

from enum import StrEnum

from assessment.rating.answers import AnswerRating

# As many as everybody is shown.
MOST_CORRECTIONS = 200


class CorrectionOutcome(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"
    # The provider disputed the draft first: the senior review may change any finding.
    OVERTAKEN = "overtaken"


def bars_to_proposing(rating: AnswerRating, *, standing: AnswerRating, is_open: bool) -> list[str]:
    """Why a question gets no other rating. `is_open`: a correction of it awaits its answer."""
    if is_open:
        return ["A correction of this question awaits an answer."]
    return bars_to_correcting(rating, standing=standing)


def bars_to_correcting(rating: AnswerRating, *, standing: AnswerRating) -> list[str]:
    return ["The rating of the question is that already."] if rating == standing else []


def bars_to_deciding(outcome: CorrectionOutcome, *, by: str, proposed_by: str, worked_on_it: bool) -> list[str]:
    """Whoever knows the rating and gave the findings does not change them alone: one agrees who did not work on it."""
    if by == proposed_by:
        if outcome is CorrectionOutcome.REFUSED:
            return []
        return ["You proposed this correction; another person agrees to it."]
    return ["You took part in the validation, or work on it; somebody who does not decides."] if worked_on_it else []
