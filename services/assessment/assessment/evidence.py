"""Evidence that a provider names: the directory says whether it is theirs, and keeps what something here relies on."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import (
    MOST_EVIDENCE_AT_ONCE,
    EvidenceNotTheirs,
    EvidenceRecord,
    EvidenceStanding,
    RelyingObject,
)
from assessment.assessments.errors import Barred


class Evidence:
    """`directory` is None where there is none to ask: then no evidence is anybody's."""

    def __init__(self, directory: Directory | None) -> None:
        self._directory = directory

    def rely(
        self, named: Mapping[str, Collection[UUID]], *, provider_id: UUID, by_object: RelyingObject
    ) -> Sequence[EvidenceRecord]:
        """Mark that `by_object` relies on it, and answer what is known of each file.

        `named` says in which place what was named: Barred names each place with what is not the provider's own.
        """
        wanted = {each for ids in named.values() for each in ids}
        if not wanted:
            return []
        if len(wanted) > MOST_EVIDENCE_AT_ONCE:
            raise Barred([f"Name at most {MOST_EVIDENCE_AT_ONCE} documents; there are {len(wanted)}."])
        try:
            if self._directory is None:
                raise EvidenceNotTheirs(wanted)
            return self._directory.rely_on_evidence(wanted, provider_id=provider_id, by_object=by_object)
        except EvidenceNotTheirs as refused:
            raise Barred(_said_of(named, set(refused.evidence_ids))) from refused

    def newest(self, evidence_ids: Collection[UUID], *, provider_id: UUID) -> dict[UUID, UUID]:
        """The newest edition of each that the directory knows as the provider's."""
        return {each.evidence.id: each.newest_id for each in self.standing(evidence_ids, provider_id=provider_id)}

    def standing(self, evidence_ids: Collection[UUID], *, provider_id: UUID) -> Sequence[EvidenceStanding]:
        """What the directory knows of each."""
        if self._directory is None:
            return []
        known: list[EvidenceStanding] = []
        wanted = sorted(evidence_ids)
        for start in range(0, len(wanted), MOST_EVIDENCE_AT_ONCE):
            some = wanted[start : start + MOST_EVIDENCE_AT_ONCE]
            known += self._directory.standing_of_evidence(some, provider_id=provider_id)
        return known


def _said_of(named: Mapping[str, Collection[UUID]], strange: Collection[UUID]) -> list[str]:
    return [
        f"{place} names evidence {each}, which the provider has not uploaded."
        for place, ids in named.items()
        for each in ids
        if each in strange
    ]
