"""Reads and writes assessments. No rules here, but one: nobody finds what is not theirs to see (`visibility.py`)."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from assessment.frameworks.framework import Framework, Question, Standard
from assessment.frameworks.repository import Frameworks
from assessment.tables import Assessment, DueDate, Reminder

from .errors import AssessmentNotFound, QuestionNotFound
from .rules import OPEN, Status
from .visibility import seen_by


class Assessments:
    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: Assessment | Reminder) -> None:
        self.session.add(row)

    def get(self, assessment_id: UUID, *, by: Principal, lock: bool = False, share: bool = False) -> Assessment:
        """The assessment, where `by` may see it. `share` lets others save beside, and keeps a submission waiting."""
        statement = select(Assessment).where(Assessment.id == assessment_id, seen_by(by))
        if lock or share:
            statement = statement.with_for_update(read=share).execution_options(populate_existing=True)
        found = self.session.exec(statement).one_or_none()
        if found is None:
            raise AssessmentNotFound(assessment_id)
        return found

    def read_before(self, assessment_id: UUID) -> Assessment:
        """The assessment that somebody was found to see in this very session: the database is not asked again."""
        return self.session.get_one(Assessment, assessment_id)

    def is_seen(self, assessment: Assessment, *, by: Principal) -> bool:
        wanted = select(Assessment.id).where(Assessment.id == assessment.id, seen_by(by))
        return self.session.exec(wanted).one_or_none() is not None

    def lock_together(self, *assessment_ids: UUID) -> None:
        """Lock several, always in the same order, so that two people who name the same ones never wait in a ring."""
        wanted = select(Assessment.id).where(col(Assessment.id).in_(assessment_ids)).order_by(col(Assessment.id))
        self.session.exec(wanted.with_for_update()).all()

    def page(
        self,
        page: PageAsked,
        *,
        by: Principal,
        care_service_id: UUID | None,
        provider_id: UUID | None,
        status: Status | None,
    ) -> Page[Assessment]:
        statement = select(Assessment).where(seen_by(by))
        if care_service_id is not None:
            statement = statement.where(Assessment.care_service_id == care_service_id)
        if provider_id is not None:
            statement = statement.where(Assessment.provider_id == provider_id)
        if status is not None:
            statement = statement.where(Assessment.status == status)
        return paginate(self.session, statement, page, col(Assessment.scheduled_at).desc(), col(Assessment.id).desc())

    def under_way(self, care_service_id: UUID) -> Assessment | None:
        open_ = select(Assessment).where(
            Assessment.care_service_id == care_service_id, col(Assessment.status).in_(OPEN)
        )
        return self.session.exec(open_).one_or_none()

    def published(self, care_service_id: UUID) -> Sequence[Assessment]:
        """Published and not withdrawn, the newest first."""
        statement = (
            select(Assessment)
            .where(Assessment.care_service_id == care_service_id, Assessment.status == Status.PUBLISHED)
            .order_by(col(Assessment.published_at).desc(), col(Assessment.id).desc())
        )
        return self.session.exec(statement.limit(50)).all()

    def once_published(self, page: PageAsked) -> Page[Assessment]:
        """What was published here, withdrawn since or not, in the order in which it was scheduled."""
        statement = select(Assessment).where(
            col(Assessment.published_at).is_not(None), col(Assessment.imported).is_(False)
        )
        return paginate(self.session, statement, page, col(Assessment.id))

    def due_date(self, care_service_id: UUID, *, lock: bool = False) -> DueDate | None:
        """The due date that stands. A lock is on the service: the row itself may be replaced while one waits for it."""
        if lock:
            self.session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(str(care_service_id), 0)))).one()
        statement = select(DueDate).where(
            DueDate.care_service_id == care_service_id, col(DueDate.replaced_at).is_(None)
        )
        return self.session.exec(statement.execution_options(populate_existing=lock)).one_or_none()

    def last_due_date(self, care_service_id: UUID) -> DueDate | None:
        """The due date that stands, or the last that did."""
        statement = select(DueDate).where(DueDate.care_service_id == care_service_id)
        return self.session.exec(statement.order_by(col(DueDate.id).desc()).limit(1)).one_or_none()

    def framework(self, assessment: Assessment) -> Framework:
        """The version that the assessment is pinned to; an imported one has none."""
        if assessment.framework_id is None:
            raise AssessmentNotFound(assessment.id)
        return Frameworks(self.session).of(assessment.framework_id)

    def question(self, assessment: Assessment, code: str) -> tuple[Standard, Question]:
        """A question that is asked of this service under the pinned version, and its standard."""
        return _asked(self.framework(assessment), assessment, code)

    def ensure_asked(self, assessment: Assessment, codes: Iterable[str]) -> set[str]:
        """The standards of these questions; QuestionNotFound for the first that is not asked of this service under the
        pinned version."""
        framework = self.framework(assessment)
        return {_asked(framework, assessment, code)[0].code for code in codes}

    def questions(self, assessment: Assessment) -> list[Question]:
        return self.framework(assessment).questions_for(assessment.service_type)


def _asked(framework: Framework, assessment: Assessment, code: str) -> tuple[Standard, Question]:
    try:
        standard, question = framework.locate(code)
    except LookupError as error:
        raise QuestionNotFound(code) from error
    if not framework.applies(question, assessment.service_type):
        raise QuestionNotFound(code)
    return standard, question
