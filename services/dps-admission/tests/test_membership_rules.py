from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dps_admission.memberships.rules import (
    EFFECTS,
    HOLDS_PLACE,
    LIVE,
    MEMBERSHIP_LIFE,
    Cause,
    MembershipStatus,
    MembershipStep,
    Standing,
    bars_to_confirming,
    bars_to_holding,
    bars_to_lifting,
    bars_to_opening_membership,
    bars_to_round,
    embargoes_that_suspend,
    next_for_offer,
    waiting_order,
)

M, S = MembershipStatus, MembershipStep
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_every_state_is_reached_and_only_ended_is_the_end() -> None:
    assert MEMBERSHIP_LIFE.unreachable == frozenset()
    assert MEMBERSHIP_LIFE.final == {M.ENDED}


# What the domain guide draws: from each state, the states that follow.
DRAWN = {
    M.ADMITTED: {M.ACTIVE, M.WAITING, M.ENDED},
    M.WAITING: {M.OFFERED, M.ENDED},
    M.OFFERED: {M.ACTIVE, M.ENDED},
    M.ACTIVE: {M.SUSPENDED, M.ENDED},
    M.SUSPENDED: {M.ACTIVE, M.ENDED},
    M.ENDED: set(),
}


@pytest.mark.parametrize("status", M)
def test_a_membership_moves_as_drawn(status: MembershipStatus) -> None:
    moves = {to for (at, _), to in MEMBERSHIP_LIFE.steps.items() if at == status and to != status}
    assert moves == DRAWN[status]
    notice = MEMBERSHIP_LIFE.after(status, S.GIVE_REMOVAL_NOTICE)
    assert notice == (None if status == M.ENDED else status)


@pytest.mark.parametrize("status", M)
@pytest.mark.parametrize("step", S)
def test_every_pair_of_state_and_step_is_answered(status: MembershipStatus, step: MembershipStep) -> None:
    following = MEMBERSHIP_LIFE.after(status, step)
    assert (following is not None) is (step in MEMBERSHIP_LIFE.allowed(status))


def test_only_offered_active_and_suspended_hold_a_place() -> None:
    assert {M.OFFERED, M.ACTIVE, M.SUSPENDED} == HOLDS_PLACE
    assert set(M) - {M.ENDED} == LIVE


@pytest.mark.parametrize(
    ("status", "row"),
    [
        (M.WAITING, (True, True, None, False, False)),
        (M.ACTIVE, (True, True, True, True, True)),
        (M.SUSPENDED, (True, True, True, False, True)),
        (M.ENDED, (True, True, None, False, False)),
    ],
)
def test_the_effect_matrix(status: MembershipStatus, row: tuple[bool | None, ...]) -> None:
    effects = EFFECTS[status]
    assert row == (
        effects.edit_own_details,
        effects.apply_elsewhere,
        effects.existing_placements,
        effects.new_placements,
        effects.on_register,
    )
    assert set(EFFECTS) == set(M)


def test_each_cause_lifts_by_what_began_it() -> None:
    assert [cause for cause in Cause if not bars_to_lifting(cause)] == [Cause.COUNCIL_DECISION]
    for cause in (Cause.LAPSED_DECLARATION, Cause.LATE_DOCUMENT):
        assert [bar.rule for bar in bars_to_lifting(cause)] == ["lifts-on-evidence"]
    assert [bar.rule for bar in bars_to_lifting(Cause.EMBARGO)] == ["lifts-with-embargo"]
    assert [bar.rule for bar in bars_to_lifting(Cause.DECISION_SET_ASIDE)] == ["lifts-with-decision"]


@pytest.mark.parametrize(
    ("places", "undecided", "admitted", "is_called", "expected"),
    [
        (3, 0, 1, False, []),
        (None, 0, 1, False, ["no-places"]),
        (3, 2, 1, False, ["round-undecided"]),
        (3, 0, 0, False, ["nobody-admitted"]),
        (3, 0, 0, True, []),
        (3, 2, 0, True, ["round-undecided"]),
        (None, 1, 0, False, ["no-places", "round-undecided", "nobody-admitted"]),
    ],
)
def test_a_round_waits_until_all_of_it_is_decided(
    places: int | None, undecided: int, admitted: int, is_called: bool, expected: list[str]
) -> None:
    said = bars_to_round(places=places, undecided=undecided, admitted=admitted, is_called=is_called)
    assert [bar.rule for bar in said] == expected


@pytest.mark.parametrize(("places", "held", "free"), [(None, 99, True), (3, 2, True), (3, 3, False), (3, 4, False)])
def test_a_place_is_held_only_where_one_is_free(places: int | None, held: int, free: bool) -> None:
    assert (bars_to_holding(places=places, held=held) == []) is free


def test_an_opening_membership_is_confirmed_by_another_person() -> None:
    assert bars_to_confirming(is_unconfirmed=True, confirmed_by_recorder=False) == []
    [same] = bars_to_confirming(is_unconfirmed=True, confirmed_by_recorder=True)
    [done] = bars_to_confirming(is_unconfirmed=False, confirmed_by_recorder=False)
    assert (same.rule, done.rule) == ("second-person", "nothing-to-confirm")


def test_an_opening_membership_names_all_that_is_wrong() -> None:
    about = {"is_open": True, "has_opened": True, "is_known": True, "owns_services": True, "can_deliver": True}
    about["is_member"] = False
    assert bars_to_opening_membership(**about) == []
    assert len(bars_to_opening_membership(**{name: not so for name, so in about.items()})) == 6


A, B, E1, E2, E3 = (UUID(int=n) for n in range(1, 6))


@pytest.mark.parametrize(
    ("delivering", "whole", "suspends"),
    [
        ([A], {E1: A}, {E1}),
        ([A], {E1: B}, set()),
        ([A, B], {E1: A}, set()),  # the other service delivers
        ([A, B], {E1: A, E2: B}, {E1, E2}),
        ([A, B], {E1: A, E2: B, E3: A}, {E1, E2, E3}),
        ([A, B], {E1: A, E3: A}, set()),
        ([], {E1: A}, set()),
        ([A], {}, set()),
    ],
)
def test_an_embargo_suspends_only_what_no_other_service_delivers(
    delivering: list[UUID], whole: dict[UUID, UUID], suspends: set[UUID]
) -> None:
    assert embargoes_that_suspend(delivering, whole=whole) == suspends


standings = st.lists(
    st.builds(
        Standing,
        membership=st.uuids(),
        set_published_at=st.sampled_from([NOON - timedelta(days=900), NOON - timedelta(days=30)]),
        quality=st.fractions(0, 100, max_denominator=700),
        submitted_at=st.integers(0, 5).map(lambda days: NOON - timedelta(days=days)),
        application=st.uuids(),
        is_passed_over=st.booleans(),
    ),
    max_size=12,
)


@given(standings)
def test_the_waiting_order_is_total_and_as_published(waiting: list[Standing]) -> None:
    ordered = waiting_order(waiting)
    assert Counter(ordered) == Counter(waiting)
    assert ordered == waiting_order(reversed(waiting))
    for first, second in pairwise(ordered):
        if first.set_published_at == second.set_published_at:
            assert first.quality >= second.quality
            if first.quality == second.quality:
                assert first.submitted_at <= second.submitted_at


@given(standings, st.integers(0, 8), st.integers(0, 8))
def test_free_places_go_to_the_first_who_are_not_passed_over(waiting: list[Standing], places: int, held: int) -> None:
    offered = next_for_offer(waiting, places=places, held=held)
    free = [one for one in waiting_order(waiting) if not one.is_passed_over]
    assert offered == free[: max(0, places - held)]


class Lot(RuleBasedStateMachine):
    """Any sequence of steps in one lot and zone, as the actions take them: never a place too many or left empty."""

    places = 2

    def __init__(self) -> None:
        super().__init__()
        self.status: dict[int, MembershipStatus] = {}
        self.standing: dict[int, Standing] = {}
        self.causes: dict[int, set[str]] = {}
        self.next = 0

    def take(self, who: int, step: MembershipStep) -> None:
        following = MEMBERSHIP_LIFE.after(self.status[who], step)
        assert following is not None, (self.status[who], step)
        self.status[who] = following

    def fill(self) -> None:
        held = sum(status in HOLDS_PLACE for status in self.status.values())
        waiting = [
            Standing(**{**self.standing[who].__dict__, "is_passed_over": bool(self.causes[who])})
            for who, status in self.status.items()
            if status == M.WAITING
        ]
        for one in next_for_offer(waiting, places=self.places, held=held):
            self.take(one.membership.int, S.OFFER)

    def of(self, *statuses: MembershipStatus) -> list[int]:
        return [who for who, status in self.status.items() if status in statuses]

    @rule(quality=st.fractions(60, 100, max_denominator=50))
    def admit_and_rank(self, quality: Fraction) -> None:
        who, self.next = self.next, self.next + 1
        self.status[who], self.causes[who] = M.ADMITTED, set()
        submitted = NOON + timedelta(hours=who)
        self.standing[who] = Standing(
            membership=UUID(int=who),
            set_published_at=NOON,
            quality=quality,
            submitted_at=submitted,
            application=uuid4(),
        )
        self.take(who, S.WAIT)
        self.fill()

    @precondition(lambda self: self.of(M.OFFERED))
    @rule(data=st.data(), step=st.sampled_from([S.ACCEPT, S.DECLINE, S.LET_OFFER_LAPSE]))
    def answer(self, data: st.DataObject, step: MembershipStep) -> None:
        who = data.draw(st.sampled_from(self.of(M.OFFERED)))
        self.take(who, step)
        if self.status[who] == M.ACTIVE and self.causes[who]:
            self.take(who, S.SUSPEND)
        self.fill()

    @precondition(lambda self: self.of(*LIVE))
    @rule(data=st.data(), cause=st.sampled_from(["embargo a", "embargo b", "late document"]))
    def cause(self, data: st.DataObject, cause: str) -> None:
        who = data.draw(st.sampled_from(self.of(*LIVE)))
        self.causes[who].add(cause)
        if self.status[who] == M.ACTIVE:
            self.take(who, S.SUSPEND)

    @precondition(lambda self: any(self.causes[who] for who in self.of(*LIVE)))
    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from([who for who in self.of(*LIVE) if self.causes[who]]))
        self.causes[who].remove(data.draw(st.sampled_from(sorted(self.causes[who]))))
        if self.status[who] == M.SUSPENDED and not self.causes[who]:
            self.take(who, S.LIFT)
        self.fill()

    @precondition(lambda self: self.of(M.WAITING, M.ACTIVE, M.SUSPENDED))
    @rule(data=st.data(), step=st.sampled_from([S.LEAVE, S.REMOVE]))
    def end(self, data: st.DataObject, step: MembershipStep) -> None:
        self.take(data.draw(st.sampled_from(self.of(M.WAITING, M.ACTIVE, M.SUSPENDED))), step)
        self.fill()

    @invariant()
    def no_place_too_many(self) -> None:
        assert len(self.of(*HOLDS_PLACE)) <= self.places

    @invariant()
    def no_place_is_left_empty_while_somebody_may_have_it(self) -> None:
        if len(self.of(*HOLDS_PLACE)) < self.places:
            assert all(self.causes[who] for who in self.of(M.WAITING))

    @invariant()
    def only_the_caused_are_suspended(self) -> None:
        assert all(self.causes[who] for who in self.of(M.SUSPENDED))
        assert not any(self.causes[who] for who in self.of(M.ACTIVE))


TestLot = Lot.TestCase
