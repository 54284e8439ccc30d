"""Which services a reader asks the dashboard for: the same words for the list, the counts and the export."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from assay_contracts.directory import CareServiceType, ClientGroup
from assay_kit.calendar import end_of_london_day
from assay_kit.problems import NotAllowed
from assay_kit.text import Day, Name, Subject
from risk.bands.rules import Band
from risk.bands.showing import sees_casework
from risk.case_files.rules import Status
from risk.dependencies import Reader
from risk.tables import BandResult, CaseFile, ServiceBand


class Sort(StrEnum):
    """`gravest`: the gravest band first, then by name; `latest_change`: whose band changed last comes first."""

    GRAVEST = "gravest"
    NAME = "name"
    PROVIDER = "provider"
    LATEST_CHANGE = "latest_change"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Every filter narrows; None asks for nothing."""

    care_service_type: CareServiceType | None = None
    zone: str | None = None
    client_group: ClientGroup | None = None
    provider_id: UUID | None = None
    officer: str | None = None
    is_embargoed: bool | None = None
    search: str | None = None
    moved_since: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Over `service_band`."""
        wanted: list[ColumnElement[bool] | None] = [
            self._equal(ServiceBand.type, self.care_service_type),
            self._has(ServiceBand.zones, self.zone),
            self._has(ServiceBand.client_groups, self.client_group),
            self._equal(ServiceBand.provider_id, self.provider_id),
            self._owned(),
            None if self.is_embargoed is None else col(ServiceBand.embargo).is_not(None) == self.is_embargoed,
            self._named(),
            self._moved(),
        ]
        return [each for each in wanted if each is not None]

    @staticmethod
    def _equal(column: Any, value: Any) -> ColumnElement[bool] | None:
        found: ColumnElement[bool] | None = None if value is None else column == value
        return found

    @staticmethod
    def _has(listed: Any, value: str | None) -> ColumnElement[bool] | None:
        found: ColumnElement[bool] | None = None if value is None else listed.contains([value])
        return found

    def _owned(self) -> ColumnElement[bool] | None:
        if self.officer is None:
            return None
        owned = select(CaseFile.care_service_id).where(CaseFile.status == Status.OPEN, CaseFile.owner == self.officer)
        return col(ServiceBand.care_service_id).in_(owned)

    def _named(self) -> ColumnElement[bool] | None:
        if self.search is None:
            return None
        return func.strpos(ServiceBand.search_text, func.lower(self.search)) > 0

    def _moved(self) -> ColumnElement[bool] | None:
        """The computed band is another one than at the end of that day. Only whose turned since then can have moved."""
        if self.moved_since is None:
            return None
        at = end_of_london_day(self.moved_since)
        moved: ColumnElement[bool] = band_at(at) != col(ServiceBand.computed_band)
        return (col(ServiceBand.computed_since) > at) & moved


def band_at(at: datetime) -> Any:
    """The computed band of a service at an instant, beside its `service_band`; NULL where it had none yet."""
    return (
        select(BandResult.band)
        .where(BandResult.care_service_id == ServiceBand.care_service_id, BandResult.computed_at <= at)
        .order_by(col(BandResult.computed_at).desc(), col(BandResult.id).desc())
        .limit(1)
        .correlate(ServiceBand)
        .scalar_subquery()
    )


def get_filters(
    *,
    by: Reader,
    care_service_type: CareServiceType | None = None,
    zone: Name | None = None,
    client_group: ClientGroup | None = None,
    provider_id: UUID | None = None,
    officer: Annotated[
        Subject | None,
        Query(description="Only services whose case file this person owns. For those who read case files."),
    ] = None,
    is_embargoed: bool | None = None,
    search: Annotated[Name | None, Query(description="Part of the name of a service or its provider.")] = None,
    moved_since: Annotated[
        Day | None,
        Query(
            description="Only services whose computed band is another one than at the end of this day. For those who "
            "weigh cases."
        ),
    ] = None,
) -> Filters:
    if not sees_casework(by) and (officer is not None or moved_since is not None):
        raise NotAllowed("Who answers for a service, and how its band moved, is for those who weigh cases.")
    return Filters(
        care_service_type=care_service_type,
        zone=zone,
        client_group=client_group,
        provider_id=provider_id,
        officer=officer,
        is_embargoed=is_embargoed,
        search=search,
        moved_since=moved_since,
    )


FiltersAsked = Annotated[Filters, Depends(get_filters)]
BandAsked = Annotated[Band | None, Query(description="Only services that are shown in this band.")]
