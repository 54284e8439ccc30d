"""Everything that can go wrong with a request to be assessed again early."""

from uuid import UUID

from assay_kit.problems import NotFound


class RequestNotFound(NotFound):
    slug, title = "reassessment-request-not-found", "No such request"

    def __init__(self, request_id: UUID) -> None:
        super().__init__(f"There is no request {request_id} for an early reassessment.")
