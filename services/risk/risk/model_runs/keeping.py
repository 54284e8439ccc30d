"""How long trials are kept: ASSAY_TRIALS_KEPT_DAYS after they were worked out. One that an approval rests on stays."""

from datetime import datetime, timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlmodel import Session

from risk.model_runs.repository import Runs

_MOST_AT_ONCE = 500


class TrialSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ASSAY_", extra="ignore")

    trials_kept_days: int = Field(default=400, ge=1, le=36_500)

    @property
    def kept(self) -> timedelta:
        return timedelta(days=self.trials_kept_days)


def next_removal(session: Session) -> datetime | None:
    oldest = Runs(session).finished_first()
    return None if oldest is None else oldest + TrialSettings().kept


def remove_old(session: Session, now: datetime) -> int:
    """Due work: what the oldest trial found, some of it at a time, and then the trial."""
    runs = Runs(session)
    run = runs.finished_by(now - TrialSettings().kept)
    if run is None:
        return 0
    if removed := runs.remove_changes(run, limit=_MOST_AT_ONCE):
        return removed
    runs.remove(run)
    return 1
