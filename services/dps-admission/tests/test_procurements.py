"""A procurement under a DPS invites every member of the lot, gives them the time that the law gives, and is decided."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_dps import REASON, Applicant, House, applicant, evidence, ok, refused
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.testing import Time, do_due, told
from dps_admission.memberships.rules import EFFECTS, MembershipStatus
from dps_admission.procurements.rules import PROCUREMENT_LIFE, Member, concerned, invited

LAW = {"regime": "pcr2015_reg34"}
TENDER = {"answer": "tendered", "statement": "We offer forty hours at the published rate."}
WHY = {"reason": REASON}


def body(closes_on: str = "2026-03-12", **about: Any) -> dict[str, Any]:
    return {"title": "Home care, east", "description": "Forty hours a week.", "closes_on": closes_on} | about


def opening(house: House, lot: Any, who: Applicant, **about: Any) -> str:
    """A member from before Assay; the address of its membership."""
    asked = {
        "provider_id": str(who.provider_id),
        "care_service_ids": [str(who.care_service_id)],
        "source": "The award letter",
        "reason": REASON,
    } | about
    recorded = ok(house.manager().post(f"/v1/lots/{lot['id']}/opening-memberships", json=asked))
    ok(house.manager("Max Manager").post(f"/v1/memberships/{recorded['id']}/confirmation"))
    return f"/v1/memberships/{recorded['id']}"


def three(house: House, session: Session) -> tuple[Any, list[Applicant]]:
    """Three members, of whom the last is suspended."""
    lot, people = house.open_lot(scheme=LAW), [applicant(session, f"Provider {n}") for n in range(3)]
    addresses = [opening(house, lot, who) for who in people]
    council = {"cause": "council_decision", "reason": REASON}
    ok(house.manager().post(f"{addresses[2]}/suspensions", json=council))
    return lot, people


def own(house: House, who: Applicant, procurement: Any) -> str:
    [invitation] = ok(house.provider(who).get(f"/v1/procurements/{procurement['id']}"))["invitations"]
    assert invitation["provider_id"] == str(who.provider_id)
    return f"/v1/invitations/{invitation['id']}/answer"


def test_all_members_who_may_take_new_placements_are_invited(house: House, session: Session) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    assert {one["provider_id"] for one in made["invitations"]} == {str(who.provider_id) for who in people[:2]}
    [left_out] = made["not_invited"]
    assert (left_out["provider_id"], left_out["rule"]) == (str(people[2].provider_id), "membership-suspended")
    sent = [one.to.provider_id for one in told(session, MessageRequested) if one.template == "invitation_to_tender"]
    assert set(sent) == {who.provider_id for who in people[:2]}
    seen = house.provider(people[2]).get(f"/v1/procurements/{made['id']}")
    assert seen.status_code == 404
    assert ok(house.provider(people[2]).get("/v1/procurements"))["items"] == []


def test_the_law_gives_ten_days_to_tender(house: House, session: Session) -> None:
    lot, _ = three(house, session)
    address = f"/v1/lots/{lot['id']}/procurements"
    short = house.commissioner().post(address, json=body("2026-03-11"))
    assert refused(short) == ["tender-period-too-short"]
    assert "regulation 34" in short.json()["bars"][0]["source"]
    assert ok(house.commissioner().post(address, json=body("2026-03-12")))["closes_at"] == "2026-03-12T23:59:59.999999Z"


def test_work_in_tier_order_is_not_tendered(house: House, session: Session) -> None:
    lot = house.open_lot()
    opening(house, lot, applicant(session))
    made = house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body(zone="Nowhere"))
    assert refused(made) == ["offered-in-tier-order", "wrong-zone"]


def test_nobody_reads_a_tender_before_the_period_is_over(house: House, session: Session, at: Time) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    address = f"/v1/procurements/{made['id']}"
    file = evidence(house.directory, people[0].provider_id)
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER | {"evidence_ids": [str(file.id)]}))
    ok(house.provider(people[1]).post(own(house, people[1], made), json=TENDER))
    changed = {"answer": "declined", "statement": "We have nobody free."}
    ok(house.provider(people[1]).post(own(house, people[1], made), json=changed))

    sealed = house.commissioner().get(address)
    assert [one["has_answered"] for one in ok(sealed)["invitations"]] == [True, True]
    assert TENDER["statement"] not in sealed.text
    assert file.filename not in sealed.text
    early = house.manager().post(f"{address}/outcome", json=WHY | {"outcome": "not_awarded"})
    assert early.status_code == 409
    stranger = house.provider(people[1]).post(own(house, people[0], made), json=TENDER)
    assert stranger.status_code == 404

    at.now += timedelta(days=11)
    assert refused(house.provider(people[1]).post(own(house, people[1], made), json=TENDER)) == ["tender-period-over"]
    do_due(session, at.now)
    opened = {one["provider_id"]: one for one in ok(house.commissioner().get(address))["invitations"]}
    first, second = (opened[str(who.provider_id)] for who in people[:2])
    assert (first["answer"], first["statement"]) == ("tendered", TENDER["statement"])
    assert (second["answer"], len(opened)) == ("declined", 2)

    lost = {"outcome": "awarded", "invitation_id": second["id"]}
    assert refused(house.manager().post(f"{address}/outcome", json=WHY | lost)) == ["no-tender"]
    won = {"outcome": "awarded", "invitation_id": first["id"]}
    assert ok(house.manager().post(f"{address}/outcome", json=WHY | won))["status"] == "awarded"
    [own_view] = ok(house.provider(people[0]).get(address))["invitations"]
    assert own_view["is_awarded"] is True
    outcomes = [one for one in told(session, MessageRequested) if one.template == "procurement_outcome"]
    assert [one.to.provider_id for one in outcomes] == [people[0].provider_id]


def test_a_member_that_is_suspended_meanwhile_is_not_awarded(house: House, session: Session, at: Time) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER))
    at.now += timedelta(days=11)
    do_due(session, at.now)
    suspension = {"cause": "council_decision", "reason": REASON}
    ok(house.manager().post(f"/v1/memberships/{house.membership(people[0])['id']}/suspensions", json=suspension))
    shown = ok(house.manager().get(f"/v1/procurements/{made['id']}"))["invitations"]
    invitation = next(one for one in shown if one["answer"] == "tendered")
    award = WHY | {"outcome": "awarded", "invitation_id": invitation["id"]}
    assert refused(house.manager().post(f"/v1/procurements/{made['id']}/outcome", json=award)) == ["no-new-placements"]
    neither = award | {"outcome": "not_awarded"}
    assert refused(house.manager().post(f"/v1/procurements/{made['id']}/outcome", json=neither)) == ["award-names-whom"]
    ok(house.manager().post(f"/v1/procurements/{made['id']}/cancellation", json=WHY))


def test_every_procurement_state_is_reached_and_three_are_the_end() -> None:
    assert PROCUREMENT_LIFE.unreachable == frozenset()
    assert {str(one) for one in PROCUREMENT_LIFE.final} == {"awarded", "not_awarded", "cancelled"}


MEMBERS = st.lists(
    st.builds(
        Member,
        membership=st.uuids(),
        provider=st.uuids(),
        zone=st.sampled_from([None, "North", "South"]),
        status=st.sampled_from(MembershipStatus),
    ),
    max_size=12,
)


@given(MEMBERS, st.sampled_from([None, "North"]))
def test_whoever_is_concerned_and_may_take_placements_is_invited_once(members: list[Member], zone: str | None) -> None:
    here = concerned(members, zone=zone)
    chosen = invited(here)
    may = {one.provider for one in here if EFFECTS[one.status].new_placements}
    assert {one.provider for one in chosen} == may
    assert len(chosen) == len(may)
    assert all(zone is None or one.zone in (None, zone) for one in chosen)


@pytest.mark.parametrize("status", MembershipStatus)
def test_only_active_members_are_invited(status: MembershipStatus) -> None:
    one = UUID(int=7)
    from_all = invited([Member(membership=one, provider=one, zone=None, status=status)])
    assert bool(from_all) is (status == MembershipStatus.ACTIVE)
