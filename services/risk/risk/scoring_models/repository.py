"""Reads and writes scoring models. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from assay_kit.versions import VersionStatus
from risk.model_runs.rules import Kind as RunKind
from risk.scoring_models.errors import ScoringModelNotFound
from risk.scoring_models.policy import Policy
from risk.scoring_models.rules import Status
from risk.tables import ModelRun, ScoringModel


class ScoringModels:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, version: int, *, lock: bool = False) -> ScoringModel:
        wanted = select(ScoringModel).where(ScoringModel.version == version)
        found = self._session.exec(wanted.with_for_update() if lock else wanted).one_or_none()
        if found is None:
            raise ScoringModelNotFound(version)
        return found

    def published(self, *, lock: bool = False) -> ScoringModel:
        """The model in force. There is always one: version 1 comes with the tables."""
        wanted = select(ScoringModel).where(ScoringModel.status == VersionStatus.PUBLISHED)
        return self._session.exec(wanted.with_for_update() if lock else wanted).one()

    def approved(self, *, lock: bool = False) -> Sequence[ScoringModel]:
        """Those that wait for their moment, the next first."""
        wanted = select(ScoringModel).where(
            ScoringModel.status == VersionStatus.DRAFT, col(ScoringModel.activates_at).is_not(None)
        )
        in_order = wanted.order_by(col(ScoringModel.activates_at))
        return self._session.exec(in_order.with_for_update() if lock else in_order).all()

    def in_force_at(self, at: datetime) -> ScoringModel | None:
        """The model by which bands were worked out at that instant; None before there was any."""
        wanted = select(ScoringModel).where(
            col(ScoringModel.published_at) <= at,
            or_(col(ScoringModel.retired_at).is_(None), col(ScoringModel.retired_at) > at),
        )
        return self._session.exec(wanted.order_by(col(ScoringModel.published_at).desc()).limit(1)).first()

    def is_dry_run_of(self, model: ScoringModel, run_id: UUID) -> bool:
        """Whether that is a dry run of this edition, worked out to its end; it is not removed while it is named."""
        wanted = select(ModelRun.id).where(
            ModelRun.id == run_id,
            ModelRun.kind == RunKind.DRY_RUN,
            ModelRun.version == model.version,
            ModelRun.edition == model.edition,
            col(ModelRun.finished_at).is_not(None),
            col(ModelRun.failure).is_(None),
        )
        return self._session.exec(wanted.with_for_update(read=True)).one_or_none() is not None

    def all(self) -> Sequence[ScoringModel]:
        return self._session.exec(select(ScoringModel).order_by(col(ScoringModel.version).desc()).limit(200)).all()

    def next_version(self) -> int:
        return (self._session.exec(select(func.max(ScoringModel.version))).one() or 0) + 1

    def add(self, model: ScoringModel) -> None:
        self._session.add(model)
        self._session.flush()


def stage_of(model: ScoringModel) -> Status:
    """The stage in the model's life: an approved one is a draft that has its moment."""
    is_approved = model.status == VersionStatus.DRAFT and model.activates_at is not None
    return Status.APPROVED if is_approved else Status(model.status)


def policy_of(model: ScoringModel) -> Policy:
    return Policy.model_validate(model.policy)
