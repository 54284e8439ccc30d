"""Two people press the button in the same instant: real threads, real transactions, a database of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID

import pytest
from make_dps import applicant
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select
from stage_dps import MANAGER, NOW, Stage

from assay_contracts.directory.copies import Copies
from assay_kit.identity import Principal
from assay_kit.problems import Conflict
from dps_admission.evaluations import deciding
from dps_admission.evaluations.rules import DecisionKind
from dps_admission.evaluations.schemas import DecisionIn
from dps_admission.main import SERVICE
from dps_admission.memberships import opening, places
from dps_admission.memberships.rules import HOLDS_PLACE
from dps_admission.memberships.schemas import OpeningMembershipIn
from dps_admission.tables import Membership

T = TypeVar("T")


def committed(engine: Engine, work: Callable[[Session], T]) -> T:
    about = {"service": SERVICE}
    with Session(engine, info=about, expire_on_commit=False) as session, session.begin():
        return work(session)


def at_once(engine: Engine, *works: Callable[[Session], Any]) -> list[str]:
    """Run all at the same instant, each in a transaction of its own; "done" or the name of the refusal."""
    barrier = Barrier(len(works))

    def one(work: Callable[[Session], Any]) -> str:
        try:
            with Session(engine, info={"service": SERVICE}) as session, session.begin():
                session.connection()
                barrier.wait(10)
                work(session)
        except (Conflict, IntegrityError) as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(one, works))


def held(engine: Engine, lot_id: UUID) -> int:
    wanted = select(func.count(col(Membership.id))).where(
        col(Membership.lot_id) == lot_id, col(Membership.status).in_(HOLDS_PLACE)
    )
    return committed(engine, lambda session: session.exec(wanted).one())


def open_as(provider: UUID, lot: UUID) -> Callable[[Session], Any]:
    asked = OpeningMembershipIn(provider_id=provider, source="The award letter", reason="Since the beginning.")
    return lambda session: opening.record_opening_membership(
        session, lot, asked, copies=Copies(session), by=MANAGER, now=NOW
    )


@pytest.mark.parametrize("_", range(3))
def test_six_take_two_places_and_four_are_refused(own_database: Engine, _: int) -> None:
    lot = committed(own_database, lambda session: Stage(session).lot(places=2).id)
    people = [committed(own_database, applicant).provider_id for _ in range(6)]

    results = at_once(own_database, *(open_as(provider, lot) for provider in people))

    assert results == ["MembershipRefused"] * 4 + ["done"] * 2
    assert held(own_database, lot) == 2


def test_one_provider_becomes_a_member_once(own_database: Engine) -> None:
    lot = committed(own_database, lambda session: Stage(session).lot().id)
    who = committed(own_database, applicant)

    results = at_once(own_database, *[open_as(who.provider_id, lot)] * 4)

    assert results.count("done") == 1
    assert held(own_database, lot) == 1


def test_two_managers_decide_and_one_wins(own_database: Engine) -> None:
    part, _ = committed(own_database, lambda session: Stage(session).reported())
    asked = DecisionIn(outcome=DecisionKind.ADMIT, reason="Every criterion is met.")

    def admit(session: Session) -> None:
        deciding.decide(session, part.id, asked, by=MANAGER, now=NOW)

    assert at_once(own_database, admit, admit) == ["DecisionRefused", "done"]
    assert held(own_database, part.lot_id) == 1


def test_an_offer_is_accepted_or_declined_but_never_both(own_database: Engine) -> None:
    lot, [(first, _), (second, _)] = committed(own_database, lambda session: Stage(session).ranked(people=2))
    offered = first if first.status == "offered" else second
    by = Principal(subject="person:olive", name="Olive", org=offered.provider_id)

    def accept(session: Session) -> None:
        places.accept(session, offered.id, by=by, now=NOW)

    def decline(session: Session) -> None:
        places.decline(session, offered.id, by=by, now=NOW)

    results = at_once(own_database, accept, decline, accept)

    assert results.count("done") == 1
    assert held(own_database, lot.id) == 1
