"""HTTP for the other services, which keep copies: what they ask on a miss, answered as the events tell it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from assay_contracts.directory import CareServiceRecord, PersonRecord, ProviderRecord
from assay_contracts.roles import Scope
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assay_kit.problems import may_answer
from directory.care_services import events as care_service_events
from directory.care_services.errors import CareServiceNotFound
from directory.care_services.repository import CareServices
from directory.people.errors import PersonNotFound
from directory.people.repository import People
from directory.people.rules import PersonStatus
from directory.providers import events as provider_events
from directory.providers.errors import ProviderNotFound
from directory.providers.repository import Providers

Copier = Annotated[Principal, allow(Scope.COPIES_READ)]

router = APIRouter(prefix="/copies", tags=["copies"])


@router.get(
    "/providers/{provider_id}",
    summary="A provider's record",
    response_model=ProviderRecord,
    responses=may_answer(ProviderNotFound),
)
def copy_provider(provider_id: UUID, session: SessionDep, by: Copier) -> ProviderRecord:
    return provider_events.record_of(Providers(session).get(provider_id))


@router.get(
    "/care-services/{care_service_id}",
    summary="A care service's record",
    response_model=CareServiceRecord,
    responses=may_answer(CareServiceNotFound),
)
def copy_care_service(care_service_id: UUID, session: SessionDep, by: Copier) -> CareServiceRecord:
    care_services = CareServices(session)
    return care_service_events.record_of(care_services.get(care_service_id), care_services)


@router.get("/people/{person_id}", summary="Who somebody is, and whose", responses=may_answer(PersonNotFound))
def copy_person(person_id: UUID, session: SessionDep, by: Copier) -> PersonRecord:
    person = People(session).get(person_id)
    return PersonRecord(
        subject=str(person.id),
        name=person.name,
        provider_id=person.provider_id,
        is_active=person.status == PersonStatus.ACTIVE,
    )
