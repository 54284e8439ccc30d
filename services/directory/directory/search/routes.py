"""HTTP for the search box: providers and care services by name, identifier or place."""

from typing import Annotated

from fastapi import APIRouter, Query

from assay_kit.database import SessionDep
from directory.dependencies import Reader
from directory.tables import CareService, Provider

from .repository import Search
from .rules import prefixes
from .schemas import Hit, HitKind, SearchRead

router = APIRouter(tags=["search"])


@router.get("/search", summary="Find providers and care services")
def search_directory(
    session: SessionDep,
    by: Reader,
    q: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> SearchRead:
    """A provider finds itself and its own services only."""
    query = prefixes(q)
    if not query:
        return SearchRead(items=[])
    search = Search(session)
    found = [_provider(each) for each in search.providers(query, org=by.org, limit=limit)]
    found += [_care_service(each) for each in search.care_services(query, org=by.org, limit=limit)]
    return SearchRead(items=found[:limit])


def _provider(provider: Provider) -> Hit:
    detail = provider.company_number or provider.charity_number or provider.cqc_provider_id or ""
    return Hit(kind=HitKind.PROVIDER, id=provider.id, provider_id=provider.id, title=provider.name, detail=detail)


def _care_service(service: CareService) -> Hit:
    detail = " · ".join(filter(None, (service.type.replace("_", " "), service.cqc_location_id)))
    return Hit(
        kind=HitKind.CARE_SERVICE,
        id=service.id,
        provider_id=service.provider_id,
        title=service.name,
        detail=detail,
    )
