"""Who works on an assessment, and whether it is for them alone until its rating is published."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import Principal
from assay_kit.timeline import note
from assessment.assessments.actions import of
from assessment.assessments.errors import ensure_room
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import LIFE, OPEN
from assessment.tables import Assessment
from assessment.work_tables import AssignedOfficer, OfficerRemoval, Restriction

from .errors import NotAssignable, NotAtWork, NotRestricted, RestrictedAlready, TakenOff
from .repository import Assignments

MOST_OFFICERS = 20


def assign_officer(
    session: Session, assessment_id: UUID, *, officer: str, officer_name: str, leads: bool, by: Principal, now: datetime
) -> Assessment:
    """Let an officer work on it, and lead it where `leads`. Said again of the same officer, only the lead changes."""
    assessment = _worked_on(session, assessment_id, by)
    assignments = Assignments(session)
    if assignments.is_removed(assessment_id, officer):
        raise TakenOff
    there = assignments.of(assessment_id)
    _note(session, assessment, "assign_officer", by=by, now=now, detail={"officer": officer_name, "leads": leads})
    if officer not in {each.subject for each in there}:
        ensure_room(len(there), MOST_OFFICERS, "officers")
        assigned = AssignedOfficer(
            assessment_id=assessment_id,
            subject=officer,
            name=officer_name,
            assigned_by=by.subject,
            assigned_name=by.name,
            assigned_at=now,
        )
        assignments.add(assigned)
    if leads and assessment.officer != officer:
        changed = {"from": assessment.officer_name, "to": officer_name}
        _note(session, assessment, "change_lead", by=by, now=now, detail=changed)
        assessment.officer, assessment.officer_name = officer, officer_name
        session.flush()
    return assessment


def remove_officer(
    session: Session, assessment_id: UUID, subject: str, *, reason: str, by: Principal, now: datetime
) -> Assessment:
    """Take somebody off it for good: they neither see it nor work on it until it is published. Nobody leads it then,
    where they did."""
    assessment = _worked_on(session, assessment_id, by)
    assignments = Assignments(session)
    if assignments.is_removed(assessment_id, subject):
        raise TakenOff
    name = assignments.working(assessment).get(subject)
    if name is None:
        raise NotAtWork
    assignments.add(
        OfficerRemoval(
            assessment_id=assessment_id,
            subject=subject,
            name=name,
            reason=reason,
            removed_by=by.subject,
            removed_name=by.name,
            removed_at=now,
        )
    )
    if assessment.officer == subject:
        assessment.officer = assessment.officer_name = None
        session.flush()
    _note(session, assessment, "remove_officer", by=by, now=now, reason=reason, detail={"officer": name})
    return assessment


def restrict(session: Session, assessment_id: UUID, *, reason: str, by: Principal, now: datetime) -> Restriction:
    """Keep it, until its rating is published, to those who work on it and to their seniors.

    Who imposes a restriction goes on seeing what it is about.
    """
    assessment = _worked_on(session, assessment_id, by)
    assignments = Assignments(session)
    if assignments.restriction(assessment_id) is not None:
        raise RestrictedAlready
    imposed = Restriction(
        assessment_id=assessment.id, reason=reason, imposed_by=by.subject, imposed_name=by.name, imposed_at=now
    )
    assignments.add(imposed)
    _note(session, assessment, "restrict", by=by, now=now, reason=reason)
    return imposed


def lift_restriction(
    session: Session, assessment_id: UUID, *, reason: str, by: Principal, now: datetime
) -> Restriction:
    assessment = _worked_on(session, assessment_id, by)
    restriction = Assignments(session).restriction(assessment_id)
    if restriction is None:
        raise NotRestricted
    restriction.lifted_by, restriction.lifted_name, restriction.lifted_at = by.subject, by.name, now
    restriction.lifted_because = reason
    session.flush()
    _note(session, assessment, "lift_restriction", by=by, now=now, reason=reason)
    return restriction


def _note(
    session: Session,
    assessment: Assessment,
    step: str,
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    about: dict[str, Any] = {"status": assessment.status, "reason": reason, "detail": detail}
    note(session, LIFE.name, assessment.id, step, by=by, now=now, **about, **of(assessment))


def _worked_on(session: Session, assessment_id: UUID, by: Principal) -> Assessment:
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    if assessment.status not in OPEN:
        raise NotAssignable(assessment.status)
    return assessment
