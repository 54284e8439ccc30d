"""The worklist: what is to be decided, most urgent first, with its owner. A fixed number of queries for any page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import provider_copy
from dps_admission.shown import shown
from dps_admission.tables import Application, Lot, LotApplication, Representations

from .rules import OPEN, LotApplicationStatus, urgency
from .schemas import LotApplicationTask, WorklistCounts


class Tasks:
    """A page of the worklist, with the names that it shows read at once."""

    def __init__(self, session: Session, parts: Sequence[LotApplication], *, now: datetime) -> None:
        self._now = now
        lots = select(Lot.id, Lot.name).where(col(Lot.id).in_({one.lot_id for one in parts}))
        self._lots: dict[UUID, str] = {lot: name for lot, name in session.exec(lots)}
        wanted = col(Application.id).in_({one.application_id for one in parts})
        references = select(Application.id, Application.reference).where(wanted)
        self._references: dict[UUID, str] = {one: reference for one, reference in session.exec(references)}
        providers = provider_copy.c.id.in_({one.provider_id for one in parts})
        names = session.execute(select(provider_copy.c.id, provider_copy.c.name).where(providers))
        self._names: dict[UUID, str] = {row.id: row.name for row in names}

    def read(self, part: LotApplication) -> LotApplicationTask:
        more: dict[str, Any] = {
            "urgency": urgency(part.due_soon_at, part.due_at, now=self._now),
            "reference": self._references[part.application_id],
            "provider_name": self._names.get(part.provider_id),
            "lot_name": self._lots[part.lot_id],
        }
        return LotApplicationTask.model_validate(shown(part, LotApplicationTask, **more))


def _may_still_answer(now: datetime) -> ColumnElement[bool]:
    """A refusal is proposed, and neither has the provider said anything nor is the time for it over."""
    mine = col(Representations.lot_application_id) == col(LotApplication.id)
    silent = col(Representations.made_at).is_(None), col(Representations.closes_at) >= now
    is_minded = col(LotApplication.status) == LotApplicationStatus.MINDED_TO_REFUSE
    return is_minded & select(Representations.id).where(mine, *silent).exists()


def counts(session: Session, *, now: datetime) -> WorklistCounts:
    is_overdue = col(LotApplication.due_at) < now
    is_soon = (col(LotApplication.due_soon_at) <= now) & ~is_overdue
    waits = (col(LotApplication.status) == LotApplicationStatus.CLARIFYING) | _may_still_answer(now)
    number = func.count(col(LotApplication.id))
    row = session.execute(
        columns(
            number,
            number.filter(is_soon),
            number.filter(is_overdue),
            number.filter(col(LotApplication.owner).is_(None)),
            number.filter(waits),
        ).where(col(LotApplication.status).in_(OPEN))
    ).one()
    every, soon, overdue, unowned, waiting = row
    return WorklistCounts(
        open=every,
        in_time=every - soon - overdue,
        due_soon=soon,
        overdue=overdue,
        without_owner=unowned,
        waiting_for_provider=waiting,
    )
