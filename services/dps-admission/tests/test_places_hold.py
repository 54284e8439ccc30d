"""Whatever people do in whatever order: no zone holds more than its places, nobody is a member twice, the waiting order
is the published one, a place that is free is offered within one run of the due work, and each step is told once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, event, given, settings, target
from hypothesis import strategies as st
from make_dps import REASON, Applicant, applicant
from sqlalchemy import Engine
from sqlalchemy import select as pick
from sqlmodel import Session, col, select
from stage_dps import MANAGER, NOW, SECOND_MANAGER, Stage, owner

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, Extent
from assay_kit.calendar import london_day
from assay_kit.problems import Conflict
from assay_kit.testing import do_due, hear
from assay_kit.timeline import timeline_entry
from dps_admission.main import SERVICE
from dps_admission.memberships import ending, places, removing, rounds, suspending
from dps_admission.memberships.change_schemas import RemovalAnswerIn
from dps_admission.memberships.repository import Memberships
from dps_admission.memberships.rules import (
    HOLDS_PLACE,
    LIVE,
    MEMBERSHIP_LIFE,
    Cause,
    MembershipStatus,
    MembershipStep,
    RemovalReason,
)
from dps_admission.memberships.stepping import begin_membership
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Embargo, Lot, Membership, SuspensionCause

PLACES, PEOPLE = 2, 5
VERBS = (
    "apply",
    "round",
    "accept",
    "decline",
    "leave",
    "answer_notice",
    "suspend",
    "lift",
    "embargo",
    "lift_embargo",
    "notice",
    "remove",
    "wait",
)
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, PEOPLE - 1), st.integers(0, 40)), min_size=8, max_size=25
)


class World:
    """One lot with two places, five providers, and whatever they and the council do."""

    def __init__(self, session: Session) -> None:
        self.session, self.now, self.contested = session, NOW, 0
        stage = Stage(session)
        self.lot: Lot = stage.lot(stage.scheme(is_open=False, valid_until="2029-02-23"), places=PLACES)
        [self.zone] = Schemes(session).zones_of(self.lot.id)
        self.people = [applicant(session, f"Provider {n}") for n in range(PEOPLE)]

    def membership(self, who: Applicant) -> Membership | None:
        statement = select(Membership).where(
            col(Membership.provider_id) == who.provider_id, col(Membership.status).in_(LIVE)
        )
        return self.session.exec(statement).one_or_none()

    def do(self, verb: str, person: int, number: int) -> None:
        who = self.people[person]
        self.now += timedelta(minutes=verb != "apply")
        if verb in ("apply", "round", "embargo", "lift_embargo", "wait"):
            getattr(self, verb)(who, number)
            return
        membership = self.membership(who)
        if membership is not None:
            getattr(self, verb)(membership, who)

    def apply(self, who: Applicant, number: int) -> None:
        """Admitted by a decision, some quality or other."""
        if self.membership(who) is not None:
            return
        quality = Fraction(60 + number)
        membership = Membership(
            provider_id=who.provider_id,
            scheme_id=self.lot.scheme_id,
            lot_id=self.lot.id,
            lot_zone_id=self.zone.id,
            care_service_ids=[str(who.care_service_id)],
            quality_numerator=quality.numerator,
            quality_denominator=quality.denominator,
            submitted_at=self.now,
            admitted_at=self.now,
        )
        begin_membership(self.session, membership, by=MANAGER, now=self.now, reason=REASON)
        suspending.sync_embargoes(self.session, membership, now=self.now)

    def round(self, _: Applicant, __: int) -> None:
        rounds.run_round(self.session, self.lot.id, by=MANAGER, now=self.now)

    def accept(self, membership: Membership, who: Applicant) -> None:
        places.accept(self.session, membership.id, by=owner(who), now=self.now)

    def decline(self, membership: Membership, who: Applicant) -> None:
        places.decline(self.session, membership.id, by=owner(who), now=self.now)

    def leave(self, membership: Membership, who: Applicant) -> None:
        ending.leave(self.session, membership.id, reason=REASON, by=owner(who), now=self.now)

    def suspend(self, membership: Membership, _: Applicant) -> None:
        about: dict[str, Any] = {"cause": Cause.COUNCIL_DECISION, "reason": REASON, "by": MANAGER, "now": self.now}
        suspending.suspend(self.session, membership.id, **about)

    def lift(self, membership: Membership, _: Applicant) -> None:
        for cause in Memberships(self.session).open_causes(membership.id):
            suspending.lift(self.session, cause.id, reason=REASON, by=MANAGER, now=self.now)

    def notice(self, membership: Membership, _: Applicant) -> None:
        about: dict[str, Any] = {"why": RemovalReason.BREACH, "reason": REASON, "by": MANAGER, "now": self.now}
        removing.give_removal_notice(self.session, membership.id, **about)

    def answer_notice(self, membership: Membership, who: Applicant) -> None:
        about: dict[str, Any] = {"directory": FakeDirectory(), "by": owner(who), "now": self.now}
        removing.answer_removal_notice(self.session, membership.id, RemovalAnswerIn(statement=REASON), **about)

    def remove(self, membership: Membership, _: Applicant) -> None:
        removing.remove(self.session, membership.id, by=SECOND_MANAGER, now=self.now)

    def embargo(self, who: Applicant, _: int) -> None:
        about: dict[str, Any] = {"provider_id": who.provider_id, "care_service_id": who.care_service_id}
        event = EmbargoImposed(
            **about, intervention_id=uuid4(), extent=Extent.WHOLE, imposed_on=london_day(self.now), at=self.now
        )
        hear(self.session, event)

    def lift_embargo(self, who: Applicant, _: int) -> None:
        live = select(Embargo).where(col(Embargo.provider_id) == who.provider_id, col(Embargo.lifted_at).is_(None))
        for embargo in self.session.exec(live).all():
            about = {"provider_id": who.provider_id, "care_service_id": who.care_service_id}
            lifted = EmbargoLifted(
                **about, intervention_id=embargo.intervention_id, lifted_on=london_day(self.now), at=self.now
            )
            hear(self.session, lifted)

    def wait(self, _: Applicant, days: int) -> None:
        self.now += timedelta(days=days % 10)
        do_due(self.session, self.now)

    # What always holds

    def check(self) -> None:
        self.session.expire_all()
        everyone = list(self.session.exec(select(Membership).where(col(Membership.lot_id) == self.lot.id)))
        held = [one for one in everyone if one.status in HOLDS_PLACE]
        assert len(held) <= PLACES
        live = Counter((one.provider_id, one.zone) for one in everyone if one.status in LIVE)
        assert all(count == 1 for count in live.values())
        self._nothing_free_is_kept_back(everyone, held)
        self._offers_went_in_order(everyone)
        self._every_step_is_told_once(everyone)

    def _nothing_free_is_kept_back(self, everyone: list[Membership], held: list[Membership]) -> None:
        waiting = [one for one in everyone if one.status == MembershipStatus.WAITING]
        causes = Memberships(self.session).causes_of([one.id for one in waiting])
        may = [one for one in waiting if not causes[one.id]]
        assert not may or len(held) == PLACES

    def _offers_went_in_order(self, everyone: list[Membership]) -> None:
        """Each went to the first of those who waited at that moment and bore no cause against it.

        `contested` is how many offers there were with more than one in line: only there is an order to hold.
        """
        mine = {one.id: one for one in everyone}
        borne = self.session.exec(select(SuspensionCause).where(col(SuspensionCause.membership_id).in_(mine))).all()
        status: dict[UUID, str] = {}
        self.contested = 0
        for row in self._rows(mine):
            if row.step == MembershipStep.OFFER:
                bearing = {one.membership_id for one in borne if _stands(one, row.at)}
                line = [
                    mine[one] for one, at in status.items() if at == MembershipStatus.WAITING and one not in bearing
                ]
                assert min(line, key=_published).id == row.object_id
                self.contested += len(line) > 1
            status[row.object_id] = row.to_status

    def _rows(self, mine: Iterable[UUID]) -> Sequence[Any]:
        of_ours = timeline_entry.c.object_kind == MEMBERSHIP_LIFE.name, timeline_entry.c.object_id.in_(mine)
        return self.session.execute(pick(timeline_entry).where(*of_ours).order_by(timeline_entry.c.sequence)).all()

    def _every_step_is_told_once(self, everyone: list[Membership]) -> None:
        mine = {one.id: one for one in everyone}
        status: dict[Any, str | None] = dict.fromkeys(mine)
        for row in self._rows(mine):
            assert row.from_status == status[row.object_id]
            status[row.object_id] = row.to_status
        assert status == {one.id: one.status for one in everyone}


def _stands(cause: SuspensionCause, at: datetime) -> bool:
    """Every step is at an instant of its own: what ended at this one had gone before anything was offered."""
    return cause.started_at <= at and (cause.ended_at is None or cause.ended_at > at)


def _published(one: Membership) -> tuple[Fraction, datetime, str]:
    """The order as it is published: quality, then the earlier submission, then the id."""
    return -Fraction(one.quality_numerator or 0, one.quality_denominator or 1), one.submitted_at, str(one.id)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(STEPS)
def test_any_sequence_of_steps_leaves_every_zone_within_its_places(
    engine: Engine, steps: list[tuple[str, int, int]]
) -> None:
    with engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, join_transaction_mode="create_savepoint", info={"service": SERVICE}, expire_on_commit=False
        ) as session:
            world = begun(session)
            for verb, person, number in steps:
                press(world, verb, person, number)
                world.check()
            target(float(world.contested), label="offers with more than one in line")
            event(f"offers with more than one in line: {world.contested}")
        outer.rollback()


def begun(session: Session) -> World:
    """Three have applied and are ranked, the last of them first; the others may apply yet."""
    world = World(session)
    for person in range(3):
        world.do("apply", person, 7 * person)
    world.do("round", 0, 0)
    world.check()
    assert world.contested == PLACES
    return world


def test_a_place_goes_to_the_first_in_line_whenever_several_wait(session: Session) -> None:
    """The path is certain: those with one quality go by their submission, and who is embargoed keeps its place."""
    world = begun(session)

    def offered() -> list[int]:
        found = [world.membership(who) for who in world.people]
        return [n for n, one in enumerate(found) if one is not None and one.status == MembershipStatus.OFFERED]

    assert offered() == [1, 2]
    for step in (("apply", 3, 20), ("apply", 4, 20), ("round", 0, 0), ("embargo", 3, 0), ("decline", 1, 0)):
        world.do(*step)
        world.check()
    assert offered() == [2, 4]
    for step in (("lift_embargo", 3, 0), ("decline", 2, 0), ("decline", 4, 0)):
        world.do(*step)
        world.check()
    assert offered() == [0, 3]
    assert world.contested == PLACES + 2


def press(world: World, verb: str, person: int, number: int) -> None:
    """A step is taken whole, or refused and nothing has changed."""
    try:
        with world.session.begin_nested():
            world.do(verb, person, number)
            world.session.flush()
    except Conflict:
        world.session.expire_all()
