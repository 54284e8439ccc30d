"""The life of a scoring model: drafted by one person, approved by another, frozen in force from a moment on. Pure."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from assay_kit.steps import Life


class Status(StrEnum):
    """Draft, published and retired are the kit's version statuses, by the same values. An approved model waits for the
    moment at which it comes into force; nobody may edit it any more."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    RETIRED = "retired"


class Step(StrEnum):
    APPROVE = "approve"
    TAKE_BACK = "take_back"
    ACTIVATE = "activate"
    RETIRE = "retire"


LIFE = Life(
    name="scoring model",
    start=Status.DRAFT,
    steps={
        (Status.DRAFT, Step.APPROVE): Status.APPROVED,
        (Status.APPROVED, Step.TAKE_BACK): Status.DRAFT,
        (Status.APPROVED, Step.ACTIVATE): Status.PUBLISHED,
        (Status.PUBLISHED, Step.RETIRE): Status.RETIRED,
    },
)


class Bar(StrEnum):
    DRAFTED_BY_YOU = "Whoever drafted or edited a model may not approve it"
    BEGINS_IN_THE_PAST = "A model cannot come into force in the past"
    ANOTHER_THEN = "Another model comes into force at that moment"
    NOT_ITS_DRY_RUN = "What was looked at is no finished dry run of this edition"


def bars_to_approving(
    *,
    drafted_by: Sequence[str],
    by: str,
    activates_at: datetime,
    taken: Sequence[datetime | None],
    is_its_dry_run: bool,
    now: datetime,
) -> list[Bar]:
    """Every bar. `taken`: the moments at which other approved models come into force."""
    bars = []
    if by in drafted_by:
        bars.append(Bar.DRAFTED_BY_YOU)
    if activates_at < now:
        bars.append(Bar.BEGINS_IN_THE_PAST)
    if activates_at in taken:
        bars.append(Bar.ANOTHER_THEN)
    if not is_its_dry_run:
        bars.append(Bar.NOT_ITS_DRY_RUN)
    return bars
