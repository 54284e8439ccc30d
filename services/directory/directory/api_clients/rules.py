"""Which scopes an API client may hold, and when a secret opens the door. Pure."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from assay_contracts.roles import HOUSE_SCOPES, Scope

MOST_SECRETS = 5
CLIENT_NAME = r"^[a-z][a-z0-9-]{2,59}$"


class ClientBar(StrEnum):
    HOUSE_SCOPE = "A scope of Assay's own services is given to no outside client"
    HOUSE_CLIENT = "This is one of Assay's own services; it is set up by the command line"
    TOO_MANY_SECRETS = "A client has at most 5 secrets that open the door; revoke one first"
    DISABLED = "The client has been closed"


def bars_to_scopes(scopes: Iterable[Scope]) -> list[ClientBar]:
    return [ClientBar.HOUSE_SCOPE] if set(scopes).intersection(HOUSE_SCOPES) else []


def secret_is_good(*, expires_at: datetime | None, revoked_at: datetime | None, at: datetime) -> bool:
    """Whether a secret still opens the door at `at` (real time)."""
    if revoked_at is not None:
        return False
    return expires_at is None or at < expires_at
