"""Where a service stands, as one reader may see it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.identity import Principal
from risk.bands.hindsight import Hindsight
from risk.bands.repository import Bands
from risk.bands.rules import Band, direction
from risk.bands.schemas import BandRead, OverrideInForce, result_read
from risk.intelligence.words import Words
from risk.tables.base import columns_of

TRAVEL = timedelta(days=90)
SET_BY_THE_COUNCIL = "The council has set this band by a decision of two people."

_WEIGH_CASES = (Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER, Role.COMMISSIONER, Role.AUDITOR)


def sees_casework(by: Principal) -> bool:
    """Whether somebody reads officers' own words, which may touch on safeguarding: a social worker does not."""
    return by.has(*_WEIGH_CASES)


def reasons_of_shown(reasons: list[str], *, is_overridden: bool) -> list[str]:
    """Why a service is shown in its band, to those who do not see the computed one beside it. The reasons of the
    computed band do not explain an override, and would tell that band."""
    return [SET_BY_THE_COUNCIL] if is_overridden else reasons


def standing_of(session: Session, care_service_id: UUID, *, hindsight: Hindsight | None, now: datetime) -> BandRead:
    """To those who see everything, or (`hindsight`) to others."""
    bands = Bands(session)
    if hindsight is None:
        (band, result), said = bands.of_service(care_service_id), None
    else:  # the day of the last result is the day on which something confidential was learnt
        band, result = bands.shown(care_service_id), hindsight.latest()
        said = hindsight.said(result)
    before = bands.computed_at(care_service_id, now - TRAVEL)
    override = bands.override_of(band)
    words = Words(session, {care_service_id: band.provider_id} if override else {}, in_full=hindsight is None)
    return BandRead(
        care_service_id=care_service_id,
        provider_id=band.provider_id,
        band=Band(band.band),
        since=band.since,
        computed_band=Band(band.computed_band),
        direction=direction(Band(band.computed_band), before=before),
        embargo=band.embargo,
        embargo_limits=band.embargo_limits,
        embargo_since=band.embargo_since,
        has_default_notice=band.has_default_notice,
        override=OverrideInForce(
            **columns_of(override, "reason"),
            reason=words.said(care_service_id, override.reason, at=override.proposed_at),
        )
        if override
        else None,
        result=result_read(result, said),
    )
