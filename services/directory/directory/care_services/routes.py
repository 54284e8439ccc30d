"""HTTP for care services: what is assessed and scored."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from assay_contracts.directory import CareServiceRecord, CareServiceType
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StaleEdit, may_answer
from directory.dependencies import ProviderOrRecorder, Reader, Recorder
from directory.identifiers import CqcId
from directory.providers.errors import ProviderNotFound
from directory.providers.repository import Providers
from directory.tables import LocationSuccession

from . import actions
from .errors import AnswersRefused, CareServiceNotFound, EditBarred, SuccessionBarred
from .events import record_of, records_of
from .repository import CareServices
from .schemas import CareServiceIn, NewCareServiceIn, SuccessionIn, SuccessionRead

router = APIRouter(prefix="/care-services", tags=["care services"])


async def get_care_services(session: SessionDep) -> CareServices:
    return CareServices(session)


CareServicesDep = Annotated[CareServices, Depends(get_care_services)]


@router.post(
    "",
    summary="Record a care service",
    status_code=201,
    response_model=CareServiceRecord,
    responses=may_answer(ProviderNotFound, AnswersRefused, EditBarred),
)
def record_care_service(
    asked: NewCareServiceIn, care_services: CareServicesDep, by: ProviderOrRecorder, now: Now, response: Response
) -> CareServiceRecord:
    Providers(care_services.session).seen_by(by, asked.provider_id)
    care_service = actions.record(asked.provider_id, asked.model_dump(), care_services, by=by, now=now)
    set_etag(response, care_service.version)
    return record_of(care_service, care_services)


@router.get("", summary="List care services", response_model=Page[CareServiceRecord])
def list_care_services(
    care_services: CareServicesDep,
    by: Reader,
    page: PageQuery,
    provider_id: UUID | None = None,
    type: Annotated[CareServiceType | None, Query()] = None,
    is_contracted: Annotated[bool | None, Query()] = None,
    cqc_location_id: Annotated[
        CqcId | None, Query(description="The present id or a former one; several services may share it.")
    ] = None,
) -> Page[CareServiceRecord]:
    found = care_services.page(
        by,
        page,
        provider_id=provider_id,
        type=type,
        is_contracted=is_contracted,
        cqc_location_id=cqc_location_id,
    )
    return Page(items=records_of(found.items, care_services), next_cursor=found.next_cursor)


@router.get(
    "/{care_service_id}",
    summary="Read a care service",
    response_model=CareServiceRecord,
    responses=may_answer(CareServiceNotFound),
)
def read_care_service(
    care_service_id: UUID, care_services: CareServicesDep, by: Reader, response: Response
) -> CareServiceRecord:
    care_service = care_services.seen_by(by, care_service_id)
    set_etag(response, care_service.version)
    return record_of(care_service, care_services)


@router.put(
    "/{care_service_id}",
    summary="Edit a care service",
    response_model=CareServiceRecord,
    responses=may_answer(CareServiceNotFound, AnswersRefused, EditBarred, StaleEdit),
)
def edit_care_service(
    care_service_id: UUID,
    wanted: CareServiceIn,
    care_services: CareServicesDep,
    by: ProviderOrRecorder,
    read: IfMatch,
    now: Now,
    response: Response,
) -> CareServiceRecord:
    care_service = care_services.seen_by(by, care_service_id, lock=True)
    actions.edit(care_service, wanted.model_dump(), care_services, expected=read, by=by, now=now)
    set_etag(response, care_service.version)
    return record_of(care_service, care_services)


@router.post(
    "/{care_service_id}/successions",
    summary="Record that CQC gave the location a new id",
    status_code=201,
    response_model=CareServiceRecord,
    responses=may_answer(CareServiceNotFound, SuccessionBarred),
)
def record_succession(
    care_service_id: UUID,
    asked: SuccessionIn,
    care_services: CareServicesDep,
    by: Recorder,
    now: Now,
    response: Response,
) -> CareServiceRecord:
    care_service = care_services.get(care_service_id, lock=True)
    actions.succeed(
        care_service,
        asked.new_location_id,
        care_services,
        on=asked.succeeded_on,
        reason=asked.reason,
        by=by,
        now=now,
    )
    set_etag(response, care_service.version)
    return record_of(care_service, care_services)


@router.get(
    "/{care_service_id}/successions",
    summary="The CQC locations a service had before",
    response_model=list[SuccessionRead],
    responses=may_answer(CareServiceNotFound),
)
def list_successions(care_service_id: UUID, care_services: CareServicesDep, by: Reader) -> Sequence[LocationSuccession]:
    care_services.seen_by(by, care_service_id)
    return care_services.successions(care_service_id)
