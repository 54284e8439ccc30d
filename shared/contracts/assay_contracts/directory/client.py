"""Asking the directory. `FakeDirectory` answers the same from what a test gives it."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

import httpx

from assay_contracts.directory.records import CareServiceRecord, ProviderRecord


class Directory(Protocol):
    def provider(self, provider_id: UUID) -> ProviderRecord | None: ...

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None: ...


class DirectoryClient:
    """Calls `GET /v1/copies/providers/{id}` and `/v1/copies/care-services/{id}` (scope `copies:read`)."""

    def __init__(self, http: httpx.Client, url: str) -> None:
        self._http = http
        self._url = url

    def provider(self, provider_id: UUID) -> ProviderRecord | None:
        body = self._get(f"/v1/copies/providers/{provider_id}")
        return None if body is None else ProviderRecord.model_validate_json(body)

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None:
        body = self._get(f"/v1/copies/care-services/{care_service_id}")
        return None if body is None else CareServiceRecord.model_validate_json(body)

    def _get(self, path: str) -> bytes | None:
        response = self._http.get(self._url + path)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        response.raise_for_status()
        return response.content


class FakeDirectory:
    """For other services' tests."""

    def __init__(
        self, providers: Iterable[ProviderRecord] = (), care_services: Iterable[CareServiceRecord] = ()
    ) -> None:
        self.providers = {each.id: each for each in providers}
        self.care_services = {each.id: each for each in care_services}

    def provider(self, provider_id: UUID) -> ProviderRecord | None:
        return self.providers.get(provider_id)

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None:
        return self.care_services.get(care_service_id)
