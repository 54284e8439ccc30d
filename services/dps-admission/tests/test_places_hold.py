"""Whatever people do in whatever order: no zone holds more than its places, nobody is a member twice, the waiting order
is the published one, a place that is free is offered within one run of the due work, and each step is told once."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
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
    RemovalReason,
    waiting_order,
)
from dps_admission.memberships.stepping import begin_membership
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Embargo, Lot, Membership, Offer

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
        self.session, self.now = session, NOW
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
        """Nobody who waited, and could be offered a place, stood before one to whom the last offer went."""
        line = waiting_order(
            places.standing_of(one, False)
            for one in everyone
            if one.status == MembershipStatus.WAITING and not Memberships(self.session).open_causes(one.id)
        )
        last = self.session.exec(select(Offer).order_by(col(Offer.made_at).desc()).limit(1)).first()
        if last is None or last.made_at != self.now or not line:
            return
        offered = next(one for one in everyone if one.id == last.membership_id)
        if offered.status == MembershipStatus.OFFERED and last.made_at > max(one.submitted_at for one in line):
            assert waiting_order([*line, places.standing_of(offered, False)])[0].membership == offered.id

    def _every_step_is_told_once(self, everyone: list[Membership]) -> None:
        mine = {one.id: one for one in everyone}
        rows = self.session.execute(
            pick(timeline_entry)
            .where(timeline_entry.c.object_kind == MEMBERSHIP_LIFE.name, timeline_entry.c.object_id.in_(mine))
            .order_by(timeline_entry.c.sequence)
        ).all()
        status: dict[Any, str | None] = dict.fromkeys(mine)
        for row in rows:
            assert row.from_status == status[row.object_id]
            status[row.object_id] = row.to_status
        assert status == {one.id: one.status for one in everyone}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(STEPS)
def test_any_sequence_of_steps_leaves_every_zone_within_its_places(
    engine: Engine, steps: list[tuple[str, int, int]]
) -> None:
    with engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, join_transaction_mode="create_savepoint", info={"service": SERVICE}, expire_on_commit=False
        ) as session:
            world = World(session)
            for person in range(3):
                world.do("apply", person, 7 * person)
            world.do("round", 0, 0)
            world.check()
            for verb, person, number in steps:
                press(world, verb, person, number)
                world.check()
        outer.rollback()


def press(world: World, verb: str, person: int, number: int) -> None:
    """A step is taken whole, or refused and nothing has changed."""
    try:
        with world.session.begin_nested():
            world.do(verb, person, number)
            world.session.flush()
    except Conflict:
        world.session.expire_all()
