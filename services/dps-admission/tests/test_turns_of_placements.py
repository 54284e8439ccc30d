"""Whose turn it is: providers and not memberships, in zones that there are, and what of it a provider is shown."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from make_dps import REASON, House, applicant, care_service, ok, refused, set_of_2023_act
from sqlmodel import Session
from test_placements import HOME, NEED, WHY, broker, offer, opening, say, seek, shortlist, two_tiers

from assay_contracts.directory import Capacity, CapacityUnit, CareServiceType
from assay_contracts.messages import MessageRequested
from assay_kit.testing import Time, do_due, told
from dps_admission.schemes.profiles import Regime

ANYWHERE = {"zone": None}


def test_a_suspended_member_is_not_offered_its_home_outside_the_dps(house: House, session: Session) -> None:
    nursing: dict[str, Any] = {"service_type": "nursing_care", "tier": "tier_1"}
    lot = house.open_lot(**nursing, client_groups=["learning_disability"], zones=["North", "South"])
    who = applicant(session, "Homes Ltd")
    home = care_service(session, who.provider_id, name="Home", type=CareServiceType.NURSING_CARE)
    member = opening(house, lot, who, "South", home.id)
    council = {"cause": "council_decision", "reason": REASON}
    ok(house.manager().post(f"/v1/memberships/{member}/suspensions", json=council))
    need = HOME | {"client_group": "older_people"}
    address = f"/v1/placements/{ok(broker(house).post('/v1/placements', json=need))['id']}"
    assert shortlist(house, address) == []
    [listed] = shortlist(house, address, "care_homes")
    assert [one["rule"] for one in listed["excluded"]] == ["member-of-dps"]
    assert (listed["position"], listed["is_next"]) == (None, False)
    made = broker(house).post(f"{address}/offers", json={"care_service_id": str(home.id)} | WHY)
    assert refused(made) == ["member-of-dps"]


def test_a_provider_in_two_zones_has_one_turn(house: House, session: Session) -> None:
    lot = house.open_lot(tier="tier_1", zones=["North", "South"])
    later = house.open_lot(tier="tier_2", zones=["North"])
    both, other = applicant(session, "Both Ltd"), applicant(session, "Other Ltd")
    zones = {opening(house, lot, both, zone) for zone in ("North", "South")}
    second = opening(house, later, other, "North")
    address = seek(house, **ANYWHERE)
    first, last = shortlist(house, address)
    assert (first["membership_id"] in zones, last["membership_id"]) == (True, second)
    made = ok(offer(house, address, first["membership_id"]))
    ok(say(house, both, made, accepts=False))
    asked, following = shortlist(house, address)
    assert (asked["answer"], asked["is_asked"], following["is_next"]) == ("declined", True, True)
    assert ok(offer(house, address, second))["answer"] is None


def test_who_comes_back_does_not_go_first(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(tier="tier_1", zones=["North"])
    back, still = applicant(session, "Back Ltd"), applicant(session, "Still Ltd")
    member = opening(house, lot, back, "North")
    stays = opening(house, lot, still, "North")
    for one, who in ((stays, still), (member, back)):
        at.now += timedelta(hours=1)
        ok(say(house, who, ok(offer(house, seek(house), one, **WHY)), accepts=True))
    ok(house.provider(back).post(f"/v1/memberships/{member}/departure", json=WHY))
    at.now += timedelta(days=30)
    do_due(session, at.now)
    again = opening(house, lot, back, "North")
    assert [one["membership_id"] for one in shortlist(house, seek(house, starts_on="2026-06-01"))] == [stays, again]


def test_a_zone_that_nobody_has_is_refused(house: House, session: Session) -> None:
    two_tiers(house, session)
    wrong = broker(house).post("/v1/placements", json=NEED | {"zone": "north"})
    assert refused(wrong) == ["wrong-zone"]
    assert "North, South" in wrong.json()["detail"]
    assert seek(house)


def test_a_specialist_is_sought_for_a_client_group(house: House) -> None:
    body = NEED | {"client_group": None, "needs_specialist": True, **ANYWHERE}
    assert refused(broker(house).post("/v1/placements", json=body)) == ["specialist-for-whom"]


@pytest.mark.parametrize(("hours", "rules"), [(20, []), (21, ["too-small"])])
def test_whoever_cannot_give_so_many_hours_is_left_out(
    house: House, session: Session, hours: int, rules: list[str]
) -> None:
    lot, who = house.open_lot(tier="tier_1", zones=["North"]), applicant(session)
    small = Capacity(amount=20, unit=CapacityUnit.HOURS_PER_WEEK)
    opening(house, lot, who, "North", care_service(session, who.provider_id, capacity=small).id)
    [only] = shortlist(house, seek(house, hours_a_week=hours))
    assert [one["rule"] for one in only["excluded"]] == rules


def test_why_somebody_was_chosen_out_of_turn_is_the_councils(house: House, session: Session) -> None:
    people, members = two_tiers(house, session)
    address = seek(house)
    second = shortlist(house, address)[1]["membership_id"]
    who = people[members.index(second)]
    out_of_turn = "Oakfield is red, and the family objects."
    made = ok(offer(house, address, second, reason=out_of_turn))
    assert made["out_of_turn_because"] == out_of_turn
    answer = {"is_accepted": False, "reason": "We have nobody free."}
    own = house.provider(who).post(f"/v1/placement-offers/{made['id']}/answer", json=answer)
    assert ok(own)["answer_reason"] == answer["reason"]
    listed = house.provider(who).get("/v1/placement-offers", params={"only_open": False})
    for seen in (ok(own), *ok(listed)["items"]):
        assert (seen["out_of_turn_because"], seen["made_by"]) == (None, None)
    assert out_of_turn not in own.text + listed.text


def test_why_a_need_ended_is_the_councils(house: House, session: Session) -> None:
    people, members = two_tiers(house, session)
    address = seek(house)
    first = shortlist(house, address)[0]["membership_id"]
    ok(offer(house, address, first))
    ok(broker(house).post(f"{address}/closing", json={"reason": "She has gone to her daughter's."}))
    owner = house.provider(people[members.index(first)])
    [seen] = ok(owner.get("/v1/placement-offers", params={"only_open": False}))["items"]
    assert (seen["answer"], seen["answer_reason"], seen["answered_by"]) == ("withdrawn", None, None)
    [kept] = ok(broker(house).get(address))["offers"]
    assert kept["answer_reason"] == "She has gone to her daughter's."


def test_an_answer_that_the_council_writes_down_has_its_reason_and_is_told(house: House, session: Session) -> None:
    people, members = two_tiers(house, session)
    address = seek(house)
    first = shortlist(house, address)[0]["membership_id"]
    made, who = ok(offer(house, address, first)), people[members.index(first)]
    body: dict[str, Any] = {"is_accepted": False}
    answer = f"/v1/placement-offers/{made['id']}/answer"
    assert refused(broker(house).post(answer, json=body)) == ["reason-missing"]
    written = ok(broker(house).post(answer, json=body | {"reason": "Said on the telephone at ten."}))
    assert (written["is_recorded_by_council"], written["answer"]) == (True, "declined")
    [letter] = [one for one in told(session, MessageRequested) if one.template == "placement_answer_recorded"]
    assert (letter.to.provider_id, letter.personalisation["answer"]) == (who.provider_id, "declined")
    [seen] = ok(house.provider(who).get("/v1/placement-offers", params={"only_open": False}))["items"]
    assert (seen["is_recorded_by_council"], seen["answer_reason"], seen["answered_by"]) == (True, None, None)


def test_work_under_the_2023_act_is_offered_once_the_insurance_was_checked(house: House, session: Session) -> None:
    scheme = {"regime": Regime.PA2023_LIGHT_TOUCH_FRAMEWORK, "noticed_on": "2025-03-03", "valid_from": "2025-03-10"}
    windows = [{"opens_on": "2025-03-10", "closes_on": "2028-03-31"}]
    lot = house.open_lot(scheme=scheme | {"windows": windows}, question_set_id=set_of_2023_act(session))
    member = opening(house, lot, applicant(session))
    address = seek(house, **ANYWHERE)
    [only] = shortlist(house, address)
    assert (only["excluded"], only["is_next"]) == ([], True)
    assert refused(offer(house, address, member)) == ["insurance-not-checked"]
    check = {"expires_on": "2026-04-01", "reason": f"{REASON} {uuid4()}"}
    ok(house.commissioner().post(f"/v1/memberships/{member}/insurance-checks", json=check))
    assert ok(offer(house, address, member))["answer"] is None
