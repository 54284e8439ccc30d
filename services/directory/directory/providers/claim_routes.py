"""HTTP for claims: somebody says that a provider is theirs; staff find out and answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.doors import AS_RARE_AS_SIGN_INS
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StepNotAllowed, may_answer
from directory.dependencies import RealNow, Recorder, Staff
from directory.people.errors import PasswordRefused
from directory.tables import ProviderClaim

from . import actions
from .actions import Account
from .errors import ClaimNotFound, ClaimWithoutProvider, ProviderNotFound
from .repository import Claims
from .rules import ClaimStatus
from .schemas import ClaimConfirmationIn, ClaimIn, ClaimRead, ClaimReceived, StepIn

router = APIRouter(prefix="/provider-claims", tags=["providers"])


async def get_claims(session: SessionDep) -> Claims:
    return Claims(session)


ClaimsDep = Annotated[Claims, Depends(get_claims)]


@router.post(
    "",
    summary="Claim a provider as yours",
    status_code=202,
    response_model=ClaimReceived,
    responses=may_answer(PasswordRefused),
    openapi_extra=AS_RARE_AS_SIGN_INS,
)
def claim_provider(asked: ClaimIn, claims: ClaimsDep, now: Now) -> ClaimReceived:
    """The answer is the same whether or not such a provider is recorded, and the address has an account."""
    values = asked.model_dump(exclude={"claimant"})
    claim_id = actions.claim(values, Account(**asked.claimant.model_dump()), claims, now=now)
    return ClaimReceived(id=claim_id, status=ClaimStatus.PENDING)


@router.get("", summary="List claims", response_model=Page[ClaimRead])
def list_claims(
    claims: ClaimsDep, by: Staff, page: PageQuery, status: Annotated[ClaimStatus | None, Query()] = None
) -> Page[ProviderClaim]:
    return claims.page(page, status=status)


@router.post(
    "/{claim_id}/confirmation",
    summary="Confirm a claim",
    response_model=ClaimRead,
    responses=may_answer(ClaimNotFound, ProviderNotFound, ClaimWithoutProvider, StepNotAllowed),
)
def confirm_claim(
    claim_id: UUID, asked: ClaimConfirmationIn, claims: ClaimsDep, by: Recorder, now: Now
) -> ProviderClaim:
    made = claims.get(claim_id, lock=True)
    actions.confirm_claim(
        made, claims, provider_id=asked.provider_id, confirmed_with=asked.confirmed_with, by=by, now=now
    )
    return made


@router.post(
    "/{claim_id}/refusal",
    summary="Refuse a claim",
    response_model=ClaimRead,
    responses=may_answer(ClaimNotFound, StepNotAllowed),
)
def refuse_claim(
    claim_id: UUID, asked: StepIn, claims: ClaimsDep, by: Recorder, now: Now, real_now: RealNow
) -> ProviderClaim:
    made = claims.get(claim_id, lock=True)
    actions.refuse_claim(made, claims, reason=asked.reason, by=by, now=now, real_now=real_now)
    return made
