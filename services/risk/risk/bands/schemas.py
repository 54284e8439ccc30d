"""What callers see of a band. What is held in confidence is one fixed sentence to all but those who work with it."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from risk.bands.hindsight import Said
from risk.bands.rules import IN_CONFIDENCE, Band, Direction
from risk.indicators.reading import State
from risk.interventions.rules import Extent
from risk.scoring_models.policy import Level
from risk.tables import BandResult, EstateRefresh


class ReadingRead(BaseModel):
    """One indicator: one of the ten, or one that the model adds. `state`, `level` and `working` are null where the
    information is held in confidence."""

    indicator: str
    state: State | None
    level: Level | None
    as_of: date | None
    reason: str
    working: dict[str, Any] | None
    is_in_confidence: bool


class BandResultRead(BaseModel):
    """A computed band. `points` is null where they would give away what is held in confidence."""

    id: UUID
    care_service_id: UUID
    computed_at: AwareDatetime
    model_version: int
    band: Band
    points: int | None
    reasons: list[str] = Field(max_length=20)
    readings: list[ReadingRead] = Field(max_length=20)


class OverrideInForce(BaseModel):
    id: UUID
    band: Band
    reason: str
    last_day: date
    proposed_by_name: str
    decided_by_name: str | None


class BandRead(BaseModel):
    """Where a service stands: the band shown, the computed one beside it, and how the computed one came about."""

    care_service_id: UUID
    provider_id: UUID
    band: Band
    since: AwareDatetime
    computed_band: Band
    direction: Direction
    embargo: Extent | None
    embargo_limits: list[str] = Field(max_length=20)
    embargo_since: date | None
    has_default_notice: bool
    override: OverrideInForce | None
    result: BandResultRead


class Recomputation(BaseModel):
    """The stored inputs through the stored model version, once more."""

    result_id: UUID
    model_version: int
    stored_band: Band
    recomputed_band: Band
    agrees: bool


class NotWorkedOut(BaseModel):
    care_service_id: UUID
    why: str


class EstateRefreshRead(BaseModel):
    """How far it has come: `refreshed_count` of `service_count` (null: not begun), in `working_seconds` of real time.
    `failures`: the first hundred services that could not be worked out; they stand where they stood before.
    `alerted_at`: when the administrators were last told that it was late. `changed_count` is null to those who do not
    see what is restricted: it counts what changed in confidence too."""

    id: UUID
    cause: str
    due_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    refreshed_count: int
    service_count: int | None
    changed_count: int | None
    failed_count: int
    failures: list[NotWorkedOut] = Field(max_length=100)
    working_seconds: float
    alerted_at: AwareDatetime | None

    @classmethod
    def of(cls, row: EstateRefresh, *, in_full: bool) -> "EstateRefreshRead":
        read = cls.model_validate(row, from_attributes=True)
        return read if in_full else read.model_copy(update={"changed_count": None})


def result_read(row: BandResult, said: Said | None) -> BandResultRead:
    """The result for those who see restricted information (None), or what may be `said` of it to others."""
    in_full = said is None
    readings = [_reading_read(each, in_full=in_full) for each in (row.readings if said is None else said.readings)]
    return BandResultRead(
        id=row.id,
        care_service_id=row.care_service_id,
        computed_at=row.computed_at,
        model_version=row.model_version,
        band=Band(row.band),
        points=None if any(each.is_in_confidence for each in readings) and not in_full else row.points,
        reasons=row.reasons if said is None else said.open_reasons,
        readings=readings,
    )


def _reading_read(reading: dict[str, Any], *, in_full: bool) -> ReadingRead:
    if reading["confidential"] and not in_full:
        return ReadingRead(
            indicator=reading["indicator"],
            state=None,
            level=None,
            as_of=None,
            reason=IN_CONFIDENCE,
            working=None,
            is_in_confidence=True,
        )
    said = {key: reading[key] for key in ("indicator", "state", "level", "as_of", "reason", "working")}
    return ReadingRead(**said, is_in_confidence=reading["confidential"])
