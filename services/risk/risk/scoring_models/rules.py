"""The life of a scoring model: drafted by one person, approved by another, frozen from then on. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from assay_kit.steps import Life


class Status(StrEnum):
    """The kit's version statuses, by the same values."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Step(StrEnum):
    APPROVE = "approve"
    RETIRE = "retire"


LIFE = Life(
    name="scoring model",
    start=Status.DRAFT,
    steps={
        (Status.DRAFT, Step.APPROVE): Status.PUBLISHED,
        (Status.PUBLISHED, Step.RETIRE): Status.RETIRED,
    },
)


class Bar(StrEnum):
    DRAFTED_BY_YOU = "Whoever drafted or edited a model may not approve it"


def bars_to_approving(*, drafted_by: Sequence[str], by: str) -> list[Bar]:
    return [Bar.DRAFTED_BY_YOU] if by in drafted_by else []
