"""What callers send and receive about who works on an assessment."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import Flag, Model, Name, Reason, Subject
from assessment.tables import Assessment
from assessment.work_tables import AssignedOfficer, OfficerRemoval, Restriction


class Assigning(Model):
    """`officer` is the subject of the officer's token. One officer leads; others may work beside."""

    officer: Subject
    officer_name: Name
    leads: Flag = False


class Restricting(Model):
    reason: Reason


class Lifting(Model):
    reason: Reason


class Removing(Model):
    reason: Reason


class RemovalRead(BaseModel):
    subject: str
    name: str
    reason: str
    removed_name: str
    removed_at: AwareDatetime


class AssignedOfficerRead(BaseModel):
    subject: str
    name: str
    assigned_name: str
    assigned_at: AwareDatetime


class RestrictionRead(BaseModel):
    reason: str
    imposed_name: str
    imposed_at: AwareDatetime
    lifted_name: str | None
    lifted_at: AwareDatetime | None

    @classmethod
    def of(cls, row: Restriction) -> Self:
        return cls.model_validate(row, from_attributes=True)


class AssignmentsRead(BaseModel):
    """Who leads an assessment, who works beside, and the restriction that stands, if any."""

    assessment_id: UUID
    officer: str | None
    officer_name: str | None
    beside: list[AssignedOfficerRead] = Field(max_length=50)
    removed: list[RemovalRead] = Field(max_length=50, description="Who was taken off it.")
    restriction: RestrictionRead | None

    @classmethod
    def of(
        cls,
        row: Assessment,
        officers: Sequence[AssignedOfficer],
        removals: Sequence[OfficerRemoval],
        restriction: Restriction | None,
    ) -> Self:
        gone = {each.subject for each in removals} | {row.officer}
        beside = [AssignedOfficerRead.model_validate(each, from_attributes=True) for each in officers]
        return cls(
            assessment_id=row.id,
            officer=row.officer,
            officer_name=row.officer_name,
            beside=[each for each in beside if each.subject not in gone],
            removed=[RemovalRead.model_validate(each, from_attributes=True) for each in removals],
            restriction=RestrictionRead.of(restriction) if restriction else None,
        )
