"""Everything that can go wrong with a procurement or an invitation."""

from uuid import UUID

from assay_kit.problems import NotFound
from dps_admission.refusals import Refused


class ProcurementNotFound(NotFound):
    slug, title = "procurement-not-found", "No such procurement"

    def __init__(self, procurement_id: UUID) -> None:
        super().__init__(f"There is no procurement {procurement_id}.")


class InvitationNotFound(NotFound):
    slug, title = "invitation-not-found", "No such invitation"

    def __init__(self, invitation_id: UUID) -> None:
        super().__init__(f"There is no invitation {invitation_id}.")


class ProcurementRefused(Refused):
    slug, title = "procurement-refused", "The rules of procurements do not allow this"
