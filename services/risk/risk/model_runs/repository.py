"""Reads and writes trials of scoring models. No rules here."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, delete, func, insert, literal, or_, true
from sqlalchemy import Uuid as UuidType
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_kit.calendar import london_day
from assay_kit.pagination import Page, PageAsked, paginate
from risk.bands.rules import Band
from risk.interventions.rules import Status
from risk.model_runs.errors import RunNotFound
from risk.model_runs.rules import Kind, Measure
from risk.tables import Intelligence, Intervention, ModelRun, ModelRunChange, ScoringModel

GRAVEST_FIRST = (
    col(ModelRunChange.gravity),
    col(ModelRunChange.care_service_name),
    col(ModelRunChange.care_service_id),
)


_ASKING = 0x5452_4941  # advisory lock: "TRIA"


class Runs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, run_id: UUID, kind: Kind, *, in_full: bool) -> ModelRun:
        wanted = select(ModelRun).where(ModelRun.id == run_id, ModelRun.kind == kind, _readable(in_full=in_full))
        found = self._session.exec(wanted).one_or_none()
        if found is None:
            raise RunNotFound(run_id)
        return found

    def page(self, page: PageAsked, kind: Kind, *, version: int | None, in_full: bool) -> Page[ModelRun]:
        wanted = select(ModelRun).where(ModelRun.kind == kind, _readable(in_full=in_full))
        if version is not None:
            wanted = wanted.where(ModelRun.version == version)
        return paginate(self._session, wanted, page, col(ModelRun.asked_at).desc(), col(ModelRun.id).desc())

    def unfinished_like(self, run: ModelRun) -> ModelRun | None:
        """The same question, which is being worked out already."""
        asked = ("kind", "version", "edition", "first_day", "last_day", "started_by", "is_in_full")
        same = [getattr(ModelRun, name) == getattr(run, name) for name in asked if getattr(run, name) is not None]
        wanted = select(ModelRun).where(*same, col(ModelRun.finished_at).is_(None))
        return self._session.exec(wanted.order_by(col(ModelRun.asked_at)).limit(1)).first()

    def count_unfinished(self) -> int:
        return self._session.exec(select(func.count()).where(col(ModelRun.finished_at).is_(None))).one()

    def next_asked(self) -> datetime | None:
        return self._session.exec(select(func.min(ModelRun.asked_at)).where(col(ModelRun.finished_at).is_(None))).one()

    def whose_turn(self) -> ModelRun | None:
        """The one that had the least of the time so far: a small run does not wait for a large one to end."""
        wanted = select(ModelRun).where(col(ModelRun.finished_at).is_(None))
        in_turn = wanted.order_by(col(ModelRun.working_seconds), col(ModelRun.asked_at), col(ModelRun.id))
        return self._session.exec(in_turn.limit(1).with_for_update()).first()

    def one_asks_at_a_time(self) -> None:
        """Until the transaction ends: whoever asks meanwhile waits, and then finds what was asked."""
        self._session.execute(columns(func.pg_advisory_xact_lock(_ASKING)))

    def add(self, run: ModelRun) -> None:
        self._session.add(run)
        self._session.flush()

    # ---------------------------------------------------------------- how long they are kept

    def finished_first(self) -> datetime | None:
        """When the oldest that may go was finished."""
        return self._session.exec(select(func.min(ModelRun.finished_at)).where(_nothing_rests_on_it())).one()

    def finished_by(self, at: datetime) -> ModelRun | None:
        """The oldest that may go and was finished by then. Whoever approves by it meanwhile keeps it."""
        wanted = select(ModelRun).where(col(ModelRun.finished_at) <= at, _nothing_rests_on_it())
        oldest = wanted.order_by(col(ModelRun.finished_at), col(ModelRun.id)).limit(1)
        found = self._session.exec(oldest.with_for_update(skip_locked=True)).first()
        if found is None:
            return None
        still = select(ModelRun.id).where(ModelRun.id == found.id, _nothing_rests_on_it())  # now that it is locked
        return found if self._session.exec(still).first() else None

    def remove_changes(self, run: ModelRun, *, limit: int) -> int:
        some = select(ModelRunChange.care_service_id).where(ModelRunChange.run_id == run.id).limit(limit)
        gone = delete(ModelRunChange).where(
            col(ModelRunChange.run_id) == run.id, col(ModelRunChange.care_service_id).in_(some)
        )
        removed = gone.returning(col(ModelRunChange.care_service_id))
        return len(self._session.execute(removed, execution_options={"synchronize_session": False}).all())

    def remove(self, run: ModelRun) -> None:
        self._session.delete(run)
        self._session.flush()

    # ---------------------------------------------------------------- what came of it

    def add_changes(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self._session.execute(insert(ModelRunChange), rows)

    def changes(self, page: PageAsked, run: ModelRun, *, band_then: Band | None) -> Page[ModelRunChange]:
        wanted = select(ModelRunChange).where(ModelRunChange.run_id == run.id)
        if band_then is not None:
            wanted = wanted.where(ModelRunChange.band_then == band_then)
        return paginate(self._session, wanted, page, *GRAVEST_FIRST)

    def every_change(self, run: ModelRun) -> Iterable[ModelRunChange]:
        wanted = select(ModelRunChange).where(ModelRunChange.run_id == run.id).order_by(*GRAVEST_FIRST)
        yield from self._session.exec(wanted, execution_options={"yield_per": 1_000})

    def names(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        wanted = columns(service.c.id, service.c.name).where(_among(ids))
        return {care_service_id: name for care_service_id, name in self._session.execute(wanted)}

    def measures(self, ids: Sequence[UUID], *, at: datetime) -> dict[UUID, list[Measure]]:
        """The interventions issued by then that reach these services, in order; none that was withdrawn."""
        reaches = or_(
            col(Intervention.care_service_id) == service.c.id,
            and_(col(Intervention.care_service_id).is_(None), col(Intervention.provider_id) == service.c.provider_id),
        )
        wanted = (
            columns(service.c.id, col(Intervention.issued_at), col(Intervention.ended_at))
            .join(Intervention, reaches)
            .where(_among(ids), col(Intervention.issued_at) <= at, col(Intervention.status) != Status.WITHDRAWN)
            .order_by(col(Intervention.issued_at))
        )
        found: dict[UUID, list[Measure]] = {}
        issued: datetime
        ended: datetime | None
        for care_service_id, issued, ended in self._session.execute(wanted):
            ended_on = london_day(ended) if ended and ended <= at else None
            measure = Measure(issued_on=london_day(issued), ended_on=ended_on)
            found.setdefault(care_service_id, []).append(measure)
        return found


def _among(ids: Sequence[UUID]) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = service.c.id == any_(literal(list(ids), ARRAY(UuidType)))
    return wanted


def _nothing_rests_on_it() -> ColumnElement[bool]:
    """No approval names it."""
    return ~select(ScoringModel.id).where(ScoringModel.dry_run_id == ModelRun.id).correlate(ModelRun).exists()


def _readable(*, in_full: bool) -> ColumnElement[bool]:
    """Who does not see what is restricted reads only what was worked out without it, and only until something that was
    open then becomes restricted: it would go on telling it."""
    if in_full:
        return true()
    correction, corrected = aliased(Intelligence), aliased(Intelligence)
    restricted_since = (
        select(correction.id)
        .join(corrected, col(corrected.id) == correction.corrects_id)
        .where(
            col(correction.restricted).is_(True),
            col(corrected.restricted).is_(False),
            correction.recorded_at > ModelRun.asked_at,
        )
        .correlate(ModelRun)
        .exists()
    )
    return and_(col(ModelRun.is_in_full).is_(False), ~restricted_since)
