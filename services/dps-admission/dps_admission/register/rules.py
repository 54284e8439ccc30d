"""What the public register shows, as at the end of a day. Pure."""

from dps_admission.memberships.rules import EFFECTS, MembershipStatus


def is_on_register(status: MembershipStatus) -> bool:
    """Active and suspended members are on it. Nothing marks the suspended ones, and no reason is shown."""
    return EFFECTS[status].on_register
