"""Everything that can go wrong with a placement or an offer of one."""

from uuid import UUID

from assay_kit.problems import NotFound
from dps_admission.refusals import Refused


class PlacementNotFound(NotFound):
    slug, title = "placement-not-found", "No such placement"

    def __init__(self, placement_id: UUID) -> None:
        super().__init__(f"There is no placement {placement_id}.")


class PlacementOfferNotFound(NotFound):
    slug, title = "placement-offer-not-found", "No such offer of a placement"

    def __init__(self, offer_id: UUID) -> None:
        super().__init__(f"There is no offer of a placement {offer_id}.")


class PlacementRefused(Refused):
    slug, title = "placement-refused", "The rules of placements do not allow this"
