"""Everything that can go wrong with a scheme or a lot."""

from uuid import UUID

from assay_kit.problems import NotFound
from dps_admission.refusals import Refused


class SchemeNotFound(NotFound):
    slug, title = "scheme-not-found", "No such scheme"

    def __init__(self, scheme_id: UUID) -> None:
        super().__init__(f"There is no scheme {scheme_id}.")


class LotNotFound(NotFound):
    slug, title = "lot-not-found", "No such lot"

    def __init__(self, lot_id: UUID) -> None:
        super().__init__(f"There is no lot {lot_id}.")


class ProfileNotFound(NotFound):
    slug, title = "profile-not-found", "No such procedure profile"

    def __init__(self, profile_id: UUID) -> None:
        super().__init__(f"There is no procedure profile {profile_id}.")


class SchemeRefused(Refused):
    slug, title = "scheme-refused", "The law or the notice does not allow this"


class LotRefused(Refused):
    slug, title = "lot-refused", "The lot cannot be like this"
