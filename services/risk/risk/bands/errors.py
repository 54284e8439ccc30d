"""Everything that can go wrong with a band."""

from uuid import UUID

from assay_kit.problems import NotFound


class CareServiceNotScored(NotFound):
    slug, title = "care-service-not-scored", "No such service"

    def __init__(self, care_service_id: UUID) -> None:
        super().__init__(f"There is no band of a service {care_service_id}.")


class BandResultNotFound(NotFound):
    slug, title = "band-result-not-found", "No such result"

    def __init__(self, result_id: UUID) -> None:
        super().__init__(f"There is no band result {result_id}.")
