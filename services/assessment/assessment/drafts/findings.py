"""Changes findings after the draft, each with its reason; the rating is computed again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from assay_kit.identity import Principal
from assessment.assessments.repository import Assessments
from assessment.rating.actions import compute
from assessment.rating.answers import AnswerRating, ResultCause
from assessment.tables import AnswerChange, Assessment
from assessment.validations.repository import Validations

from .repository import Drafts


@dataclass(frozen=True, kw_only=True)
class Change:
    """A finding to be changed, and why."""

    question: str
    rating: AnswerRating
    reason: str


def change_findings(
    session: Session,
    assessment: Assessment,
    changes: Iterable[Change],
    *,
    cause: ResultCause,
    by: Principal,
    now: datetime,
) -> None:
    assessments, drafts = Assessments(session), Drafts(session)
    for change in changes:
        assessments.question(assessment, change.question)
        drafts.add(
            AnswerChange(
                assessment_id=assessment.id,
                question=change.question,
                number=drafts.next_change(assessment.id),
                rating=change.rating,
                cause=cause,
                reason=change.reason,
                changed_by=by.subject,
                changed_name=by.name,
                changed_at=now,
            )
        )
    standing = Validations(session).standing(assessment.id)
    compute(session, assessment, assessments.framework(assessment), standing, cause=cause, now=now)
