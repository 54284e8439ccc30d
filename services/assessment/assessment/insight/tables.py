"""What insight counts: the figures of each published assessment, kept with its publication and never changed.

They could be read out of traces and answers, only not of five thousand assessments while somebody waits.
"""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Numeric, String
from sqlmodel import Field

from assay_contracts.assessment.ratings import Rating
from assay_kit.database import known
from assessment.tables import AssessmentTable


class PublishedFigure(AssessmentTable, table=True):
    """The overall percentage of a published assessment, to ten places; null where nothing applied."""

    __tablename__ = "published_figure"
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),)

    assessment_id: UUID = Field(primary_key=True)
    framework_version: int
    percent: Decimal | None = Field(default=None, sa_type=Numeric(13, 10))


class PublishedDomain(AssessmentTable, table=True):
    """The same of one of its domains."""

    __tablename__ = "published_domain"
    __table_args__ = (known("rating", Rating), ForeignKeyConstraint(["assessment_id"], ["assessment.id"]))

    assessment_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True)
    name: str
    percent: Decimal | None = Field(default=None, sa_type=Numeric(13, 10))
    rating: Rating | None = Field(default=None, sa_type=String)


class PublishedAnswer(AssessmentTable, table=True):
    """The points of one answer: the provider's own, as the officer found it, and as it stands. Null: none."""

    __tablename__ = "published_answer"
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),)

    assessment_id: UUID = Field(primary_key=True)
    question: str = Field(primary_key=True)
    own: int | None = None
    found: int | None = None
    stands: int | None = None
    officer: str
    officer_name: str
