"""Who of the council hears of what happens to an assessment: nobody who may not see it."""

from datetime import datetime

from sqlmodel import Session, col, select

from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assessment.tables import Assessment
from assessment.work_tables import AssignedOfficer, Restriction

from .events import write_to


def write_to_officers(
    session: Session, assessment: Assessment, template: str, *, now: datetime, once: str = "", **personalisation: str
) -> None:
    """Write to whoever leads it, else to every officer; of a restricted one, to those who work on it, else managers."""
    for to in _officers(session, assessment):
        beside = to.person if to.person and to.person != assessment.officer else ""
        each = ":".join(part for part in (once, beside) if part)
        write_to(session, to, template, about=assessment.id, now=now, once=each, **personalisation)


def _officers(session: Session, assessment: Assessment) -> list[Recipient]:
    if assessment.officer:
        return [Recipient(person=assessment.officer)]
    restrictions = select(Restriction.imposed_by).where(
        Restriction.assessment_id == assessment.id, col(Restriction.lifted_at).is_(None)
    )
    imposed_by = session.exec(restrictions).one_or_none()
    if imposed_by is None:
        return [Recipient(role=Role.COMPLIANCE_OFFICER)]
    assigned = select(AssignedOfficer.subject).where(AssignedOfficer.assessment_id == assessment.id)
    people = sorted({imposed_by, *session.exec(assigned)})
    return [Recipient(person=person) for person in people]
