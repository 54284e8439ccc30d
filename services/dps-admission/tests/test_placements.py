"""A need for care is offered in the published order, and everybody can see who was left out and why."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from make_dps import REASON, Applicant, House, applicant, care_service, ok, refused
from sqlmodel import Session

from assay_contracts.assessment import Rating, RatingPublished, RatingWithdrawn
from assay_contracts.directory import CareServiceType
from assay_contracts.risk import Band, BandChanged, EmbargoImposed, EmbargoLifted, Extent
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.testing import Time, do_due

NEED = {"service_type": "home_care", "client_group": "older_people", "zone": "North", "starts_on": "2026-04-01"}
HOME = {"service_type": "nursing_care", "zone": "North", "starts_on": "2026-04-01"}
WHY = {"reason": REASON}


def broker(house: House) -> Any:
    return house.client_as(Role.SOCIAL_CARE_ASSESSOR, name="Bea Broker")


def opening(house: House, lot: Any, who: Applicant, zone: str | None = None, *services: UUID) -> str:
    """A member from before Assay; the id of its membership."""
    asked = {
        "provider_id": str(who.provider_id),
        "care_service_ids": [str(one) for one in services or (who.care_service_id,)],
        "zone": zone,
        "source": "The award letter",
        "reason": REASON,
    }
    recorded = ok(house.manager().post(f"/v1/lots/{lot['id']}/opening-memberships", json=asked))
    ok(house.manager("Max Manager").post(f"/v1/memberships/{recorded['id']}/confirmation"))
    return str(recorded["id"])


def seek(house: House, **about: Any) -> str:
    return f"/v1/placements/{ok(broker(house).post('/v1/placements', json=NEED | about))['id']}"


def shortlist(house: House, address: str, line: str = "members") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(broker(house).get(f"{address}/shortlist"))[line]
    return found


def offer(house: House, address: str, membership: str, **about: Any) -> Any:
    return broker(house).post(f"{address}/offers", json={"membership_id": membership} | about)


def say(house: House, who: Applicant, made: Any, *, accepts: bool) -> Any:
    return house.provider(who).post(f"/v1/placement-offers/{made['id']}/answer", json={"is_accepted": accepts})


def two_tiers(house: House, session: Session) -> tuple[list[Applicant], list[str]]:
    """Two members of tier 1 in the zone, one of tier 2, and one of tier 1 in another zone."""
    first = house.open_lot(tier="tier_1", zones=["North", "South"])
    second = house.open_lot(tier="tier_2", zones=["North", "South"])
    people = [applicant(session, f"Provider {n}") for n in range(4)]
    placed = ((first, "North"), (first, "North"), (second, "North"), (first, "South"))
    return people, [opening(house, lot, who, zone) for who, (lot, zone) in zip(people, placed, strict=True)]


def test_tier_1_is_asked_first_and_tier_2_when_it_has_declined_or_stayed_silent(
    house: House, session: Session, at: Time
) -> None:
    people, members = two_tiers(house, session)
    address = seek(house)
    listed = shortlist(house, address)
    assert {one["membership_id"] for one in listed} == set(members[:3])
    assert [one["tier"] for one in listed] == ["tier_1", "tier_1", "tier_2"]
    assert [one["position"] for one in listed] == [1, 2, 3]
    assert [one["is_next"] for one in listed] == [True, False, False]
    first, second = listed[0]["membership_id"], listed[1]["membership_id"]

    assert refused(offer(house, address, members[2], **WHY)) == ["tier-not-asked"]
    assert refused(offer(house, address, second)) == ["not-next"]
    made = ok(offer(house, address, first))
    assert refused(offer(house, address, second)) == ["offer-open"]
    who = people[members.index(first)]
    assert ok(say(house, who, made, accepts=False))["answer"] == "declined"
    assert refused(say(house, who, made, accepts=True)) == ["no-open-offer"]
    assert refused(offer(house, address, first)) == ["asked-already"]

    silent = ok(offer(house, address, second))
    at.now += timedelta(hours=49)
    assert refused(say(house, people[members.index(second)], silent, accepts=True)) == ["no-open-offer"]
    do_due(session, at.now)
    last = ok(offer(house, address, members[2]))
    assert ok(say(house, people[2], last, accepts=True))["answer"] == "accepted"
    seen = ok(broker(house).get(address))
    assert seen["status"] == "placed"
    assert [one["answer"] for one in seen["offers"]] == ["declined", "not_answered", "accepted"]


def test_who_was_offered_nothing_for_the_longest_time_comes_first(house: House, session: Session, at: Time) -> None:
    people, members = two_tiers(house, session)
    begins = seek(house)
    first = shortlist(house, begins)[0]["membership_id"]
    made = ok(offer(house, begins, first))
    ok(say(house, people[members.index(first)], made, accepts=True))
    for _ in range(3):
        at.now += timedelta(days=1)
        address = seek(house)
        listed = shortlist(house, address)
        assert listed[0]["membership_id"] != first
        first = listed[0]["membership_id"]
        ok(say(house, people[members.index(first)], ok(offer(house, address, first)), accepts=True))


def test_out_of_turn_within_a_tier_takes_a_reason_that_is_kept(house: House, session: Session) -> None:
    _, _ = two_tiers(house, session)
    address = seek(house)
    second = shortlist(house, address)[1]["membership_id"]
    made = ok(offer(house, address, second, **WHY))
    assert made["out_of_turn_because"] == REASON


def test_suspended_and_embargoed_ones_are_left_out_with_the_reason(house: House, session: Session, at: Time) -> None:
    people, members = two_tiers(house, session)
    council = {"cause": "council_decision", "reason": REASON}
    ok(house.manager().post(f"/v1/memberships/{members[0]}/suspensions", json=council))
    about = {
        "intervention_id": uuid4(),
        "provider_id": people[1].provider_id,
        "care_service_id": people[1].care_service_id,
    }
    house.deliver(EmbargoImposed(**about, extent=Extent.WHOLE, imposed_on=london_day(at.now), at=at.now))
    limit = about | {"intervention_id": uuid4(), "provider_id": people[2].provider_id}
    limit["care_service_id"] = people[2].care_service_id
    limited = {"extent": Extent.PART, "limit_text": "No more than two.", "imposed_on": london_day(at.now)}
    house.deliver(EmbargoImposed(**limit, **limited, at=at.now))

    address = seek(house)
    listed = {one["membership_id"]: one for one in shortlist(house, address)}
    reasons = {member: [one["rule"] for one in listed[member]["excluded"]] for member in members[:3]}
    assert reasons == {members[0]: ["suspended"], members[1]: ["suspended", "embargoed"], members[2]: []}
    assert listed[members[2]]["services"][0]["limits"] == ["No more than two."]
    assert listed[members[0]]["position"] is None
    assert refused(offer(house, address, members[0])) == ["suspended"]
    assert ok(offer(house, address, members[2]))["answer"] is None


def test_an_embargo_that_comes_in_bars_an_acceptance(house: House, session: Session, at: Time) -> None:
    people, members = two_tiers(house, session)
    address = seek(house)
    first = shortlist(house, address)[0]["membership_id"]
    who, made = people[members.index(first)], ok(offer(house, address, first))
    about = {"intervention_id": uuid4(), "provider_id": who.provider_id, "care_service_id": who.care_service_id}
    house.deliver(EmbargoImposed(**about, extent=Extent.WHOLE, imposed_on=london_day(at.now), at=at.now))
    assert refused(say(house, who, made, accepts=True)) == ["suspended", "embargoed"]
    house.deliver(EmbargoLifted(**about, lifted_on=london_day(at.now), at=at.now))
    assert ok(say(house, who, made, accepts=True))["answer"] == "accepted"


def test_rating_and_band_are_shown_as_they_were_last_told(house: House, session: Session, at: Time) -> None:
    people, _ = two_tiers(house, session)
    service = {"care_service_id": people[0].care_service_id, "provider_id": people[0].provider_id}
    assessment = uuid4()

    def rated(rating: Rating, at_: Any, assessment_id: UUID = assessment) -> RatingPublished:
        return RatingPublished(
            **service,
            assessment_id=assessment_id,
            rating=rating,
            published_on=london_day(at_),
            framework_version=1,
            next_due_on=london_day(at_) + timedelta(days=365),
            at=at_,
        )

    def band(name: Band, at_: Any) -> BandChanged:
        about = {"band": name, "computed_band": name, "previous_band": None, "reasons": (), "model_version": 1}
        return BandChanged(**service, **about, at=at_)

    def shown() -> tuple[Any, Any]:
        found = [one for one in shortlist(house, address) if one["provider_id"] == str(people[0].provider_id)]
        return found[0]["services"][0]["rating"], found[0]["services"][0]["band"]

    address, earlier = seek(house), at.now - timedelta(days=9)
    assert shown() == (None, None)
    house.deliver(rated(Rating.GOOD, at.now))
    house.deliver(band(Band.GREEN, at.now))
    house.deliver(rated(Rating.POOR, earlier, uuid4()))
    house.deliver(band(Band.RED, earlier))
    assert shown() == ("good", "green")
    house.deliver(RatingWithdrawn(**service, assessment_id=uuid4(), replaced_by=uuid4(), at=at.now))
    assert shown() == ("good", "green")
    house.deliver(RatingWithdrawn(**service, assessment_id=assessment, replaced_by=uuid4(), at=at.now))
    assert shown() == (None, "green")


def test_where_all_members_are_invited_work_is_not_offered_in_turn(house: House, session: Session) -> None:
    lot = house.open_lot(scheme={"regime": "pcr2015_reg34"})
    membership = opening(house, lot, applicant(session))
    address = seek(house)
    [only] = shortlist(house, address)
    assert [one["rule"] for one in only["excluded"]] == ["all-members-invited"]
    assert refused(offer(house, address, membership)) == ["all-members-invited"]


def test_contracted_care_homes_outside_any_dps_stand_in_an_order_of_their_own(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session, "Homes Ltd")
    home = {"type": CareServiceType.NURSING_CARE}
    mine = [care_service(session, who.provider_id, name=f"Home {n}", zones=("North",), **home) for n in range(2)]
    care_service(session, who.provider_id, name="Elsewhere", zones=("South",), **home)
    care_service(session, who.provider_id, name="Not contracted", is_contracted=False, **home)
    care_service(session, who.provider_id, name="Residential", type=CareServiceType.RESIDENTIAL_CARE)
    address = f"/v1/placements/{ok(broker(house).post('/v1/placements', json=HOME))['id']}"
    listed = shortlist(house, address, "care_homes")
    assert {one["care_service_id"] for one in listed} == {str(one.id) for one in mine}
    assert shortlist(house, address) == []

    second = listed[1]["care_service_id"]
    out_of_turn = broker(house).post(f"{address}/offers", json={"care_service_id": second})
    assert refused(out_of_turn) == ["not-next"]
    chosen = {"care_service_id": second, "reason": "The person chose this home."}
    made = ok(broker(house).post(f"{address}/offers", json=chosen))
    ok(say(house, who, made, accepts=True))
    at.now += timedelta(days=1)
    address = f"/v1/placements/{ok(broker(house).post('/v1/placements', json=HOME))['id']}"
    assert shortlist(house, address, "care_homes")[1]["care_service_id"] == second


def test_an_embargoed_care_home_is_left_out(house: House, session: Session, at: Time) -> None:
    who = applicant(session, "Homes Ltd")
    home = care_service(session, who.provider_id, name="Home", type=CareServiceType.NURSING_CARE)
    about = {"intervention_id": uuid4(), "provider_id": who.provider_id, "care_service_id": home.id}
    house.deliver(EmbargoImposed(**about, extent=Extent.WHOLE, imposed_on=london_day(at.now), at=at.now))
    address = f"/v1/placements/{ok(broker(house).post('/v1/placements', json=HOME))['id']}"
    [only] = shortlist(house, address, "care_homes")
    assert [one["rule"] for one in only["excluded"]] == ["embargoed"]
    made = broker(house).post(f"{address}/offers", json={"care_service_id": str(home.id)})
    assert refused(made) == ["embargoed"]


def test_a_provider_sees_its_own_offers_and_a_need_that_ends_withdraws_them(house: House, session: Session) -> None:
    people, members = two_tiers(house, session)
    address = seek(house)
    first = shortlist(house, address)[0]["membership_id"]
    who = people[members.index(first)]
    made = ok(offer(house, address, first))
    stranger = house.provider(people[2])
    assert ok(stranger.get("/v1/placement-offers"))["items"] == []
    assert stranger.post(f"/v1/placement-offers/{made['id']}/answer", json={"is_accepted": True}).status_code == 404
    [own] = ok(house.provider(who).get("/v1/placement-offers"))["items"]
    assert (own["id"], own["zone"], own["answer"]) == (made["id"], "North", None)
    ok(broker(house).post(f"{address}/closing", json=WHY))
    assert refused(say(house, who, made, accepts=True)) == ["no-open-offer"]
    assert ok(broker(house).get(address))["offers"][0]["answer"] == "withdrawn"
    assert refused(offer(house, address, members[2])) == ["not-seeking"]
