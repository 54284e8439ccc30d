"""HTTP for a provider's view of its own services: band, embargo and plain reasons, where the council shows them."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session, col, select

from assay_contracts.directory.client import Directory
from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import PageAsked, PageQuery, paginate
from assay_kit.problems import InvalidRequest, may_answer
from risk.bands.repository import Bands, is_running
from risk.bands.rules import Band
from risk.bands.showing import reasons_of_shown
from risk.dependencies import DirectoryDep, ProviderMember
from risk.interventions.rules import Extent
from risk.tables import ServiceBand
from risk.tables.base import columns_of

SETTING = "early_warning.providers_see_own_bands"

router = APIRouter(tags=["own services"], responses=may_answer(InvalidRequest))


class OwnService(BaseModel):
    """A service as its own provider sees it. What the council holds in confidence is one fixed sentence."""

    care_service_id: UUID
    care_service_name: str
    care_service_type: str
    band: Band
    since: AwareDatetime
    reasons: list[str] = Field(max_length=20)
    embargo: Extent | None
    embargo_limits: list[str] = Field(max_length=200)
    embargo_since: date | None
    has_default_notice: bool


class OwnServices(BaseModel):
    """`are_shown` false: the council shows providers no bands (its setting, off unless it was set)."""

    are_shown: bool
    items: list[OwnService] = Field(max_length=200)
    next_cursor: str | None


@router.get(
    "/own-care-services", summary="A provider's own services with their bands", operation_id="list_own_services"
)
def list_own_services(
    session: SessionDep, page: PageQuery, directory: DirectoryDep, by: ProviderMember, now: Now
) -> OwnServices:
    if by.org is None or not _are_shown(directory):
        return OwnServices(are_shown=False, items=[], next_cursor=None)
    return _own(session, page, provider_id=by.org, on=london_day(now))


def _are_shown(directory: Directory) -> bool:
    return directory.council_settings().get(SETTING) is True


def _own(session: Session, page: PageAsked, *, provider_id: UUID, on: date) -> OwnServices:
    wanted = (
        select(ServiceBand)
        .where(ServiceBand.provider_id == provider_id, is_running(on))
        .execution_options(populate_existing=True)  # refreshes write past the objects of a session
    )
    found = paginate(session, wanted, page, col(ServiceBand.care_service_id))
    reasons = Bands(session).open_reasons([band.care_service_id for band in found.items])
    return OwnServices(
        are_shown=True,
        items=[
            OwnService(
                **columns_of(band),
                care_service_name=band.name,
                care_service_type=band.type,
                reasons=reasons_of_shown(reasons[band.care_service_id], is_overridden=band.override_id is not None),
            )
            for band in found.items
        ],
        next_cursor=found.next_cursor,
    )
