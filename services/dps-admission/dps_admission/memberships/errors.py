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


class RemedyNotFound(NotFound):
    slug, title = "remedy-not-found", "No such evidence against a suspension"

    def __init__(self, remedy_id: UUID) -> None:
        super().__init__(f"There is no evidence {remedy_id} against a suspension.")


class StandingNotFound(NotFound):
    slug, title = "standing-not-found", "No such provider or lot"

    def __init__(self) -> None:
        super().__init__("There is no such provider or lot.")


class MembershipRefused(Refused):
    slug, title = "membership-refused", "The rules of membership do not allow this"


class ServiceChangeNotFound(NotFound):
    slug, title = "service-change-not-found", "No such change of services"

    def __init__(self, service_change_id: UUID) -> None:
        super().__init__(f"There is no change of services {service_change_id}.")
