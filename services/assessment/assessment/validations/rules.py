"""What an officer's finding on a question must say. Pure.

Nothing here, or anywhere before a draft is issued, computes a rating: the officer judges questions, not a score.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

from assessment.rating.answers import AnswerRating

# What a provider is asked to put right, so that it must be told what is wrong.
_WANTING = (AnswerRating.REQUIRES_IMPROVEMENT, AnswerRating.POOR)
# As many as a report shows.
MOST_VISITS = 200


class EvidenceKind(StrEnum):
    """What an officer saw."""

    DOCUMENTS = "documents"
    OBSERVATION = "observation"
    STAFF = "staff"
    PEOPLE = "people"
    RECORDS = "records"


def bars_to_validating(by: str, seers: Collection[str]) -> list[str]:
    """Who has seen the rating of a draft that was called off does not validate again: nobody would believe it blind."""
    return ["You saw the rating of a draft that was called off; another officer validates."] if by in seers else []


def bars_to_finding(
    own: AnswerRating | None,
    *,
    agrees: bool,
    rating: AnswerRating | None,
    reason: str | None,
    evidence_kinds: Sequence[EvidenceKind],
) -> list[str]:
    """Everything wrong with a finding; `own` is the provider's rating of the question, None where it gave none."""
    bars = []
    if agrees and own is None:
        bars.append("There is no answer of the provider's to agree with: give a rating and a reason.")
    if agrees and rating not in (None, own):
        bars.append("Agreeing means the provider's own rating: leave the rating out.")
    if not agrees and rating is None:
        bars.append("Give the rating that you found.")
    if not agrees and rating is not None and rating == own:
        bars.append("That is the provider's own rating: agree with it.")
    if not agrees and not reason:
        bars.append("Say why: a rating that is not the provider's own needs a reason.")
    found = own if agrees else rating
    if agrees and found in _WANTING and not reason:
        bars.append("Say why: what is found wanting needs a reason, though the provider says so itself.")
    if not evidence_kinds and found is not AnswerRating.NOT_APPLICABLE:
        bars.append("Name at least one kind of evidence that you saw.")
    return bars
