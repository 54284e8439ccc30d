"""Asking the directory. `FakeDirectory` answers the same from what a test gives it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import httpx
from pydantic import JsonValue, TypeAdapter

from assay_contracts.directory.evidence import EvidenceNotTheirs, EvidenceRecord, EvidenceStanding, RelyingObject
from assay_contracts.directory.records import CareServiceRecord, PersonRecord, ProviderRecord
from assay_kit.problems import Unavailable

_RECORDS = TypeAdapter(list[EvidenceRecord])
_STANDINGS = TypeAdapter(list[EvidenceStanding])


class Directory(Protocol):
    def provider(self, provider_id: UUID) -> ProviderRecord | None: ...

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None: ...

    def council_settings(self) -> Mapping[str, JsonValue]:
        """What the council has set, as of today, by key. Unavailable where the directory does not answer."""
        ...

    def rely_on_evidence(
        self,
        evidence_ids: Iterable[UUID],
        *,
        provider_id: UUID,
        by_object: RelyingObject,
        is_sealed: bool = False,
    ) -> Sequence[EvidenceRecord]:
        """Note that `by_object` relies on evidence of one provider, which from then on cannot be removed.

        Answers what is known of each, by id. Said again it changes nothing. EvidenceNotTheirs where any is not the
        provider's: then nothing is noted. Unavailable where the directory does not answer. `is_sealed`: the
        council sees nothing of it by this before the caller tells that it was opened (`SealOpened`).
        """
        ...

    def standing_of_evidence(self, evidence_ids: Iterable[UUID], *, provider_id: UUID) -> Sequence[EvidenceStanding]:
        """What is known of evidence of one provider, by id; what is not the provider's is left out.

        Unavailable where the directory does not answer.
        """
        ...

    def person(self, subject: str) -> PersonRecord | None:
        """Who the subject of a token is, and whose. Unavailable where the directory does not answer."""
        ...


class DirectoryClient:
    """Calls `GET /v1/copies/providers/{id}`, `…/care-services/{id}`, `…/people/{id}` and `/v1/settings` (scope
    `copies:read`), and `POST /v1/evidence/reliances` and `/v1/evidence/standings` (scope `evidence:rely`).
    """

    def __init__(self, http: httpx.Client, url: str) -> None:
        self._http = http
        self._url = url

    def provider(self, provider_id: UUID) -> ProviderRecord | None:
        body = self._get(f"/v1/copies/providers/{provider_id}")
        return None if body is None else ProviderRecord.model_validate_json(body)

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None:
        body = self._get(f"/v1/copies/care-services/{care_service_id}")
        return None if body is None else CareServiceRecord.model_validate_json(body)

    def rely_on_evidence(
        self,
        evidence_ids: Iterable[UUID],
        *,
        provider_id: UUID,
        by_object: RelyingObject,
        is_sealed: bool = False,
    ) -> Sequence[EvidenceRecord]:
        wanted = sorted({str(each) for each in evidence_ids})
        if not wanted:
            return ()
        asked = {
            "provider_id": str(provider_id),
            "evidence_ids": wanted,
            "kind": by_object.kind,
            "object_id": str(by_object.id),
            "is_sealed": is_sealed,
        }
        try:
            response = self._http.post(f"{self._url}/v1/evidence/reliances", json=asked)
            if response.status_code == httpx.codes.CONFLICT:
                raise EvidenceNotTheirs(UUID(each) for each in response.json()["evidence_ids"])
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("The evidence cannot be looked up; try again in a moment.") from error
        return _RECORDS.validate_json(response.content)

    def council_settings(self) -> Mapping[str, JsonValue]:
        try:
            response = self._http.get(f"{self._url}/v1/settings").raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("The council's settings cannot be read; try again in a moment.") from error
        return {each["key"]: each["value"] for each in response.json()}

    def standing_of_evidence(self, evidence_ids: Iterable[UUID], *, provider_id: UUID) -> Sequence[EvidenceStanding]:
        wanted = sorted({str(each) for each in evidence_ids})
        if not wanted:
            return ()
        asked = {"provider_id": str(provider_id), "evidence_ids": wanted}
        try:
            response = self._http.post(f"{self._url}/v1/evidence/standings", json=asked)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("The evidence cannot be looked up; try again in a moment.") from error
        return _STANDINGS.validate_json(response.content)

    def person(self, subject: str) -> PersonRecord | None:
        try:
            body = self._get(f"/v1/copies/people/{UUID(subject)}")
        except ValueError:
            return None  # what is no id of the directory's is nobody it knows
        except httpx.HTTPError as error:
            raise Unavailable("The directory is not reachable; try again in a moment.") from error
        return None if body is None else PersonRecord.model_validate_json(body)

    def _get(self, path: str) -> bytes | None:
        response = self._http.get(self._url + path)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        response.raise_for_status()
        return response.content


class FakeDirectory:
    """For other services' tests. `reliances` holds what was relied on: (evidence id, relying object); `seals` those of
    them that are under a seal; `renewed` the newest edition of what was renewed; `settings` what the council has set.
    """

    def __init__(
        self,
        providers: Iterable[ProviderRecord] = (),
        care_services: Iterable[CareServiceRecord] = (),
        evidence: Iterable[EvidenceRecord] = (),
        people: Iterable[PersonRecord] = (),
    ) -> None:
        self.providers = {each.id: each for each in providers}
        self.care_services = {each.id: each for each in care_services}
        self.evidence = {each.id: each for each in evidence}
        self.people = {each.subject: each for each in people}
        self.reliances: set[tuple[UUID, RelyingObject]] = set()
        self.seals: set[tuple[UUID, RelyingObject]] = set()
        self.settings: dict[str, JsonValue] = {}
        self.renewed: dict[UUID, UUID] = {}

    def provider(self, provider_id: UUID) -> ProviderRecord | None:
        return self.providers.get(provider_id)

    def care_service(self, care_service_id: UUID) -> CareServiceRecord | None:
        return self.care_services.get(care_service_id)

    def council_settings(self) -> Mapping[str, JsonValue]:
        return self.settings

    def rely_on_evidence(
        self,
        evidence_ids: Iterable[UUID],
        *,
        provider_id: UUID,
        by_object: RelyingObject,
        is_sealed: bool = False,
    ) -> Sequence[EvidenceRecord]:
        wanted = set(evidence_ids)
        theirs = {each.id for each in self.evidence.values() if each.provider_id == provider_id}
        if strange := wanted - theirs:
            raise EvidenceNotTheirs(strange)
        self.reliances |= {(each, by_object) for each in wanted}
        if is_sealed:
            self.seals |= {(each, by_object) for each in wanted}
        return [self.evidence[each] for each in sorted(wanted)]

    def standing_of_evidence(self, evidence_ids: Iterable[UUID], *, provider_id: UUID) -> Sequence[EvidenceStanding]:
        known = [self.evidence[each] for each in sorted(set(evidence_ids)) if each in self.evidence]
        return [
            EvidenceStanding(evidence=each, newest_id=self.renewed.get(each.id, each.id))
            for each in known
            if each.provider_id == provider_id
        ]

    def person(self, subject: str) -> PersonRecord | None:
        return self.people.get(subject)
