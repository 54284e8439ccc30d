"""Names for the ids that other services speak of, asked of the directory once a page."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.upstream import Api, Down

UNKNOWN = "(name not available)"


@dataclass(frozen=True)
class Names:
    """Care services and providers by id. While the directory is down every name is said to be missing."""

    care_services: Mapping[str, Any] = field(default_factory=dict)
    providers: Mapping[str, Any] = field(default_factory=dict)

    def care_service(self, care_service_id: str | None) -> str:
        found = self.care_services.get(care_service_id or "")
        return str(found["name"]) if found else UNKNOWN

    def provider(self, provider_id: str | None) -> str:
        found = self.providers.get(provider_id or "")
        return str(found["name"]) if found else UNKNOWN


async def names_for(api: Api, *, org: str | None = None) -> Names:
    """Every name that this person may know."""
    try:
        services, providers = await asyncio.gather(
            api.every("directory", "/v1/care-services", provider_id=org), api.every("directory", "/v1/providers")
        )
    except Down:
        return Names()
    return Names({each["id"]: each for each in services}, {each["id"]: each for each in providers})
