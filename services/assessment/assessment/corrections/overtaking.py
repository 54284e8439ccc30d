"""A dispute comes before what the council had begun to correct by itself: the senior review may change any finding."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import SYSTEM

from .repository import Corrections
from .rules import CorrectionOutcome


def overtake(session: Session, assessment_id: UUID, now: datetime) -> None:
    for correction in Corrections(session).open(assessment_id):
        correction.outcome = CorrectionOutcome.OVERTAKEN
        correction.outcome_reason = "The provider disputed the draft; the senior review may change any finding."
        correction.decided_by, correction.decided_name, correction.decided_at = SYSTEM.subject, SYSTEM.name, now
    session.flush()
