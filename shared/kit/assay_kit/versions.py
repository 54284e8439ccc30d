"""Things the council may edit without rewriting history: question sets, frameworks, profiles, scoring models.

A version is a draft until it is published; from then on its content is frozen (`frozen_versions` makes the database see
to that) and it holds from a day on, until a later version does. A retired one holds no longer, and keeps its rows.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, String
from sqlmodel import Field, SQLModel

from assay_kit.calendar import london_day
from assay_kit.database import Instant, known
from assay_kit.freeze import content_hash, freeze_trigger, refuse_update
from assay_kit.identity import Principal
from assay_kit.problems import Conflict


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class VersionFrozen(Conflict):
    slug, title = "version-frozen", "A published version can no longer change"

    def __init__(self, version: int, status: str) -> None:
        super().__init__(f"Version {version} is {status}. Make a new draft from it to change anything.")


class VersionNotPublished(Conflict):
    slug, title = "version-not-published", "This version is not published"

    def __init__(self, version: int, status: str) -> None:
        super().__init__(f"Version {version} is {status}; only a published version can be retired.")


class HoldsFromThePast(Conflict):
    slug, title = "holds-from-the-past", "A version cannot begin to hold in the past"

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"It would hold from {day.isoformat()}, and today is {today.isoformat()}.")


class Versioned(SQLModel):
    """Mix into a table: `class Framework(AssessmentTable, Versioned, table=True)`, with `*versioned_checks()` among its
    `__table_args__` and `frozen_versions(...)` in its migration. Only `publish` and `retire` change these columns."""

    version: int = 1
    status: VersionStatus = Field(default=VersionStatus.DRAFT, sa_type=String)
    effective_from: date | None = None
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by: str | None = None
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    content_hash: str | None = Field(default=None, max_length=64)


V = TypeVar("V", bound=Versioned)


def versioned_checks() -> tuple[CheckConstraint, ...]:
    """What holds of every row of a versioned table."""
    published = "effective_from, published_at, published_by, content_hash"
    return (
        known("status", VersionStatus),
        CheckConstraint("version > 0", name="version_is_positive"),
        CheckConstraint(
            f"CASE status WHEN 'draft' THEN num_nonnulls({published}) = 0 ELSE num_nulls({published}) = 0 END",
            name="published_is_signed_and_dated",
        ),
        CheckConstraint("(status = 'retired') = (retired_at IS NOT NULL)", name="retired_is_dated"),
    )


def frozen_versions(table: str, content: Sequence[str]) -> list[str]:
    """DDL for a migration: a published row of `table` keeps its `content` columns and its date, and never becomes a
    draft again; a retired one stays so."""
    kept = ("version", "effective_from", "published_at", "published_by", "content_hash")
    backwards = (
        "(OLD.status <> 'draft' AND NEW.status = 'draft') OR (OLD.status = 'retired' AND NEW.status <> 'retired')"
    )
    return [
        *freeze_trigger(table, "OLD.status <> 'draft'", [*content, *kept], name="published"),
        *refuse_update(table, backwards, name="published_for_good"),
    ]


def ensure_draft(record: Versioned) -> None:
    """Raise VersionFrozen (409) unless the version may still be edited. Lock the row first."""
    if record.status != VersionStatus.DRAFT:
        raise VersionFrozen(record.version, record.status)


def publish(
    record: Versioned, *, content: Any, by: Principal, now: datetime, effective_from: date | None = None
) -> None:
    """Freeze a draft: signed by `by`, hashed over `content` (its rows, as JSON values), held from `effective_from`, a
    London day (None: today). Raises VersionFrozen or HoldsFromThePast (409). Lock the row first."""
    ensure_draft(record)
    today = london_day(now)
    holds_from = effective_from or today
    if holds_from < today:
        raise HoldsFromThePast(holds_from, today)
    record.status = VersionStatus.PUBLISHED
    record.effective_from = holds_from
    record.published_at = now
    record.published_by = by.subject
    record.content_hash = content_hash(content)


def retire(record: Versioned, *, now: datetime) -> None:
    """From the London day of `now` on the version holds no longer. Raises VersionNotPublished (409)."""
    if record.status != VersionStatus.PUBLISHED:
        raise VersionNotPublished(record.version, record.status)
    record.status = VersionStatus.RETIRED
    record.retired_at = now


def is_genuine(record: Versioned, content: Any) -> bool:
    """Whether `content` is what was published."""
    return record.content_hash == content_hash(content)


def in_force(versions: Iterable[V], on: date) -> V | None:
    """The version that holds on the London day `on`: of those that have begun and were not retired by then, the one
    that began last; of two that began on one day, the later version. None where there is none."""
    holding = [
        (each.effective_from, each.version, each) for each in versions if each.effective_from and _holds(each, on)
    ]
    return max(holding, key=lambda each: each[:2])[2] if holding else None


def _holds(record: Versioned, on: date) -> bool:
    has_begun = record.effective_from is not None and record.effective_from <= on
    has_ended = record.retired_at is not None and london_day(record.retired_at) <= on
    return record.status != VersionStatus.DRAFT and has_begun and not has_ended
