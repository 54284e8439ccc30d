"""Everything that can go wrong with the dashboard."""

from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class CareServiceNotShown(NotFound):
    slug, title = "care-service-not-shown", "No such service"

    def __init__(self, care_service_id: UUID) -> None:
        super().__init__(f"The dashboard shows no service {care_service_id}.")


class PeriodNotShown(Conflict):
    slug, title = "period-not-shown", "No such period can be shown"
