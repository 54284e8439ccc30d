"""What the early warning service tells: bands and interventions."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from assay_kit.events import Event


class Band(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NOT_ENOUGH_INFORMATION = "not_enough_information"


class InterventionKind(StrEnum):
    ENHANCED_MONITORING = "enhanced_monitoring"
    IMPROVEMENT_PLAN = "improvement_plan"
    EMBARGO = "embargo"
    DEFAULT_NOTICE = "default_notice"
    SPECIAL_MEASURES_IMPROVEMENT_PLAN = "special_measures_improvement_plan"
    TERMINATION_OF_SUPPORT_PLANS = "termination_of_support_plans"
    TERMINATION_OF_CONTRACT = "termination_of_contract"


class Extent(StrEnum):
    WHOLE = "whole"
    PART = "part"


class BandChanged(Event):
    """The band shown for a service changed, or it stays Red and is so no more for its rating alone. `computed_band`
    differs from `band` while an override is in force."""

    TYPE: ClassVar[str] = "risk.band_changed.v1"
    KEY: ClassVar[str] = "care_service_id"

    care_service_id: UUID
    provider_id: UUID
    band: Band
    computed_band: Band
    previous_band: Band | None
    reasons: tuple[str, ...]
    model_version: int
    # Red because of the quality assessment alone: without that rating it would not be.
    follows_rating_alone: bool = False
    # It was Red because of that alone until now, and is for more since.
    followed_rating_alone: bool = False


class InterventionChanged(Event):
    TYPE: ClassVar[str] = "risk.intervention_changed.v1"
    KEY: ClassVar[str] = "intervention_id"

    intervention_id: UUID
    kind: InterventionKind
    provider_id: UUID
    care_service_id: UUID | None
    from_status: str | None
    to_status: str


class EmbargoImposed(Event):
    """No new placements: at the whole service, or as `limit_text` says where the extent is part."""

    TYPE: ClassVar[str] = "risk.embargo_imposed.v1"
    KEY: ClassVar[str] = "care_service_id"

    intervention_id: UUID
    care_service_id: UUID
    provider_id: UUID
    extent: Extent
    limit_text: str | None = None
    imposed_on: date


class EmbargoLifted(Event):
    TYPE: ClassVar[str] = "risk.embargo_lifted.v1"
    KEY: ClassVar[str] = "care_service_id"

    intervention_id: UUID
    care_service_id: UUID
    provider_id: UUID
    lifted_on: date
