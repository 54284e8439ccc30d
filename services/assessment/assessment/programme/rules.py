"""When a service's next assessment is due. Pure."""

from datetime import date, timedelta

from assessment.assessments.rules import months_after
from assessment.frameworks.framework import Policy


def due_after_red_band(policy: Policy, today: date, standing: date | None) -> date | None:
    """The day to which a Red band brings the next assessment forward; None where it is due by then anyway."""
    forward = today + timedelta(days=policy.red_band_days)
    return None if standing is not None and standing <= forward else forward


def due_of_new_service(policy: Policy, first_placement_on: date) -> date:
    """The day by which a new service's first assessment is to be published."""
    return months_after(first_placement_on, policy.new_service_months)
