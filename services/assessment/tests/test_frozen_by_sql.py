"""What was submitted or published cannot change, whoever asks: not even by SQL from the service's own role."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from stage_assessment import MYSELF, OFFICER, REASON, Stage

from assessment.assessments.rules import Status
from assessment.main import SERVICE
from assessment.publications.withdrawing import propose_withdrawal, withdraw
from assessment.tables import FrameworkRow, RemedialPlan

TABLES = SERVICE.metadata.tables
# What goes on after publication, each step of it asked for by two people: withdrawal in favour of another.
WITHDRAWAL = {"replacement_id", "version"}
ANSWERS = ("self_answer", "carried_answer")
SEAL = (
    "answers_closed_at",
    "submitted_at",
    "signed_by",
    "signed_name",
    "signed_position",
    "answers_hash",
    "evidence_hashes",
    "not_self_assessed",
)
FOUND = (
    "validated_answer",
    "visit",
    "validating_person",
    "answer_change",
    "assessment_result",
    "accuracy_comment",
    "dispute",
    "correction",
    "published_figure",
    "published_domain",
    "published_answer",
)


def others(session: Session, column: Column[Any]) -> list[Any]:
    """Values that the column could well have: all that its CHECK allows, ids that exist, or one that is in no row."""
    for constraint in column.table.constraints:
        if constraint.name == f"ck_{column.table.name}_known_{column.name}" and isinstance(constraint, CheckConstraint):
            return re.findall(r"'(\w+)'", str(constraint.sqltext))
    found: list[Any] = []
    for key in column.foreign_keys:
        ids = select(key.column).order_by(key.column).limit(10)
        found += session.connection().execute(ids).scalars()
    return found or [another(column)]


def another(column: Column[Any]) -> Any:
    for kind, value in (
        (DateTime, datetime(2001, 2, 3, 4, tzinfo=UTC)),
        (Date, date(2001, 2, 3)),
        (Boolean, None),
        (Integer, 987_654),
        (Uuid, uuid4()),
        (JSONB, {"changed": "by hand"}),
    ):
        if isinstance(column.type, kind):
            return ~column if value is None else value
    return "changed by hand"


def changed(session: Session, statement: Any) -> bool:
    """Whether the database lets the statement through; what it lets through is undone."""
    savepoint = session.begin_nested()
    try:
        done = session.connection().execute(statement).rowcount > 0
    except DBAPIError:
        done = False
    savepoint.rollback()
    return done


def refused_by_freezing(session: Session, statement: Any) -> bool:
    with pytest.raises(DBAPIError) as error, session.begin_nested():
        session.connection().execute(statement)
    return "frozen" in str(error.value) or "stays with its assessment" in str(error.value)


def open_columns(session: Session, table: Table, where: Any) -> Iterator[str]:
    """The columns of those rows that can still be changed."""
    for column in table.columns:
        held = set(session.connection().execute(select(column.cast(String)).where(where)).scalars())
        for value in others(session, column):
            is_new = not isinstance(value, str | UUID) or held != {str(value)}
            if is_new and changed(session, update(table).where(where).values({column.name: value})):
                yield column.name
                break


def rows(session: Session, name: str, assessment_id: UUID) -> int:
    table = TABLES[name]
    count = select(func.count()).where(table.c.assessment_id == assessment_id)
    return int(session.connection().execute(count).scalar_one())


@pytest.fixture
def stage(session: Session) -> Stage:
    return Stage(session)


def test_submitted_answers_and_their_seal_stand_in_every_column(session: Session, stage: Stage) -> None:
    submitted = stage.submitted()
    for name in ANSWERS:
        table = TABLES[name]
        where = table.c.assessment_id == submitted.id
        assert list(open_columns(session, table, where)) == [], name
        assert not changed(session, table.delete().where(where)), name
    assert rows(session, "self_answer", submitted.id) == 9
    table = TABLES["assessment"]
    assert set(SEAL) & set(open_columns(session, table, table.c.id == submitted.id)) == set()
    added = {"id": uuid4(), "assessment_id": submitted.id, "question": "9.9.9", "narrative": "", "evidence_ids": []}
    by = {"version": 1, "saved_by": "me", "saved_name": "Me", "saved_at": stage.now}
    assert refused_by_freezing(session, insert(TABLES["self_answer"]).values(added | by))


def test_what_was_published_stands_in_every_column_of_every_table(session: Session, stage: Stage) -> None:
    """Published after a comment, a dispute and a senior review, so that there is a row of everything."""
    published = everything_published(session, stage)
    for name in (*ANSWERS, *FOUND):
        table = TABLES[name]
        where = table.c.assessment_id == published
        if name != "carried_answer":
            assert rows(session, name, published) > 0, name
        assert list(open_columns(session, table, where)) == [], name
        assert not changed(session, table.delete().where(where)), name
    table = TABLES["assessment"]
    assert set(open_columns(session, table, table.c.id == published)) <= WITHDRAWAL
    assert not changed(session, table.delete().where(table.c.id == published))
    for status in set(Status) - {Status.PUBLISHED}:
        assert not changed(session, update(table).where(table.c.id == published).values(status=status)), status


def everything_published(session: Session, stage: Stage) -> UUID:
    published = stage.published_after_review()
    session.flush()
    assert published.status == Status.PUBLISHED
    return published.id


def test_a_published_framework_stands_in_every_column_but_its_status(session: Session, stage: Stage) -> None:
    table = TABLES[FrameworkRow.__tablename__]
    for version in (1, 2):
        assert set(open_columns(session, table, table.c.version == version)) <= {"status"}
        assert not changed(session, table.delete().where(table.c.version == version))
        back = update(table).where(table.c.version == version).values(status="draft")
        assert refused_by_freezing(session, back)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE self_answer CASCADE",
        "ALTER TABLE self_answer DISABLE TRIGGER ALL",
        "ALTER TABLE assessment DISABLE TRIGGER USER",
        "DROP TRIGGER closed_by_answers_closed_at ON self_answer",
        "DROP TABLE assessment_result",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_the_services_own_role_cannot_take_the_guard_away(session: Session, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), session.begin_nested():
        session.connection().execute(text(statement))


def test_nothing_is_taken_for_frozen_that_was_never_there(session: Session, stage: Stage) -> None:
    """The tests above would pass on tables without rows: an open assessment can be changed."""
    assessing = stage.answered()
    table = TABLES["self_answer"]
    found = set(open_columns(session, table, table.c.assessment_id == assessing.id))
    assert {"narrative", "rating", "evidence_ids", "saved_by"} <= found


def test_a_rating_is_withdrawn_only_as_a_second_person_approved(session: Session, stage: Stage) -> None:
    old, new = stage.replaced()
    table = TABLES["assessment"]
    withdrawn = {"status": "withdrawn", "replacement_id": new.id}
    statement = update(table).where(table.c.id == old.id).values(withdrawn)
    assert refused_by_freezing(session, statement)
    about: dict[str, Any] = {"replacement_id": new.id, "reason": REASON}
    proposed = propose_withdrawal(session, old.id, **about, by=OFFICER, now=stage.now)
    assert refused_by_freezing(session, statement)
    assert withdraw(session, old.id, proposal_id=proposed.id, by=MYSELF, now=stage.now).status == Status.WITHDRAWN
    session.flush()


def test_a_plan_that_was_submitted_stands_and_one_that_was_approved_goes_on(session: Session, stage: Stage) -> None:
    plans, actions = TABLES["remedial_plan"], TABLES["remedial_action"]
    issues = select(TABLES["remedial_issue"].c.id)

    def opened(plan: RemedialPlan) -> tuple[set[str], set[str]]:
        session.flush()
        of_plan = actions.c.issue_id.in_(issues.where(TABLES["remedial_issue"].c.plan_id == plan.id))
        assert changed(session, actions.delete().where(of_plan)) == (plan.status == "awaiting_plan")
        assert not changed(session, plans.delete().where(plans.c.id == plan.id))
        columns = set(open_columns(session, actions, of_plan))
        return set(open_columns(session, plans, plans.c.id == plan.id)), columns

    told = {"overdue_told_at", "remind_at", "version"}
    words = {"description", "owner", "measure"}
    going = {"due_on", "overdue_at", "progress"}
    on_the_plan = {"status", "due_at", "overdue_told_at", "returned_because"}
    assert opened(stage.written_plan()) == (on_the_plan, told | words | going)
    assert opened(stage.submitted_plan()) == (on_the_plan, told)
    approved = stage.approved_plan()
    assert opened(approved) == (on_the_plan, told | going)
    for status in ("awaiting_plan", "submitted", "returned"):
        assert refused_by_freezing(session, update(plans).where(plans.c.id == approved.id).values(status=status))
    assert opened(stage.closed_plan()) == (set(), told)


def test_the_dates_that_stood_stay_with_their_reasons(session: Session, stage: Stage) -> None:
    service = stage.awaited()
    stage.awaited(service)
    session.flush()
    table = TABLES["due_date"]
    stood = (table.c.care_service_id == service) & table.c.replaced_at.is_not(None)
    stands = (table.c.care_service_id == service) & table.c.replaced_at.is_(None)
    assert list(open_columns(session, table, stood)) == []
    assert list(open_columns(session, table, stands)) == ["replaced_at"]
    for where in (stood, stands):
        assert not changed(session, table.delete().where(where))
