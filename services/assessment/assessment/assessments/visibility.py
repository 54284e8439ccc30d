"""Which assessments somebody sees: a provider its own; of those that are restricted, who works on them and seniors.
Whoever was taken off one sees it no more until it is published."""

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col, exists, select

from assay_contracts.roles import Role
from assay_kit.identity import SYSTEM, Principal
from assessment.tables import Assessment, ValidatingPerson
from assessment.work_tables import AssignedOfficer, OfficerRemoval, Restriction

from .rules import Status

SENIORS = (Role.COMMISSIONING_MANAGER, Role.AUDITOR)
_PUBLIC = (Status.PUBLISHED, Status.WITHDRAWN)


def seen_by(by: Principal) -> ColumnElement[bool]:
    """A condition on `assessment`, to be asked in the database: what is not seen is not counted or paged over."""
    if by.is_provider:
        return col(Assessment.provider_id) == by.org
    if by is SYSTEM or by.has(*SENIORS):
        return true()
    restricted = exists(
        select(Restriction.id).where(Restriction.assessment_id == Assessment.id, col(Restriction.lifted_at).is_(None))
    )
    removed = exists(
        select(OfficerRemoval.subject).where(
            OfficerRemoval.assessment_id == Assessment.id, OfficerRemoval.subject == by.subject
        )
    )
    return or_(col(Assessment.status).in_(_PUBLIC), and_(~removed, or_(~restricted, _works_on_it(by))))


def _works_on_it(by: Principal) -> ColumnElement[bool]:
    imposed = exists(
        select(Restriction.id).where(Restriction.assessment_id == Assessment.id, Restriction.imposed_by == by.subject)
    )
    assigned = exists(
        select(AssignedOfficer.subject).where(
            AssignedOfficer.assessment_id == Assessment.id, AssignedOfficer.subject == by.subject
        )
    )
    took_part = exists(
        select(ValidatingPerson.subject).where(
            ValidatingPerson.assessment_id == Assessment.id, ValidatingPerson.subject == by.subject
        )
    )
    return or_(col(Assessment.officer) == by.subject, imposed, assigned, took_part)
