"""Reads and writes scoring models. No rules here."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from assay_kit.versions import VersionStatus
from risk.scoring_models.errors import ScoringModelNotFound
from risk.scoring_models.policy import Policy
from risk.tables import ScoringModel


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

    def all(self) -> Sequence[ScoringModel]:
        return self._session.exec(select(ScoringModel).order_by(col(ScoringModel.version).desc()).limit(200)).all()

    def next_version(self) -> int:
        return (self._session.exec(select(func.max(ScoringModel.version))).one() or 0) + 1

    def add(self, model: ScoringModel) -> None:
        self._session.add(model)
        self._session.flush()


def policy_of(model: ScoringModel) -> Policy:
    return Policy.model_validate(model.policy)
