"""HTTP for contracts: what binds a provider, for which services, at which rates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StaleEdit, may_answer
from directory.dependencies import Reader, Recorder
from directory.providers.errors import ProviderNotFound
from directory.providers.repository import Providers
from directory.tables import Contract

from . import actions
from .errors import ContractNotFound, ReferenceTaken, TermsRefused
from .repository import Contracts
from .schemas import ContractIn, ContractRead, NewContractIn

router = APIRouter(prefix="/contracts", tags=["contracts"])


async def get_contracts(session: SessionDep) -> Contracts:
    return Contracts(session)


ContractsDep = Annotated[Contracts, Depends(get_contracts)]


@router.post(
    "",
    summary="Record a contract",
    status_code=201,
    response_model=ContractRead,
    responses=may_answer(ProviderNotFound, ReferenceTaken, TermsRefused),
)
def record_contract(
    asked: NewContractIn, contracts: ContractsDep, by: Recorder, now: Now, response: Response
) -> Contract:
    Providers(contracts.session).get(asked.provider_id)
    contract = actions.record(asked.provider_id, asked, contracts, by=by, now=now)
    set_etag(response, contract.version)
    return contract


@router.get("", summary="List contracts", response_model=Page[ContractRead])
def list_contracts(
    contracts: ContractsDep,
    by: Reader,
    page: PageQuery,
    provider_id: UUID | None = None,
    care_service_id: UUID | None = None,
) -> Page[Contract]:
    return contracts.page(by, page, provider_id=provider_id, care_service_id=care_service_id)


@router.get(
    "/{contract_id}", summary="Read a contract", response_model=ContractRead, responses=may_answer(ContractNotFound)
)
def read_contract(contract_id: UUID, contracts: ContractsDep, by: Reader, response: Response) -> Contract:
    contract = contracts.seen_by(by, contract_id)
    set_etag(response, contract.version)
    return contract


@router.put(
    "/{contract_id}",
    summary="Amend a contract",
    response_model=ContractRead,
    responses=may_answer(ContractNotFound, ReferenceTaken, TermsRefused, StaleEdit),
)
def amend_contract(
    contract_id: UUID,
    wanted: ContractIn,
    contracts: ContractsDep,
    by: Recorder,
    read: IfMatch,
    now: Now,
    response: Response,
) -> Contract:
    contract = contracts.get(contract_id, lock=True)
    actions.amend(contract, wanted, contracts, expected=read, by=by, now=now)
    set_etag(response, contract.version)
    return contract
