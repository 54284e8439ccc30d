"""Who is asked first: the order of a shortlist, who is left out and why, and whom an offer may go to. Pure."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from assay_contracts.directory.records import CareServiceType
from assay_kit.steps import Life
from dps_admission.bars import Bar
from dps_admission.memberships.rules import EFFECTS, MembershipStatus
from dps_admission.schemes.profiles import Clause, OfferOrder
from dps_admission.schemes.rules import Tier


class PlacementStatus(StrEnum):
    SEEKING = "seeking"
    PLACED = "placed"
    CLOSED = "closed"


class PlacementStep(StrEnum):
    PLACE = "place"
    CLOSE = "close"


PLACEMENT_LIFE = Life(
    name="placement",
    start=PlacementStatus.SEEKING,
    steps={
        (PlacementStatus.SEEKING, PlacementStep.PLACE): PlacementStatus.PLACED,
        (PlacementStatus.SEEKING, PlacementStep.CLOSE): PlacementStatus.CLOSED,
    },
)


class PlacementAnswer(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_ANSWERED = "not_answered"
    WITHDRAWN = "withdrawn"
    """The need ended while the offer stood."""


class Line(StrEnum):
    """In which of the two orders of a shortlist somebody stands."""

    MEMBERS = "members"
    CARE_HOMES = "care_homes"


CARE_HOMES = frozenset({CareServiceType.RESIDENTIAL_CARE, CareServiceType.NURSING_CARE})
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ORDINARY = {Tier.TIER_1: 1, None: 1, Tier.TIER_2: 2, Tier.SPECIALIST: 3}
_SPECIAL = {Tier.SPECIALIST: 1, Tier.TIER_1: 2, None: 2, Tier.TIER_2: 3}


@dataclass(frozen=True, kw_only=True)
class ServiceState:
    """A service that would deliver, as far as it matters for new placements."""

    service: UUID
    has_ended: bool = False
    is_embargoed: bool = False
    is_too_small: bool = False
    """All the hours that it can give in a week are fewer than the need's."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One who could be asked: a member of a lot (`id` is the membership), or a contracted care home (the service)."""

    id: UUID
    line: Line
    turn: tuple[UUID, ...] = ()
    """Whose turn it is: lot and provider, whatever the zone; or the care home."""
    tier: Tier | None = None
    last_offered_at: datetime | None = None
    is_asked: bool = False
    """This placement was offered to its provider already, as a member; or to the care home."""
    has_offer: bool = False
    """It was this membership, or this care home, that was asked."""
    excluded: Sequence[Bar] = field(default=())


def stage_of(tier: Tier | None, *, needs_specialist: bool) -> int:
    """Which stage a tier is asked in: specialists first where one is needed, otherwise last."""
    return (_SPECIAL if needs_specialist else _ORDINARY)[tier]


def serves(lot_groups: Sequence[str], tier: Tier | None, client_group: str | None) -> bool:
    """A lot without client groups serves all; a specialist one only the groups that it names."""
    if tier == Tier.SPECIALIST:
        return client_group in lot_groups
    return client_group is None or not lot_groups or client_group in lot_groups


def one_of_each(standings: Iterable[Standing]) -> list[Standing]:
    """A provider has one turn in a lot, in however many zones: that which was asked, else one that may be, stands."""
    chosen: dict[tuple[UUID, ...], Standing] = {}
    for one in sorted(standings, key=lambda one: (not one.has_offer, bool(one.excluded), str(one.id))):
        chosen.setdefault(one.turn or (one.id,), one)
    return list(chosen.values())


def bars_to_seeking(
    *, zone: str | None, known_zones: Set[str], needs_specialist: bool, client_group: str | None
) -> list[Bar]:
    """A zone that nobody has would silently leave out everybody who is in one; no specialist serves nobody."""
    bars = []
    if zone is not None and known_zones and zone not in known_zones:
        bars.append(
            Bar("wrong-zone", f"Nobody delivers this in a zone of that name: {', '.join(sorted(known_zones))}.")
        )
    if needs_specialist and client_group is None:
        bars.append(Bar("specialist-for-whom", "A specialist is one for a client group: say which."))
    return bars


def in_order(standings: Iterable[Standing], *, placement: UUID, needs_specialist: bool) -> list[Standing]:
    """Tier by tier, and within one who was offered nothing for the longest time first.

    Where that is equal a digest of the placement and the candidate decides: nobody's name or age is an advantage.
    """

    def key(one: Standing) -> tuple[int, datetime, str]:
        digest = sha256(f"{placement}:{one.id}".encode()).hexdigest()
        return stage_of(one.tier, needs_specialist=needs_specialist), one.last_offered_at or _NEVER, digest

    return sorted(standings, key=key)


def exclusions(
    *,
    status: MembershipStatus,
    order: Clause[OfferOrder],
    leaves_on: date | None,
    starts_on: date,
    is_closed: bool,
    services: Sequence[ServiceState],
) -> list[Bar]:
    """Every reason why a member may not be offered this placement."""
    bars = []
    if order.value == OfferOrder.ALL_MEMBERS:
        says = "Under this DPS all members are invited to each procurement; work is not offered in turn."
        bars.append(Bar("all-members-invited", says, order.source))
    if status == MembershipStatus.SUSPENDED:
        bars.append(Bar("suspended", "The membership is suspended."))
    elif not EFFECTS[status].new_placements:
        bars.append(Bar("not-yet-a-member", f"The membership is {status}."))
    if leaves_on is not None and leaves_on < starts_on:
        bars.append(Bar("leaving", f"The member leaves on {leaves_on}."))
    return bars + exclusions_of_services(services, is_closed=is_closed)


def exclusions_of_services(services: Sequence[ServiceState], *, is_closed: bool) -> list[Bar]:
    bars = []
    if is_closed:
        bars.append(Bar("provider-closed", "The provider's account is closed."))
    running = [one for one in services if not one.has_ended]
    if not running:
        bars.append(Bar("no-service", "No service of the provider would deliver it."))
    elif all(one.is_embargoed for one in running):
        bars.append(Bar("embargoed", "An embargo on new placements is in force."))
    elif all(one.is_too_small for one in running if not one.is_embargoed):
        bars.append(Bar("too-small", "No service that would deliver it has as many hours a week."))
    return bars


def next_in_order(ordered: Iterable[Standing]) -> Standing | None:
    return next((one for one in ordered if not one.excluded and not one.is_asked), None)


def bars_to_offer(
    ordered: Sequence[Standing],
    chosen: Standing,
    *,
    status: PlacementStatus,
    has_open_offer: bool,
    needs_specialist: bool,
    has_reason: bool,
) -> list[Bar]:
    """Members are asked tier by tier. Within a tier, and among care homes, a recorded reason may change the turn."""
    if status != PlacementStatus.SEEKING:
        return [Bar("not-seeking", f"The placement is {status}.")]
    if has_open_offer:
        return [Bar("offer-open", "An offer of this placement waits for its answer.")]
    bars = list(chosen.excluded)
    if chosen.is_asked:
        bars.append(Bar("asked-already", "This placement was offered to it already."))
    first = next_in_order(ordered)
    if bars or first is None or first.id == chosen.id:
        return bars
    stage = stage_of(chosen.tier, needs_specialist=needs_specialist)
    if chosen.line == Line.MEMBERS and stage_of(first.tier, needs_specialist=needs_specialist) < stage:
        return [Bar("tier-not-asked", "An earlier tier has not declined, or let its time run out, yet.")]
    if not has_reason:
        return [Bar("not-next", "Somebody else is next in order; an offer out of turn needs its reason.")]
    return []


def bars_to_answer(*, is_open: bool, is_provider: bool, has_reason: bool) -> list[Bar]:
    if not is_open:
        return [Bar("no-open-offer", "There is no open offer to answer.")]
    if not is_provider and not has_reason:
        says = "Who writes down an answer for a provider says how it was given."
        return [Bar("reason-missing", says)]
    return []
