"""Interventions in a list, as one reader may see them, with the names of what they are about."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from risk.intelligence.words import Words
from risk.interventions.repository import Interventions
from risk.interventions.reviews import overdue_days
from risk.interventions.schemas import InterventionLine, intervention_line
from risk.tables import Intervention


def lines_read(
    session: Session, rows: Sequence[Intervention], *, in_full: bool, now: datetime
) -> list[InterventionLine]:
    untold = {
        row.care_service_id or row.provider_id: row.provider_id
        for row in rows
        if row.issued_at is None and row.limit_text is not None
    }
    words, names = Words(session, untold, in_full=in_full), Interventions(session).names(rows)
    return [intervention_line(row, words, names, days_past_review=overdue_days(row, now=now)) for row in rows]
