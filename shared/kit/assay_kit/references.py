"""References that people read out on the telephone: `APP-2026-0042`."""

import re
from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from assay_kit.calendar import london_day

# How many references each prefix has used in each year. Copied into every service's own metadata.
reference_counter = Table(
    "reference_counter",
    MetaData(),
    Column("prefix", String(8), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    CheckConstraint("last > 0", name="last_is_positive"),
)

_PREFIX = re.compile("[A-Z]{2,8}")


def next_reference(session: Session, prefix: str, now: datetime) -> str:
    """The next reference of `prefix` (2 to 8 capitals) in the London year of `now`: "APP-2026-0042".

    Without gaps, never twice: the counter's row stays locked until the caller's transaction ends, and goes back with
    it. So ask last, when nothing else in the transaction will take long. From 10,000 on there are more digits.
    """
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError(f"{prefix!r} is not 2 to 8 capital letters.")
    year = london_day(now).year
    first = insert(reference_counter).values(prefix=prefix, year=year, last=1)
    counted = first.on_conflict_do_update(
        index_elements=[reference_counter.c.prefix, reference_counter.c.year],
        set_={"last": reference_counter.c.last + 1},
    )
    last = session.connection().execute(counted.returning(reference_counter.c.last)).scalar_one()
    return f"{prefix}-{year}-{last:04d}"
