"""Counts what is under way, as far as whoever asks may see it: a count of what is hidden would tell of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col

from assay_kit.identity import Principal
from assessment.assessments.rules import OPEN
from assessment.assessments.visibility import seen_by
from assessment.tables import Assessment

_MOST_OFFICERS = 1000


def statuses(session: Session, *, by: Principal) -> Sequence[Row[Any]]:
    """How many are at each stage before publication."""
    status = col(Assessment.status)
    wanted: Any = columns(status, func.count().label("count")).where(status.in_(OPEN), seen_by(by))
    return session.connection().execute(wanted.group_by(status).order_by(status)).all()


def officers(session: Session, begins: datetime | None, ends: datetime | None, *, by: Principal) -> Sequence[Row[Any]]:
    """What each officer leads, and what of theirs was published from `begins` until before `ends`."""
    officer, published_at = col(Assessment.officer), col(Assessment.published_at)
    is_open = and_(col(Assessment.status).in_(OPEN), seen_by(by))
    is_published: ColumnElement[bool] = and_(
        published_at.is_not(None),
        *([published_at >= begins] if begins else []),
        *([published_at < ends] if ends else []),
    )
    wanted: Any = (
        columns(
            officer.label("subject"),
            func.max(Assessment.officer_name).label("name"),
            func.count().filter(is_open).label("under_way"),
            func.count().filter(is_published).label("published"),
        )
        .where(officer.is_not(None), col(Assessment.imported).is_(False))
        # nobody is named for what whoever asks may not see
        .where(or_(col(Assessment.published_at).is_not(None), seen_by(by)))
    )
    return session.connection().execute(wanted.group_by(officer).order_by(officer).limit(_MOST_OFFICERS)).all()
