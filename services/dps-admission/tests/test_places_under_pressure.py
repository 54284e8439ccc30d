"""Two people press the button in the same instant: real threads, real transactions, a database of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from make_dps import Applicant, applicant, care_service
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col, func, select
from stage_dps import MANAGER, NOW, SECOND_MANAGER, Stage

from assay_contracts.directory import CareServiceRecorded
from assay_contracts.directory.copies import Copies, keep_care_service
from assay_contracts.risk import EmbargoImposed, Extent
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.problems import Conflict
from assay_kit.testing import hear
from dps_admission.evaluations import deciding
from dps_admission.evaluations.rules import DecisionKind
from dps_admission.evaluations.schemas import DecisionIn
from dps_admission.main import SERVICE
from dps_admission.memberships import opening, places, rounds
from dps_admission.memberships.repository import Memberships
from dps_admission.memberships.rules import HOLDS_PLACE, LIVE, MembershipStatus
from dps_admission.memberships.schemas import OpeningMembershipIn
from dps_admission.memberships.stepping import begin_membership
from dps_admission.schemes.repository import Schemes
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
    return live(engine, lot_id, statuses=HOLDS_PLACE)


def live(engine: Engine, lot_id: UUID, *, statuses: frozenset[MembershipStatus] = LIVE) -> int:
    wanted = select(func.count(col(Membership.id))).where(
        col(Membership.lot_id) == lot_id, col(Membership.status).in_(statuses)
    )
    return committed(engine, lambda session: session.exec(wanted).one())


def open_as(who: Applicant, lot: UUID) -> Callable[[Session], Any]:
    asked = OpeningMembershipIn(
        provider_id=who.provider_id,
        care_service_ids=[who.care_service_id],
        source="The award letter",
        reason="Since the beginning.",
    )
    return lambda session: opening.record_opening_membership(
        session, lot, asked, copies=Copies(session), by=SECOND_MANAGER, now=NOW
    )


def confirm(membership: UUID) -> Callable[[Session], Any]:
    return lambda session: opening.confirm_opening_membership(session, membership, by=MANAGER, now=NOW)


@pytest.mark.parametrize("_", range(3))
def test_six_take_two_places_and_four_are_refused(own_database: Engine, _: int) -> None:
    lot = committed(own_database, lambda session: Stage(session).lot(places=2).id)
    people = [committed(own_database, applicant) for _ in range(6)]
    recorded = [committed(own_database, open_as(who, lot)).id for who in people]

    results = at_once(own_database, *(confirm(membership) for membership in recorded))

    assert results == ["MembershipRefused"] * 4 + ["done"] * 2
    assert held(own_database, lot) == 2


def test_one_provider_becomes_a_member_once(own_database: Engine) -> None:
    lot = committed(own_database, lambda session: Stage(session).lot().id)
    who = committed(own_database, applicant)

    results = at_once(own_database, *[open_as(who, lot)] * 4)

    assert results.count("done") == 1
    assert live(own_database, lot) == 1


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


@pytest.mark.parametrize("_", range(3))
def test_an_embargo_that_comes_in_with_the_decision_suspends_the_new_member(own_database: Engine, _: int) -> None:
    part, who = committed(own_database, lambda session: Stage(session).reported())
    asked = DecisionIn(outcome=DecisionKind.ADMIT, reason="Every criterion is met.")
    event = EmbargoImposed(
        intervention_id=uuid4(),
        provider_id=who.provider_id,
        care_service_id=who.care_service_id,
        extent=Extent.WHOLE,
        imposed_on=london_day(NOW),
        at=NOW,
    )

    def admit(session: Session) -> None:
        deciding.decide(session, part.id, asked, by=MANAGER, now=NOW)
        sleep(0.2)

    def impose(session: Session) -> None:
        hear(session, event)
        sleep(0.2)

    assert at_once(own_database, admit, impose) == ["done", "done"]
    assert live(own_database, part.lot_id, statuses=frozenset({MembershipStatus.SUSPENDED})) == 1


def test_a_service_that_is_heard_of_while_its_provider_is_admitted_stops_neither(own_database: Engine) -> None:
    who = committed(own_database, applicant)
    with Session(own_database) as never_kept:
        service = care_service(never_kept, who.provider_id)
    event = CareServiceRecorded(care_service=service, at=NOW)

    def ask_for_it_under_the_lock(session: Session) -> None:
        Memberships(session).lock_provider(who.provider_id)
        sleep(0.4)
        keep_care_service(session, service)

    def hear_of_it(session: Session) -> None:
        sleep(0.1)
        hear(session, event)

    assert at_once(own_database, ask_for_it_under_the_lock, hear_of_it) == ["done", "done"]


def crossed(session: Session) -> tuple[UUID, UUID, UUID]:
    """Two admitted in two zones, of which the one with the smaller id is in the zone with the greater."""
    lot = Stage(session).lot(places=1, zones=["North", "South"])
    made = []
    for zone in sorted(Schemes(session).zones_of(lot.id), key=lambda one: one.id, reverse=True):
        where: dict[str, Any] = {
            "scheme_id": lot.scheme_id,
            "lot_id": lot.id,
            "lot_zone_id": zone.id,
            "zone": zone.zone,
        }
        who = applicant(session)
        member = Membership(provider_id=who.provider_id, submitted_at=NOW, admitted_at=NOW, **where)
        begin_membership(session, member, by=MANAGER, now=NOW, reason="Admitted.")
        made.append(member.id)
    small, great = made
    assert small < great
    return lot.id, small, great


def is_locked(session: Session, membership: UUID) -> bool:
    sleep(0.1)
    try:
        with session.begin_nested() as probe:
            session.exec(select(Membership.id).where(col(Membership.id) == membership).with_for_update(nowait=True))
            probe.rollback()
    except OperationalError:
        return True
    return False


def test_a_round_locks_its_members_by_id_whatever_their_zones(own_database: Engine) -> None:
    lot, small, great = committed(own_database, crossed)

    def run(session: Session) -> int:
        return len(rounds.run_round(session, lot, by=MANAGER, now=NOW))

    with ThreadPoolExecutor(1) as pool:
        with Session(own_database) as mine, mine.begin():
            mine.get_one(Membership, great, with_for_update=True)
            running = pool.submit(committed, own_database, run)
            assert any(is_locked(mine, small) for _ in range(50))
        assert running.result(10) == 2
