"""A reader of open data that has a package is told when there is more, in whatever order things are committed."""

from typing import Any
from uuid import UUID

from make_dps import REASON
from sqlalchemy import Engine
from sqlmodel import Session
from stage_dps import MANAGER, NOW, Stage
from test_places_under_pressure import committed

from dps_admission.main import SERVICE
from dps_admission.memberships import suspending
from dps_admission.memberships.rules import Cause
from dps_admission.register.history import History
from dps_admission.schemes.repository import Schemes


def suspend(session: Session, membership_id: UUID) -> None:
    about: dict[str, Any] = {"cause": Cause.COUNCIL_DECISION, "reason": REASON, "by": MANAGER, "now": NOW}
    suspending.suspend(session, membership_id, **about)


def test_a_step_that_is_committed_after_a_later_one_is_not_missed(own_database: Engine) -> None:
    """Both take their numbers, the second commits and is read, and then the first commits."""

    def two_members(session: Session) -> tuple[UUID, UUID, UUID]:
        stage = Stage(session)
        lot = stage.lot()
        first, second = (stage.member(lot)[0].id for _ in range(2))
        return lot.scheme_id, first, second

    scheme_id, first, second = committed(own_database, two_members)

    def mark() -> tuple[int, ...]:
        def read(session: Session) -> tuple[int, ...]:
            return History(session, Schemes(session).get(scheme_id), until=NOW).mark()

        return committed(own_database, read)

    with Session(own_database, info={"service": SERVICE}) as slow, slow.begin():
        suspend(slow, first)
        committed(own_database, lambda session: suspend(session, second))
        before = mark()
    assert mark() != before
