"""What happens to a contract: recorded and amended. Every change is told with its version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from assay_contracts.directory import ContractRate, ContractRecord, ContractRecorded
from assay_kit.etags import check_match
from assay_kit.events import tell
from assay_kit.identity import Principal
from assay_kit.timeline import note
from directory.care_services.repository import CareServices
from directory.changes import changes
from directory.tables import Contract

from .errors import TermsRefused
from .repository import Contracts
from .rules import Arrangement, faults
from .schemas import ContractIn


def record(provider_id: UUID, asked: ContractIn, contracts: Contracts, *, by: Principal, now: datetime) -> Contract:
    terms = _terms(provider_id, asked, contracts)
    contract = Contract(provider_id=provider_id, **terms)
    contracts.add(contract)
    _note(contract, "record", contracts, {"after": to_jsonable_python(terms)}, by=by, now=now)
    _tell(contract, contracts, now=now)
    return contract


def amend(
    contract: Contract, asked: ContractIn, contracts: Contracts, *, expected: int | None, by: Principal, now: datetime
) -> None:
    """The terms before stay in the timeline; the event names what is changed."""
    check_match(expected, contract.version)
    terms = _terms(contract.provider_id, asked, contracts)
    detail = changes(contract, terms)
    contracts.save(contract, {**terms, "version": contract.version + 1})
    _note(contract, "amend", contracts, detail, by=by, now=now)
    _tell(contract, contracts, changed=detail["changed"], now=now)


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


def _note(
    contract: Contract, step: str, contracts: Contracts, detail: dict[str, Any], *, by: Principal, now: datetime
) -> None:
    about: dict[str, Any] = {"provider_id": contract.provider_id, "detail": detail}
    note(contracts.session, "contract", contract.id, step, by=by, now=now, **about)


def _tell(contract: Contract, contracts: Contracts, *, changed: Sequence[str] = (), now: datetime) -> None:
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
        rates=tuple(ContractRate.model_validate(rate) for rate in contract.rates),
    )
    tell(contracts.session, ContractRecorded(contract=told, changed=tuple(changed), at=now))
