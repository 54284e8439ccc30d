"""Trials of scoring models: what was asked, how far it has come, and what came of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, SmallInteger, String, text
from sqlmodel import Field

from assay_kit.database import Instant, known, new_id
from risk.bands.rules import Band
from risk.model_runs.rules import Kind
from risk.tables.base import RiskTable, json_column, texts_column


class ModelRun(RiskTable, table=True):
    """A dry run, or a look at a model's own track record. `policy` is that of the `edition` that was asked about: a
    draft may be edited while it runs. `at`: what had been recorded by then is known; `started_by`: of a past day, only
    services that had begun. `reached` is the last service done, `tally` what was counted so far, `failed_count`
    how many of the done could not be worked out, `failure` why it ended early."""

    __tablename__ = "model_run"
    __table_args__ = (
        known("kind", Kind),
        Index("ix_model_run_unfinished", "asked_at", postgresql_where=text("finished_at IS NULL")),
        Index("ix_model_run_newest", "kind", "asked_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: Kind = Field(sa_type=String)
    version: int = Field(foreign_key="scoring_model.version")
    edition: int
    policy: dict[str, Any] = json_column()
    compared_with: int | None = Field(default=None, foreign_key="scoring_model.version")
    first_day: date
    last_day: date
    at: datetime = Field(sa_type=Instant)
    started_by: date | None = None
    is_in_full: bool
    asked_by: str
    asked_by_name: str
    asked_at: datetime = Field(sa_type=Instant)
    reached: UUID | None = None
    service_count: int
    done_count: int = 0
    failed_count: int = 0
    tally: dict[str, dict[str, int]] = json_column()
    working_seconds: float = 0
    failure: str | None = None
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class ModelRunChange(RiskTable, table=True):
    """A service that a dry run found to change colour. `gravity`: of the band it would have, 1 for the gravest."""

    __tablename__ = "model_run_change"
    __table_args__ = (
        known("band_now", Band),
        known("band_then", Band),
        Index("ix_model_run_change_gravest", "run_id", "gravity", "care_service_name", "care_service_id"),
    )

    run_id: UUID = Field(primary_key=True, foreign_key="model_run.id")
    care_service_id: UUID = Field(primary_key=True)
    care_service_name: str
    provider_id: UUID
    band_now: Band = Field(sa_type=String)
    band_then: Band = Field(sa_type=String)
    gravity: int = Field(sa_type=SmallInteger)
    reasons_now: list[str] = texts_column()
    reasons_then: list[str] = texts_column()
