"""When a service's next assessment is due. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from assessment.assessments.rules import months_after
from assessment.frameworks.framework import Policy


def due_after_red_band(policy: Policy, today: date, standing: date | None) -> date | None:
    """The day to which a Red band brings the next assessment forward; None where it is due by then anyway."""
    forward = today + timedelta(days=policy.red_band_days)
    return None if standing is not None and standing <= forward else forward


def stands_after_publication(
    *, is_red_band: bool, due_on: date, set_at: datetime, next_due_on: date, draft_issued_at: datetime | None
) -> bool:
    """Whether the date that stands outlives a publication: brought forward by Red since what is published was found.

    A rating that was given elsewhere (no draft of it was issued here) answers no Red band.
    """
    is_since = draft_issued_at is None or set_at > draft_issued_at
    return is_red_band and is_since and due_on <= next_due_on


def due_of_new_service(policy: Policy, first_placement_on: date) -> date:
    """The day by which a new service's first assessment is to be published."""
    return months_after(first_placement_on, policy.new_service_months)


def opens_before(policy: Policy, due_on: date, today: date, *, days_to_validate: int) -> date:
    """The day on which an assessment opens so that it can be published when it is due; today where that is past."""
    needed = policy.self_assessment_days + days_to_validate + policy.factual_accuracy_days
    return max(today, due_on - timedelta(days=min(needed, (due_on - date.min).days)))


def share_out(count: int, officers: Sequence[str], open_work: Mapping[str, int]) -> list[str | None]:
    """Who takes each of `count` assessments: whoever has the least to do, and of equals the first named."""
    if not officers:
        return [None] * count
    work = {officer: open_work.get(officer, 0) for officer in officers}
    taken: list[str | None] = []
    for _ in range(count):
        least = min(officers, key=lambda officer: work[officer])
        work[least] += 1
        taken.append(least)
    return taken


def months_from(starts_on: date) -> list[date]:
    """The first days of twelve months, from the month that `starts_on` is in."""
    first = starts_on.replace(day=1)
    return [months_after(first, count) for count in range(12)]
