"""Recomputes every rating that was ever published, each under the version that it was published under."""

from dataclasses import dataclass

from sqlmodel import Session

from assay_kit.pagination import Page, PageAsked
from assessment.assessments.repository import Assessments
from assessment.rating.actions import Recomputation, compare
from assessment.rating.repository import Results
from assessment.rating.rules import AnswersMissing
from assessment.tables import Assessment
from assessment.validations.repository import Validations


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A rating once published, and what the same answers give now: nothing where they cannot be rated any more."""

    assessment: Assessment
    found: Recomputation | None

    @property
    def agrees(self) -> bool:
        return self.found is not None and self.found.agrees


def recompute_published(session: Session, page: PageAsked) -> Page[Checked]:
    """One page of what was published here, withdrawn or not, computed again; nothing is stored."""
    assessments = Assessments(session)
    rows = assessments.once_published(page)
    ids = [row.id for row in rows.items]
    standing, stored = Validations(session).standing_of(ids), Results(session).latest_of(ids)
    one_each = {row.framework_id: row for row in rows.items}
    frameworks = {framework_id: assessments.framework(row) for framework_id, row in one_each.items()}

    def check(row: Assessment) -> Checked:
        try:
            found = compare(row, stored[row.id], frameworks[row.framework_id], standing[row.id])
        except (AnswersMissing, KeyError):
            return Checked(assessment=row, found=None)
        return Checked(assessment=row, found=found)

    return rows.map(check)
