"""An evaluation begins again, in a round of its own."""

from datetime import datetime

from sqlmodel import Session

from assay_kit.identity import Principal
from dps_admission.applications.checking import run_checks_on
from dps_admission.tables import Assignment, LotApplication

from .repository import Evaluations
from .rules import Conflict


def begin_next_round(session: Session, part: LotApplication, *, now: datetime, by: Principal | None = None) -> None:
    """The same people are asked again, and declare again; what they scored before stays on record.

    By whoever had asked them, where nobody asks them now.
    """
    before = Evaluations(session, part).assignments()
    part.round += 1
    for row in before:
        if row.conflict != Conflict.CONFLICTED and row.released_at is None:
            session.add(
                Assignment(
                    lot_application_id=part.id,
                    round=part.round,
                    person=row.person,
                    name=row.name,
                    part=row.part,
                    assigned_by=by.name if by else row.assigned_by,
                    assigned_by_subject=by.subject if by else row.assigned_by_subject,
                    assigned_at=now,
                )
            )
    session.flush()
    run_checks_on(session, part, now=now)
