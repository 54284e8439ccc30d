"""HTTP for providers: registered by themselves, recorded by staff, read by everybody within their rights."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from assay_contracts.directory import ProviderStatus
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.doors import AS_RARE_AS_SIGN_INS
from assay_kit.etags import IfMatch, set_etag
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StaleEdit, StepNotAllowed, may_answer
from assay_kit.timeline import TimelineEntryRead, timeline_of
from directory.dependencies import ProviderOrRecorder, Reader, RealNow, Recorder
from directory.identifiers import CompanyNumber, CqcId
from directory.people.errors import EmailTaken, PasswordRefused
from directory.people.schemas import PersonRead
from directory.tables import Provider

from . import actions
from .actions import Account
from .errors import AlreadyRecorded, AnswersRefused, ProviderNotFound
from .repository import Providers
from .rules import ProviderStep
from .schemas import ContactIn, ProviderDetails, ProviderIn, RegistrationIn, RegistrationRead, StepIn

router = APIRouter(tags=["providers"])


async def get_providers(session: SessionDep) -> Providers:
    return Providers(session)


ProvidersDep = Annotated[Providers, Depends(get_providers)]


@router.post(
    "/registrations",
    summary="Register an organisation and its first administrator",
    status_code=201,
    response_model=RegistrationRead,
    responses=may_answer(AlreadyRecorded, AnswersRefused, EmailTaken, PasswordRefused),
    openapi_extra=AS_RARE_AS_SIGN_INS,
)
def register_provider(asked: RegistrationIn, providers: ProvidersDep, now: Now, response: Response) -> RegistrationRead:
    values = asked.model_dump(exclude={"administrator"})
    account = Account(**asked.administrator.model_dump())
    provider, person = actions.register(values, account, providers, now=now)
    set_etag(response, provider.version)
    return RegistrationRead(
        provider=ProviderDetails.model_validate(provider, from_attributes=True),
        administrator=PersonRead.model_validate(person, from_attributes=True),
    )


@router.post(
    "/providers",
    summary="Record a provider",
    status_code=201,
    response_model=ProviderDetails,
    responses=may_answer(AlreadyRecorded, AnswersRefused),
)
def record_provider(asked: ProviderIn, providers: ProvidersDep, by: Recorder, now: Now, response: Response) -> Provider:
    provider = actions.record(asked.model_dump(), providers, by=by, now=now)
    set_etag(response, provider.version)
    return provider


@router.get("/providers", summary="List providers", response_model=Page[ProviderDetails])
def list_providers(
    providers: ProvidersDep,
    by: Reader,
    page: PageQuery,
    status: Annotated[ProviderStatus | None, Query()] = None,
    company_number: Annotated[CompanyNumber | None, Query()] = None,
    cqc_provider_id: Annotated[CqcId | None, Query()] = None,
) -> Page[Provider]:
    return providers.page(by, page, status=status, company_number=company_number, cqc_provider_id=cqc_provider_id)


@router.get(
    "/providers/{provider_id}",
    summary="Read a provider",
    response_model=ProviderDetails,
    responses=may_answer(ProviderNotFound),
)
def read_provider(provider_id: UUID, providers: ProvidersDep, by: Reader, response: Response) -> Provider:
    provider = providers.seen_by(by, provider_id)
    set_etag(response, provider.version)
    return provider


@router.put(
    "/providers/{provider_id}",
    summary="Edit a provider",
    response_model=ProviderDetails,
    responses=may_answer(ProviderNotFound, AlreadyRecorded, AnswersRefused, StaleEdit),
)
def edit_provider(
    provider_id: UUID,
    wanted: ProviderIn,
    providers: ProvidersDep,
    by: Recorder,
    read: IfMatch,
    now: Now,
    response: Response,
) -> Provider:
    provider = providers.get(provider_id, lock=True)
    actions.edit(provider, wanted.model_dump(), providers, expected=read, by=by, now=now)
    set_etag(response, provider.version)
    return provider


@router.put(
    "/providers/{provider_id}/contact",
    summary="Edit a provider's registered contact",
    response_model=ProviderDetails,
    responses=may_answer(ProviderNotFound, StaleEdit),
)
def edit_provider_contact(
    provider_id: UUID,
    wanted: ContactIn,
    providers: ProvidersDep,
    by: ProviderOrRecorder,
    read: IfMatch,
    now: Now,
    response: Response,
) -> Provider:
    provider = providers.seen_by(by, provider_id, lock=True)
    actions.edit(provider, wanted.model_dump(), providers, expected=read, by=by, now=now)
    set_etag(response, provider.version)
    return provider


@router.post(
    "/providers/{provider_id}/confirmation",
    summary="Confirm a newcomer's details",
    response_model=ProviderDetails,
    responses=may_answer(ProviderNotFound, StepNotAllowed),
)
def confirm_provider(provider_id: UUID, asked: StepIn, providers: ProvidersDep, by: Recorder, now: Now) -> Provider:
    provider = providers.get(provider_id, lock=True)
    actions.step(provider, ProviderStep.CONFIRM, providers, reason=asked.reason, by=by, now=now)
    return provider


@router.post(
    "/providers/{provider_id}/closure",
    summary="Close a provider",
    response_model=ProviderDetails,
    responses=may_answer(ProviderNotFound, StepNotAllowed),
)
def close_provider(
    provider_id: UUID, asked: StepIn, providers: ProvidersDep, by: Recorder, now: Now, real_now: RealNow
) -> Provider:
    """Its people are signed out, and sign in no more until it is opened again."""
    provider = providers.get(provider_id, lock=True)
    actions.close(provider, providers, reason=asked.reason, by=by, now=now, real_now=real_now)
    return provider


@router.post(
    "/providers/{provider_id}/reopening",
    summary="Open a closed provider again",
    response_model=ProviderDetails,
    responses=may_answer(ProviderNotFound, StepNotAllowed),
)
def reopen_provider(provider_id: UUID, asked: StepIn, providers: ProvidersDep, by: Recorder, now: Now) -> Provider:
    provider = providers.get(provider_id, lock=True)
    actions.step(provider, ProviderStep.REOPEN, providers, reason=asked.reason, by=by, now=now)
    return provider


@router.get(
    "/providers/{provider_id}/timeline",
    summary="What happened to a provider",
    response_model=list[TimelineEntryRead],
    responses=may_answer(ProviderNotFound),
)
def read_provider_timeline(
    provider_id: UUID,
    providers: ProvidersDep,
    by: Reader,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only steps before this one.")] = None,
) -> Sequence[TimelineEntryRead]:
    """The newest first, 200 at most."""
    providers.seen_by(by, provider_id)
    return timeline_of(providers.session, provider_id=provider_id, before=before)
