"""What happens to a contract: recorded and amended. Every change is told with its version."""

from datetime import datetime
from typing import Any
from uuid import UUID

from assay_contracts.directory import ContractRecord, ContractRecorded
from assay_kit.etags import check_match
from assay_kit.events import tell
from directory.care_services.repository import CareServices
from directory.tables import Contract

from .errors import TermsRefused
from .repository import Contracts
from .rules import Arrangement, faults
from .schemas import ContractIn


def record(provider_id: UUID, asked: ContractIn, contracts: Contracts, *, now: datetime) -> Contract:
    contract = Contract(provider_id=provider_id, **_terms(provider_id, asked, contracts))
    contracts.add(contract)
    _tell(contract, contracts, now=now)
    return contract


def amend(contract: Contract, asked: ContractIn, contracts: Contracts, *, expected: int | None, now: datetime) -> None:
    check_match(expected, contract.version)
    terms = _terms(contract.provider_id, asked, contracts)
    contracts.save(contract, {**terms, "version": contract.version + 1})
    _tell(contract, contracts, now=now)


def _terms(provider_id: UUID, asked: ContractIn, contracts: Contracts) -> dict[str, Any]:
    """The terms as columns, refused where they contradict each other."""
    found = faults(
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        care_service_ids=asked.care_service_ids,
        services_of_provider=CareServices(contracts.session).ids_of(provider_id),
        rates=[rate.as_rule() for rate in asked.rates],
    )
    if found:
        raise TermsRefused(found)
    rates = [rate.model_dump(mode="json") for rate in asked.rates]
    return {**asked.model_dump(exclude={"provider_id", "rates"}), "rates": rates}


def _tell(contract: Contract, contracts: Contracts, *, now: datetime) -> None:
    told = ContractRecord(
        id=contract.id,
        version=contract.version,
        reference=contract.reference,
        provider_id=contract.provider_id,
        care_service_ids=tuple(contract.care_service_ids),
        commissioner=contract.commissioner,
        is_spot=contract.arrangement == Arrangement.SPOT,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
    )
    tell(contracts.session, ContractRecorded(contract=told, at=now))
