from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from make_dps import (
    REASON,
    Applicant,
    House,
    applicant,
    care_service,
    evidence,
    lot_body,
    lot_zone,
    ok,
    refused,
    scheme_body,
    sheet,
)
from sqlmodel import Session

from assay_contracts.dps_admission import MembershipChanged
from assay_contracts.messages import MessageRequested
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, Extent
from assay_kit.calendar import london_day
from assay_kit.testing import Time, do_due, told
from dps_admission.memberships.repository import Memberships

NOTICE = {"why": "breach", "reason": REASON}


def five(house: House, session: Session, lot: Mapping[str, Any]) -> list[Applicant]:
    """Five applicants admitted to a zone with three places; the better ones applied later."""
    people = [applicant(session, f"Provider {n}") for n in range(5)]
    for score, who in zip((3, 3, 4, 4, 5), people, strict=True):
        part = house.part(lot, who, "North")
        house.evaluate(part, sheet(session, lot, score=score))
        ok(house.decide(part))
    return people


def opening(who: Applicant, **about: Any) -> dict[str, Any]:
    """What a manager records of a member from before Assay."""
    return {
        "provider_id": str(who.provider_id),
        "care_service_ids": [str(who.care_service_id)],
        "source": "The award letter",
        "reason": REASON,
    } | about


def statuses(house: House, people: list[Applicant]) -> list[str]:
    return [house.membership(who)["status"] for who in people]


def answer(house: House, who: Applicant, verb: str) -> Any:
    return house.provider(who).post(f"/v1/memberships/{house.membership(who)['id']}/{verb}")


def embargo(house: House, who: Applicant, at: Time, *, extent: Extent = Extent.WHOLE, service: Any = None) -> Any:
    about = {
        "intervention_id": uuid4(),
        "care_service_id": service or who.care_service_id,
        "provider_id": who.provider_id,
    }
    limit = "No more than two new packages a week." if extent == Extent.PART else None
    imposed = london_day(at.now)
    house.deliver(EmbargoImposed(**about, extent=extent, limit_text=limit, imposed_on=imposed, at=at.now))
    return about


def lift(house: House, about: Any, at: Time) -> None:
    house.deliver(EmbargoLifted(**about, lifted_on=london_day(at.now), at=at.now))


def test_three_places_five_applicants_a_departure_an_expired_offer_an_acceptance(
    house: House, session: Session, at: Time
) -> None:
    lot = house.open_lot(zones=["North", "South"], places=3)
    people = five(house, session, lot)
    assert statuses(house, people) == ["admitted"] * 5

    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, people) == ["waiting", "waiting", "offered", "offered", "offered"]
    waiting = ok(house.commissioner().get(f"/v1/lots/{lot['id']}/waiting-list"))["items"]
    assert [one["provider_id"] for one in waiting] == [str(who.provider_id) for who in people[:2]]

    for who in people[2:4]:
        ok(answer(house, who, "acceptance"))
    at.now += timedelta(days=8)
    do_due(session, at.now)
    assert statuses(house, people) == ["offered", "waiting", "active", "active", "ended"]
    assert refused(answer(house, people[4], "acceptance")) == ["no-open-offer"]

    ok(answer(house, people[0], "declining"))
    assert statuses(house, people) == ["ended", "offered", "active", "active", "ended"]
    ok(answer(house, people[1], "acceptance"))
    held = Memberships(session).held(lot_zone(session, lot, "North").id)
    assert held == 3


def test_a_round_waits_for_all_of_its_applications(house: House, session: Session) -> None:
    lot, first = house.open_lot(places=1), applicant(session)
    house.admit(lot, first)
    house.part(lot, applicant(session))
    assert refused(house.manager().post(f"/v1/lots/{lot['id']}/rounds")) == ["round-undecided"]


def test_an_embargoed_applicant_is_passed_over_and_keeps_its_position(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(places=1)
    better, other = applicant(session), applicant(session)
    house.admit(lot, better, score=5)
    about = embargo(house, better, at)
    house.admit(lot, other, score=3)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, [better, other]) == ["waiting", "offered"]
    [line] = ok(house.commissioner().get(f"/v1/lots/{lot['id']}/waiting-list"))["items"]
    assert line["is_passed_over"] is True

    lift(house, about, at)
    ok(answer(house, other, "declining"))
    assert statuses(house, [better, other]) == ["offered", "ended"]


def test_a_place_that_is_free_is_offered_when_the_embargo_lifts(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(places=1), applicant(session)
    house.admit(lot, who)
    about = embargo(house, who, at)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, [who]) == ["waiting"]
    lift(house, about, at)
    assert statuses(house, [who]) == ["offered"]


def test_a_whole_embargo_leaves_a_membership_that_another_service_delivers(
    house: House, session: Session, at: Time
) -> None:
    lot, who = house.open_lot(), applicant(session)
    second = care_service(session, who.provider_id, name="Second branch", cqc_location_id="1-77")
    body = opening(who, care_service_ids=[str(who.care_service_id), str(second.id)])
    recorded = ok(house.manager().post(f"/v1/lots/{lot['id']}/opening-memberships", json=body))
    ok(house.manager("Max Manager").post(f"/v1/memberships/{recorded['id']}/confirmation"))

    first_embargo = embargo(house, who, at)
    assert house.membership(who)["status"] == "active"
    embargo(house, who, at, service=second.id)
    suspended = house.membership(who)
    assert (suspended["status"], len(suspended["suspensions"])) == ("suspended", 2)
    lift(house, first_embargo, at)
    assert house.membership(who)["status"] == "active"


def test_a_partial_embargo_suspends_nothing_and_shows_its_limit(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.admit(lot, who)
    embargo(house, who, at, extent=Extent.PART)
    seen = house.membership(who)
    assert seen["status"] == "active"
    assert [one["limit_text"] for one in seen["limits"]] == ["No more than two new packages a week."]


def test_a_suspension_lifts_when_the_last_cause_has_gone(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    membership = house.admit(lot, who)
    address = f"/v1/memberships/{membership['id']}/suspensions"
    late = {"cause": "late_document", "reason": REASON}
    ok(house.manager().post(address, json=late))
    assert refused(house.manager().post(address, json=late)) == ["already-suspended"]
    about = embargo(house, who, at)
    causes = {one["cause"]: one["id"] for one in house.membership(who)["suspensions"]}
    assert set(causes) == {"late_document", "embargo"}

    lifting = house.manager().post(f"/v1/suspensions/{causes['embargo']}/lifting", json={"reason": REASON})
    assert refused(lifting) == ["lifts-with-embargo"]
    at.now += timedelta(days=300)
    do_due(session, at.now)
    lift(house, about, at)
    assert house.membership(who)["status"] == "suspended"
    by_hand = house.manager().post(f"/v1/suspensions/{causes['late_document']}/lifting", json={"reason": REASON})
    assert refused(by_hand) == ["lifts-on-evidence"]
    file = evidence(house.directory, who.provider_id)
    forward = {"statement": REASON, "evidence_ids": [str(file.id)]}
    ok(house.provider(who).post(f"/v1/suspensions/{causes['late_document']}/remedies", json=forward))
    [remedy] = ok(house.provider(who).get(f"/v1/memberships/{membership['id']}/upkeep"))["remedies"]
    verdict = {"is_sufficient": True, "reason": REASON}
    ok(house.commissioner().post(f"/v1/remedies/{remedy['id']}/verification", json=verdict))
    assert house.membership(who)["status"] == "active"


def test_the_same_event_twice_changes_nothing_more(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.admit(lot, who)
    about = embargo(house, who, at)
    changes = len(told(session, MembershipChanged))
    event = EmbargoImposed(**about, extent=Extent.WHOLE, imposed_on=london_day(at.now), at=at.now)
    house.deliver(event)
    assert len(told(session, MembershipChanged)) == changes


def test_a_machine_reads_that_a_member_is_suspended_and_not_what_was_written_of_it(
    house: House, session: Session
) -> None:
    lot, who = house.open_lot(), applicant(session)
    membership = house.admit(lot, who)
    address = f"/v1/memberships/{membership['id']}"
    ok(house.manager().post(f"{address}/suspensions", json={"cause": "late_document", "reason": REASON}))
    seen = house.machine().get(address)
    assert ok(seen)["suspensions"][0]["cause"] == "late_document"
    assert REASON not in seen.text
    assert house.machine().get(f"{address}/timeline").status_code == 403
    assert ok(house.provider(who).get(f"{address}/timeline"))["items"][0]["reason"] == REASON
    assert REASON not in told(session, MembershipChanged)[-1].model_dump_json()


def test_leaving_runs_its_notice_and_passes_the_place_on(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(places=1)
    member, waits = applicant(session), applicant(session)
    house.admit(lot, member, score=5)
    house.admit(lot, waits, score=4)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    ok(answer(house, member, "acceptance"))
    leaving = house.provider(member).post(
        f"/v1/memberships/{house.membership(member)['id']}/departure", json={"reason": REASON}
    )
    assert ok(leaving)["leaves_on"] == "2026-03-30"
    do_due(session, at.now + timedelta(days=28))
    assert statuses(house, [member, waits]) == ["active", "waiting"]
    do_due(session, at.now + timedelta(days=29))
    assert statuses(house, [member, waits]) == ["ended", "offered"]


def test_no_opening_membership_beyond_the_places(house: House, session: Session) -> None:
    lot = house.open_lot(zones=["North"], places=1)
    address = f"/v1/lots/{lot['id']}/opening-memberships"
    first, second = applicant(session), applicant(session)
    recorded = ok(house.manager().post(address, json=opening(first, zone="North")))
    assert refused(house.manager().post(address, json=opening(first, zone="North"))) == ["already-member"]
    ok(house.manager("Max Manager").post(f"/v1/memberships/{recorded['id']}/confirmation"))
    late = ok(house.manager().post(address, json=opening(second, zone="North")))
    confirmation = house.manager("Max Manager").post(f"/v1/memberships/{late['id']}/confirmation")
    assert refused(confirmation) == ["no-place-free"]
    unknown = opening(first, zone="North") | {"provider_id": str(uuid4())}
    assert refused(house.manager().post(address, json=unknown)) == ["provider-unknown", "not-its-service"]
    nameless = opening(first, zone="North") | {"care_service_ids": []}
    assert house.manager().post(address, json=nameless).status_code == 422


def test_no_opening_membership_where_the_register_shows_no_lot(house: House, session: Session) -> None:
    who, made = applicant(session), ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    lots = [ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot_body(session))) for _ in range(2)]
    opens, given_up = (f"/v1/lots/{lot['id']}" for lot in lots)
    ok(house.manager().post(f"{given_up}/closing", json={"reason": REASON}))
    ok(house.manager().post(f"/v1/schemes/{made['id']}/opening"))
    for lot in (opens, given_up):
        assert refused(house.manager().post(f"{lot}/opening-memberships", json=opening(who))) == ["lot-not-open"]
    ok(house.commissioner().post(f"{opens}/opening"))
    ok(house.manager().post(f"{opens}/opening-memberships", json=opening(who)))


def test_an_opening_membership_is_recorded_by_one_and_confirmed_by_another(house: House, session: Session) -> None:
    lot, who = house.open_lot(places=2), applicant(session)
    recorded = ok(house.manager().post(f"/v1/lots/{lot['id']}/opening-memberships", json=opening(who)))
    assert (recorded["status"], recorded["is_imported"]) == ("admitted", True)
    assert refused(house.manager().post(f"/v1/lots/{lot['id']}/rounds")) == ["nobody-admitted"]
    address = f"/v1/memberships/{recorded['id']}/confirmation"
    assert refused(house.manager().post(address)) == ["second-person"]
    assert ok(house.manager("Max Manager").post(address))["status"] == "active"
    assert refused(house.manager("Max Manager").post(address)) == ["nothing-to-confirm"]


def test_an_opening_membership_recorded_in_error_is_taken_back_and_recorded_anew(
    house: House, session: Session
) -> None:
    lot, who = house.open_lot(), applicant(session)
    opens = f"/v1/lots/{lot['id']}/opening-memberships"
    first, second = house.manager(), house.manager("Max Manager")
    letters = len(told(session, MessageRequested))
    for declines in (first, second):
        wrong = ok(first.post(opens, json=opening(who)))
        taken = ok(declines.post(f"/v1/memberships/{wrong['id']}/taking-back", json={"reason": REASON}))
        assert (taken["status"], taken["active_from"]) == ("ended", None)
        assert refused(second.post(f"/v1/memberships/{wrong['id']}/confirmation")) == ["nothing-to-confirm"]
    [last, *_] = ok(first.get(f"/v1/memberships/{wrong['id']}/timeline"))["items"]
    assert (last["step"], last["reason"]) == ("take_back", REASON)
    assert len(told(session, MessageRequested)) == letters
    assert told(session, MembershipChanged)[-1].membership.status == "ended"

    right = f"/v1/memberships/{ok(first.post(opens, json=opening(who)))['id']}"
    ok(second.post(f"{right}/confirmation"))
    assert refused(first.post(f"{right}/taking-back", json={"reason": REASON})) == ["nothing-to-take-back"]


def test_only_an_opening_membership_is_taken_back(house: House, session: Session) -> None:
    lot, who = house.open_lot(places=1), applicant(session)
    admitted = house.admit(lot, who)
    address = f"/v1/memberships/{admitted['id']}/taking-back"
    assert refused(house.manager().post(address, json={"reason": REASON})) == ["nothing-to-take-back"]
    assert house.commissioner().post(address, json={"reason": REASON}).status_code == 403


def test_the_register_is_as_at_the_end_of_a_day(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session, "=Larkfield")
    start = at.now
    membership = house.admit(lot, who)
    at.now = start + timedelta(days=10)
    late = {"cause": "late_document", "reason": REASON}
    ok(house.manager().post(f"/v1/memberships/{membership['id']}/suspensions", json=late))
    at.now = start + timedelta(days=20)
    house.remove(who)
    at.now = start + timedelta(days=30)
    public = house.client_as()

    def members(days: int) -> list[str]:
        day = london_day(start) + timedelta(days=days)
        found = ok(public.get(f"/v1/register/lots/{lot['id']}", params={"as_at": day.isoformat()}))
        return [one["provider_name"] for one in found["members"]]

    assert members(-1) == []
    assert members(0) == ["=Larkfield"]
    assert members(10) == ["=Larkfield"]
    assert members(19) == ["=Larkfield"]
    assert members(20) == []
    assert members(30) == []
    as_at = (london_day(start) + timedelta(days=15)).isoformat()
    csv = public.get(f"/v1/register/lots/{lot['id']}/csv", params={"as_at": as_at}).text
    assert "'=Larkfield" in csv
    assert "suspended" not in csv


def test_a_dps_closes_by_itself_when_its_validity_ends(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(scheme={"valid_until": "2026-03-31"})
    member, applies, drafts = applicant(session), applicant(session), applicant(session)
    house.admit(lot, member)
    part = house.part(lot, applies)
    drafted = house.draft(lot, drafts)
    at.now += timedelta(days=30)
    do_due(session, at.now)

    assert ok(house.manager().get(f"/v1/schemes/{lot['scheme_id']}"))["status"] == "closed"
    assert house.membership(member)["status"] == "ended"
    assert ok(house.provider(applies).get(f"/v1/lot-applications/{part}"))["status"] == "withdrawn"
    assert ok(house.provider(drafts).get(f"/v1/applications/{drafted['id']}"))["status"] == "expired"
    assert "application_lapsed" in [one.template for one in told(session, MessageRequested)]


@pytest.mark.parametrize("regime", ["pcr2015_reg34", "pa2023_dynamic_market"])
def test_places_are_refused_where_the_law_forbids_a_limit(house: House, session: Session, regime: str) -> None:
    with pytest.raises(AssertionError, match="limit-forbidden"):
        house.open_lot(scheme={"regime": regime, "noticed_on": "2019-11-01"}, places=3)
