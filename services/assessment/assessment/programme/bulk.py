"""Schedules many assessments at once: what falls due before a day and is not under way, shared out among officers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM, Principal
from assessment.assessments.actions import schedule
from assessment.assessments.errors import CareServiceNotFound, OpensAtNoGoodTime, ServiceEnded, UnderWay
from assessment.frameworks.repository import Frameworks
from assessment.tables import Assessment

from .rules import opens_before, share_out
from .year import Asked, ProgrammeYears, Waiting

MOST_AT_ONCE = 200
# References are given out one after the other: whoever else schedules waits for as many as are scheduled together.
MOST_SCHEDULED = 25


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One service of the plan. `assessment` is what was scheduled; `refused` says why nothing was."""

    waiting: Waiting
    opens_on: date
    officer: str | None
    officer_name: str | None
    assessment: Assessment | None = None
    refused: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    items: Sequence[Planned]
    left: int
    """How many more are due than are scheduled at once."""


def schedule_many(
    session: Session,
    copies: Copies,
    *,
    due_before: date,
    officers: Sequence[tuple[str, str]],
    days_to_validate: int,
    care_service_ids: Sequence[UUID] | None,
    only_plan: bool,
    by: Principal,
    now: datetime,
    after: UUID | None = None,
) -> Plan:
    """Schedule, or with `only_plan` only say, what falls due before that day; each service for itself.

    Some at a time, the earliest due first: ask for what comes `after` the last service that was answered, whether it
    was scheduled or refused. Said again it schedules nothing twice: what is under way is no longer waiting.
    """
    years = ProgrammeYears(session)
    # a plan tells nothing of what its reader may not see; what is scheduled comes after all that is under way
    sees, today = by if only_plan else SYSTEM, london_day(now)
    asked = Asked(due_before=due_before, care_service_ids=care_service_ids, after=after)
    waiting = years.waiting(asked, by=sees, today=today, limit=MOST_AT_ONCE if only_plan else MOST_SCHEDULED)
    left = years.count_waiting(asked, by=sees, today=today) - len(waiting)
    names = dict(officers)
    taken = share_out(len(waiting), list(names), years.open_work(by=sees))
    _, framework = Frameworks(session).current()
    planned = [
        Planned(
            waiting=each,
            opens_on=opens_before(framework.policy, each.due.due_on, today, days_to_validate=days_to_validate),
            officer=officer,
            officer_name=names.get(officer) if officer else None,
        )
        for each, officer in zip(waiting, taken, strict=True)
    ]
    if only_plan:
        return Plan(items=planned, left=left)
    return Plan(items=[_done(session, copies, each, by=by, now=now) for each in planned], left=left)


def _done(session: Session, copies: Copies, planned: Planned, *, by: Principal, now: datetime) -> Planned:
    """Whatever stands against one service is undone and said of that one alone."""
    due = planned.waiting.due
    about: dict[str, Any] = {
        "opens_on": planned.opens_on,
        "officer": planned.officer,
        "officer_name": planned.officer_name,
    }
    try:
        with session.begin_nested():
            assessment = schedule(session, copies, due.care_service_id, cause=due.cause, **about, by=by, now=now)
    except IntegrityError as error:
        if "uq_assessment_under_way" not in str(error.orig):
            raise
        return replace(planned, refused="An assessment of this service was scheduled meanwhile.")
    except (CareServiceNotFound, OpensAtNoGoodTime, ServiceEnded, UnderWay) as refused:
        return replace(planned, refused=str(refused))
    return replace(planned, assessment=assessment)
