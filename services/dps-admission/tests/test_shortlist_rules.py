from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dps_admission.bars import Bar
from dps_admission.memberships.rules import MembershipStatus
from dps_admission.placements.rules import (
    PLACEMENT_LIFE,
    Line,
    PlacementStatus,
    ServiceState,
    Standing,
    bars_to_offer,
    exclusions,
    in_order,
    next_in_order,
    serves,
    stage_of,
)
from dps_admission.schemes.profiles import Basis, Clause, OfferOrder
from dps_admission.schemes.rules import Tier

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEED = UUID(int=42)
IN_TURN = Clause[OfferOrder](value=OfferOrder.TIER_ORDER, basis=Basis.POLICY, source="The notice")
ALL = Clause[OfferOrder](value=OfferOrder.ALL_MEMBERS, basis=Basis.LAW, source="Regulation 34")
BAR = Bar("suspended", "The membership is suspended.")
STANDINGS = st.lists(
    st.builds(
        Standing,
        id=st.uuids(),
        line=st.just(Line.MEMBERS),
        tier=st.sampled_from([None, *Tier]),
        last_offered_at=st.none() | st.integers(0, 5).map(lambda days: NOON - timedelta(days=days)),
        is_asked=st.booleans(),
        excluded=st.sampled_from([(), (BAR,)]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


def member(tier: Tier | None = Tier.TIER_1, **about: object) -> Standing:
    return Standing(id=uuid4(), line=Line.MEMBERS, tier=tier, **about)  # type: ignore[arg-type]  # keywords of one test


@given(STANDINGS, st.booleans())
def test_the_order_is_by_stage_then_longest_time_and_hangs_on_nothing_else(
    standings: list[Standing], special: bool
) -> None:
    ordered = in_order(standings, placement=NEED, needs_specialist=special)
    shuffled = sorted(standings, key=lambda one: str(one.id))
    assert in_order(shuffled, placement=NEED, needs_specialist=special) == ordered
    keys = [
        (stage_of(one.tier, needs_specialist=special), one.last_offered_at or NOON - timedelta(days=99))
        for one in ordered
    ]
    assert keys == sorted(keys)


@given(STANDINGS, st.booleans())
def test_whoever_is_next_is_offered_it_without_a_reason(standings: list[Standing], special: bool) -> None:
    ordered = in_order(standings, placement=NEED, needs_specialist=special)
    first = next_in_order(ordered)
    for one in ordered:
        bars = offer(ordered, one, special=special)
        assert (bars == []) is (first is not None and one.id == first.id)
        with_reason = offer(ordered, one, special=special, has_reason=True)
        if one.excluded or one.is_asked:
            assert with_reason
        elif first is not None:
            is_same_stage = stage_of(one.tier, needs_specialist=special) == stage_of(
                first.tier, needs_specialist=special
            )
            assert (with_reason == []) is is_same_stage


def offer(
    ordered: Sequence[Standing],
    one: Standing,
    *,
    special: bool = False,
    has_reason: bool = False,
    is_open: bool = False,
) -> list[str]:
    bars = bars_to_offer(
        ordered,
        one,
        status=PlacementStatus.SEEKING,
        has_open_offer=is_open,
        needs_specialist=special,
        has_reason=has_reason,
    )
    return [bar.rule for bar in bars]


def test_tier_2_is_asked_only_after_tier_1_has_declined_or_let_its_time_run_out() -> None:
    first, second = member(Tier.TIER_1), member(Tier.TIER_2)
    assert offer([first, second], second, has_reason=True) == ["tier-not-asked"]
    assert offer([member(Tier.TIER_1, is_asked=True), second], second) == []
    assert offer([member(Tier.TIER_1, excluded=(BAR,)), second], second) == []
    assert offer([first, second], first, is_open=True) == ["offer-open"]


def test_specialists_come_first_where_one_is_needed_and_last_otherwise() -> None:
    everybody = [member(tier) for tier in (Tier.TIER_2, Tier.SPECIALIST, Tier.TIER_1)]
    special = in_order(everybody, placement=NEED, needs_specialist=True)
    ordinary = in_order(everybody, placement=NEED, needs_specialist=False)
    assert [one.tier for one in special] == [Tier.SPECIALIST, Tier.TIER_1, Tier.TIER_2]
    assert [one.tier for one in ordinary] == [Tier.TIER_1, Tier.TIER_2, Tier.SPECIALIST]


@pytest.mark.parametrize(
    ("groups", "tier", "wanted", "expected"),
    [
        ([], Tier.TIER_1, "autism", True),
        (["autism"], Tier.TIER_1, "autism", True),
        (["older_people"], Tier.TIER_1, "autism", False),
        (["older_people"], Tier.TIER_1, None, True),
        ([], Tier.SPECIALIST, "autism", False),
        (["autism"], Tier.SPECIALIST, "autism", True),
        (["autism"], Tier.SPECIALIST, None, False),
    ],
)
def test_a_lot_serves_the_groups_that_it_names(
    groups: list[str], tier: Tier, wanted: str | None, expected: bool
) -> None:
    assert serves(groups, tier, wanted) is expected


RUNS = ServiceState(service=UUID(int=1))
EMBARGOED = ServiceState(service=UUID(int=2), is_embargoed=True)
ENDED = ServiceState(service=UUID(int=3), has_ended=True)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, []),
        ({"status": MembershipStatus.SUSPENDED}, ["suspended"]),
        ({"status": MembershipStatus.OFFERED}, ["not-yet-a-member"]),
        ({"services": [EMBARGOED, RUNS]}, []),
        ({"services": [EMBARGOED, ENDED]}, ["embargoed"]),
        ({"services": [ENDED]}, ["no-service"]),
        ({"leaves_on": date(2026, 3, 31)}, ["leaving"]),
        ({"leaves_on": date(2026, 4, 1)}, []),
        ({"is_closed": True}, ["provider-closed"]),
        ({"order": ALL}, ["all-members-invited"]),
        ({"status": MembershipStatus.SUSPENDED, "services": [EMBARGOED]}, ["suspended", "embargoed"]),
    ],
)
def test_every_reason_for_an_exclusion_is_given(about: dict[str, object], expected: list[str]) -> None:
    usual: dict[str, object] = {
        "status": MembershipStatus.ACTIVE,
        "order": IN_TURN,
        "leaves_on": None,
        "starts_on": date(2026, 4, 1),
        "is_closed": False,
        "services": [RUNS],
    }
    bars = exclusions(**usual | about)  # type: ignore[arg-type]  # keywords of one case
    assert [bar.rule for bar in bars] == expected


def test_a_placement_ends_placed_or_closed() -> None:
    assert PLACEMENT_LIFE.unreachable == frozenset()
    assert {str(one) for one in PLACEMENT_LIFE.final} == {"placed", "closed"}
