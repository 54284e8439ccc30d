"""Everything that can go wrong with a membership."""

from uuid import UUID

from assay_kit.problems import NotFound
from dps_admission.refusals import Refused


class MembershipNotFound(NotFound):
    slug, title = "membership-not-found", "No such membership"

    def __init__(self, membership_id: UUID) -> None:
        super().__init__(f"There is no membership {membership_id}.")


class SuspensionNotFound(NotFound):
    slug, title = "suspension-not-found", "No such suspension"

    def __init__(self, suspension_id: UUID) -> None:
        super().__init__(f"There is no suspension {suspension_id}.")


class MembershipRefused(Refused):
    slug, title = "membership-refused", "The rules of membership do not allow this"
