"""What happened to a service, as it may be told to those who weigh cases and do not see what is restricted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_
from sqlmodel import Session, col, select

from assay_kit.timeline import TimelineEntryRead, timeline_entry
from risk.bands.hindsight import Hindsight
from risk.bands.life import LIFE as BAND_LIFE
from risk.bands.rules import IN_CONFIDENCE
from risk.intelligence.life import ENTRY_LIFE, INTAKE_LIFE
from risk.intelligence.repository import is_open
from risk.intelligence.words import held_since
from risk.tables import Intelligence


def told_to_others() -> Sequence[ColumnElement[bool]]:
    """Not what was learnt in confidence, nor what a machine sent to be placed: nobody has said yet that it is open."""
    step = timeline_entry.c
    readable = select(Intelligence.id).where(col(Intelligence.id) == step.object_id, is_open())
    return (
        step.object_kind != INTAKE_LIFE.name,
        or_(step.object_kind != ENTRY_LIFE.name, readable.correlate(timeline_entry).exists()),
        not_(and_(step.detail.has_key("restricted"), func.coalesce(step.detail["restricted"].astext, "") == "true")),
    )


def as_may_be_said(
    session: Session, hindsight: Hindsight, provider_id: UUID, steps: Sequence[TimelineEntryRead]
) -> list[TimelineEntryRead]:
    """The reasons of past bands where what they rest on became restricted later; and the fixed sentence in the place of
    what officers wrote when something was held in confidence, which they may argue from."""
    changed = hindsight.reasons_at(step.at for step in steps if step.object_kind == BAND_LIFE.name and step.reason)
    held = held_since(session, {hindsight.care_service_id: provider_id, provider_id: provider_id})
    return [_told(step, changed, held.get(step.care_service_id or provider_id)) for step in steps]


def _told(step: TimelineEntryRead, changed: dict[datetime, list[str]], held: datetime | None) -> TimelineEntryRead:
    if step.reason is None:
        return step
    if step.object_kind == BAND_LIFE.name:
        reason = " ".join(changed[step.at]) if step.at in changed else step.reason
    else:
        reason = step.reason if held is None or step.at < held else IN_CONFIDENCE
    return step.model_copy(update={"reason": reason})
