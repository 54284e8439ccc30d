"""Makes the shortlist of a need: who is asked in which order, who is left out and why, with rating and band."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import CapacityUnit, CareServiceRecord, CareServiceType, ProviderStatus
from assay_kit.calendar import london_day
from dps_admission.bars import Bar
from dps_admission.memberships.repository import Memberships
from dps_admission.memberships.rules import EmbargoExtent, MembershipStatus
from dps_admission.schemes.repository import content_of
from dps_admission.schemes.rules import Tier
from dps_admission.tables import Embargo, Membership, Placement, PlacementOffer, ServiceLook

from .repository import Placements, Row
from .rules import (
    CARE_HOMES,
    Line,
    ServiceState,
    Standing,
    exclusions,
    exclusions_of_services,
    in_order,
    next_in_order,
    one_of_each,
    serves,
)
from .schemas import CandidateRead, ExclusionRead, ServiceOnShortlist, Shortlist

ORDER = (
    "Tier by tier; within a tier the longest time since the last offer first; equal ones by a digest of the placement. "
    "Contracted care homes outside any DPS stand in an order of their own, by the same time and digest."
)


IN_A_DPS = Bar("member-of-dps", "A membership of a DPS names it: what bars or orders that one counts.")


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    line: Line
    id: UUID
    provider_id: UUID
    services: Sequence[UUID]
    row: Row | None = None


class Candidates:
    """Everybody who could be asked for a need, and all that is known of them, in a fixed number of queries."""

    def __init__(self, session: Session, need: Placement, *, now: datetime) -> None:
        self._need, self._today = need, london_day(now)
        placements = Placements(session)
        rows = [row for row in placements.members_for(need) if _serves(row, need)]
        homes = _homes_for(placements, need, today=self._today) if need.service_type in CARE_HOMES else []
        listed = {UUID(one) for member, _, _ in rows for one in member.care_service_ids}
        self._named = placements.named_by_members(one.id for one in homes)
        profiles = {profile.id: profile for _, _, profile in rows}
        self._orders = {one: content_of(profile).offer_order for one, profile in profiles.items()}
        self._candidates = [_member(row) for row in rows]
        self._candidates += [_home(one) for one in homes if one.id not in listed]
        service_ids = {one for candidate in self._candidates for one in candidate.services}
        self._services = placements.services(service_ids)
        self._looks = placements.looks(service_ids)
        providers = sorted({one.provider_id for one in self._candidates})
        self._providers = placements.providers(providers)
        self._embargoes = _by_service(Memberships(session).live_embargoes(providers))
        offers = placements.offers_of(need.id)
        self._offers = _by_candidate(offers)
        self._asked = {one.provider_id for one in offers if one.membership_id is not None}
        outside = [one.id for one in self._candidates if one.line == Line.CARE_HOMES]
        self._last = placements.last_offers(providers=providers, care_homes=outside)
        self._by_id = {one.id: one for one in self._candidates}

    def ordered(self, line: Line) -> list[Standing]:
        standings = [self._standing(one) for one in self._candidates if one.line == line]
        return in_order(one_of_each(standings), placement=self._need.id, needs_specialist=self._need.needs_specialist)

    def shortlist(self) -> Shortlist:
        return Shortlist(
            placement_id=self._need.id,
            order=ORDER,
            members=self._read_line(Line.MEMBERS),
            care_homes=self._read_line(Line.CARE_HOMES),
        )

    def _read_line(self, line: Line) -> list[CandidateRead]:
        ordered = self.ordered(line)
        first = next_in_order(ordered)
        eligible = [one.id for one in ordered if not one.excluded]
        position = {one: place for place, one in enumerate(eligible, start=1)}
        ranked = sorted(ordered, key=lambda one: position.get(one.id, len(ordered) + 1))
        return [self._read(one, position=position.get(one.id), is_next=first is not None and one.id == first.id)
                for one in ranked]  # fmt: skip

    def _read(self, standing: Standing, *, position: int | None, is_next: bool) -> CandidateRead:
        one = self._by_id[standing.id]
        offer, lot = self._offers.get(one.id), one.row[1] if one.row else None
        is_member = one.line == Line.MEMBERS
        return CandidateRead(
            line=one.line,
            position=position,
            membership_id=one.id if is_member else None,
            care_service_id=None if is_member else one.id,
            provider_id=one.provider_id,
            provider_name=self._providers.get(one.provider_id, (None, ""))[0],
            lot_name=lot.name if lot else None,
            tier=standing.tier,
            zone=one.row[0].zone if one.row else None,
            last_offered_at=standing.last_offered_at,
            answer=offer.answer if offer else None,
            is_asked=standing.is_asked,
            is_next=is_next,
            services=[self._service(service) for service in one.services if service in self._services],
            excluded=[ExclusionRead.model_validate(bar) for bar in standing.excluded],
        )

    def _standing(self, one: _Candidate) -> Standing:
        turn = (one.row[1].id, one.provider_id) if one.row else (one.id,)
        has_offer = one.id in self._offers
        standing = Standing(
            id=one.id,
            line=one.line,
            turn=turn,
            last_offered_at=self._last.get(turn),
            is_asked=has_offer or (one.row is not None and one.provider_id in self._asked),
            has_offer=has_offer,
        )
        is_closed = self._providers.get(one.provider_id, ("", ""))[1] == ProviderStatus.CLOSED
        states = [self._state(service) for service in one.services]
        if one.row is None:
            bars = [IN_A_DPS] if one.id in self._named else []
            return replace(standing, excluded=bars + exclusions_of_services(states, is_closed=is_closed))
        lot = one.row[1]
        tier = Tier(lot.tier) if lot.tier else None
        return replace(standing, tier=tier, excluded=self._excluded(one.row, states, is_closed=is_closed))

    def _excluded(self, row: Row, states: Sequence[ServiceState], *, is_closed: bool) -> list[Bar]:
        member, _, profile = row
        return exclusions(
            status=MembershipStatus(member.status),
            order=self._orders[profile.id],
            leaves_on=member.leaves_on,
            starts_on=self._need.starts_on,
            is_closed=is_closed,
            services=states,
        )

    def _state(self, service: UUID) -> ServiceState:
        """A service that the copies do not know cannot deliver."""
        record, embargoes = self._services.get(service), self._embargoes.get(service, [])
        return ServiceState(
            service=service,
            has_ended=record is None or record.has_ended(max(self._today, self._need.starts_on)),
            is_embargoed=any(one.extent == EmbargoExtent.WHOLE for one in embargoes),
            is_too_small=record is not None and _is_too_small(record, self._need.hours_a_week),
        )

    def _service(self, service: UUID) -> ServiceOnShortlist:
        look, embargoes = self._looks.get(service, ServiceLook(care_service_id=service)), self._embargoes
        here, state = embargoes.get(service, []), self._state(service)
        return ServiceOnShortlist(
            care_service_id=service,
            name=self._services[service].name,
            rating=look.rating,
            rated_on=look.rated_on,
            band=look.band,
            has_ended=state.has_ended,
            is_embargoed=state.is_embargoed,
            limits=[one.limit_text for one in here if one.extent == EmbargoExtent.PART and one.limit_text],
        )


def _is_too_small(service: CareServiceRecord, hours: Decimal | None) -> bool:
    """By all the hours that it says it can give; where it says none, or counts beds, nobody knows."""
    held = service.capacity
    return hours is not None and held is not None and held.unit == CapacityUnit.HOURS_PER_WEEK and held.amount < hours


def _serves(row: Row, need: Placement) -> bool:
    _, lot, _ = row
    return serves(lot.client_groups, Tier(lot.tier) if lot.tier else None, need.client_group)


def _member(row: Row) -> _Candidate:
    member: Membership = row[0]
    services = [UUID(one) for one in member.care_service_ids]
    return _Candidate(line=Line.MEMBERS, id=member.id, provider_id=member.provider_id, services=services, row=row)


def _home(service: CareServiceRecord) -> _Candidate:
    return _Candidate(line=Line.CARE_HOMES, id=service.id, provider_id=service.provider_id, services=[service.id])


def _homes_for(placements: Placements, need: Placement, *, today: date) -> list[CareServiceRecord]:
    """Contracted care homes that take the client group, in the zone; what they do not say is no bar."""
    return [
        one
        for one in placements.care_homes(CareServiceType(need.service_type))
        if one.is_contracted
        and not one.has_ended(today)
        and (need.zone is None or not one.zones or need.zone in one.zones)
        and (need.client_group is None or not one.client_groups or need.client_group in one.client_groups)
    ]


def _by_service(embargoes: Iterable[Embargo]) -> dict[UUID, list[Embargo]]:
    found: dict[UUID, list[Embargo]] = {}
    for one in embargoes:
        found.setdefault(one.care_service_id, []).append(one)
    return found


def _by_candidate(offers: Iterable[PlacementOffer]) -> dict[UUID, PlacementOffer]:
    """The offer of this placement to each; nobody is asked twice."""
    return {who: offer for offer in offers if (who := offer.membership_id or offer.care_service_id) is not None}
