"""A procurement under a DPS invites every member of the lot, gives them the time that the law gives, and is decided."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_dps import REASON, Applicant, House, applicant, evidence, ok, refused
from sqlalchemy import Engine, text
from sqlmodel import Session
from stage_dps import COMMISSIONER, NOW, owner
from stage_members import CLOSES_ON, MemberStage
from test_places_under_pressure import committed
from test_scheme_rules import REG34

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.messages import MessageRequested
from assay_contracts.seals import SealOpened
from assay_kit.testing import Time, do_due, told
from assay_kit.timeline import timeline_of
from dps_admission.main import SERVICE
from dps_admission.memberships.rules import EFFECTS, MembershipStatus
from dps_admission.procurements import actions as procuring
from dps_admission.procurements.repository import Procurements
from dps_admission.procurements.rules import PROCUREMENT_LIFE, Member, bars_to_inviting, concerned, invited
from dps_admission.procurements.schemas import InvitationAnswerIn, ProcurementIn
from dps_admission.schemes.rules import SchemeDates, SchemeStatus
from dps_admission.tables import Invitation

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


def invitations(reader: Any, procurement: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(reader.get(f"/v1/procurements/{procurement['id']}/invitations"))["items"]
    return found


def own(house: House, who: Applicant, procurement: Any) -> str:
    invitation = ok(house.provider(who).get(f"/v1/procurements/{procurement['id']}"))["own_invitation"]
    assert invitation["provider_id"] == str(who.provider_id)
    return f"/v1/invitations/{invitation['id']}/answer"


def test_all_members_who_may_take_new_placements_are_invited(house: House, session: Session) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    asked = invitations(house.commissioner(), made)
    assert {one["provider_id"] for one in asked} == {str(who.provider_id) for who in people[:2]}
    assert (made["invited_count"], made["answered_count"], made["not_invited_count"]) == (2, 0, 1)
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

    sealed = house.commissioner().get(f"{address}/invitations")
    assert [one["has_answered"] for one in ok(sealed)["items"]] == [True, True]
    assert TENDER["statement"] not in sealed.text
    assert file.filename not in sealed.text
    assert {(one, by_object.kind) for one, by_object in house.directory.seals} == {(file.id, "invitation")}
    assert ok(house.commissioner().get(address))["answered_count"] == 2
    notes = timeline_of(session, kind="invitation")
    assert {(one.step, one.to_status, one.reason) for one in notes} == {("answer", "answered", None)}
    early = house.manager().post(f"{address}/outcome", json=WHY | {"outcome": "not_awarded"})
    assert early.status_code == 409
    stranger = house.provider(people[1]).post(own(house, people[0], made), json=TENDER)
    assert stranger.status_code == 404

    at.now += timedelta(days=11)
    assert refused(house.provider(people[1]).post(own(house, people[1], made), json=TENDER)) == ["tender-period-over"]
    do_due(session, at.now)
    opened = {one["provider_id"]: one for one in invitations(house.commissioner(), made)}
    first, second = (opened[str(who.provider_id)] for who in people[:2])
    assert (first["answer"], first["statement"]) == ("tendered", TENDER["statement"])
    assert (second["answer"], len(opened)) == ("declined", 2)

    lost = {"outcome": "awarded", "invitation_id": second["id"]}
    assert refused(house.manager().post(f"{address}/outcome", json=WHY | lost)) == ["no-tender"]
    won = {"outcome": "awarded", "invitation_id": first["id"]}
    assert ok(house.manager().post(f"{address}/outcome", json=WHY | won))["status"] == "awarded"
    own_view = ok(house.provider(people[0]).get(address))
    assert (own_view["own_invitation"]["is_awarded"], own_view["invited_count"]) == (True, None)
    [seen] = invitations(house.provider(people[1]), made)
    assert seen["provider_id"] == str(people[1].provider_id)
    outcomes = [one for one in told(session, MessageRequested) if one.template == "procurement_outcome"]
    assert [one.to.provider_id for one in outcomes] == [people[0].provider_id]


@pytest.mark.parametrize(("days", "is_looked_at", "is_shown"), [(3, True, False), (11, False, False), (11, True, True)])
def test_what_was_cancelled_before_it_was_opened_is_never_opened(  # noqa: PLR0917 - what pytest passes, by name
    house: House, session: Session, at: Time, days: int, is_looked_at: bool, is_shown: bool
) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    files = [str(evidence(house.directory, people[0].provider_id).id)]
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER | {"evidence_ids": files}))
    at.now += timedelta(days=days)
    if is_looked_at:
        do_due(session, at.now)
    ok(house.manager().post(f"/v1/procurements/{made['id']}/cancellation", json=WHY))
    at.now += timedelta(days=20)
    do_due(session, at.now)
    seen = {one["statement"] for one in invitations(house.manager(), made)}
    assert seen == ({TENDER["statement"], None} if is_shown else {None})
    assert [[str(one) for one in each.evidence_ids] for each in told(session, SealOpened)] == [files] * is_shown
    [mine] = invitations(house.provider(people[0]), made)
    assert mine["statement"] == TENDER["statement"]


def test_only_the_files_that_are_tendered_in_the_end_are_opened(house: House, session: Session, at: Time) -> None:
    """Those of a tender that was changed or withdrawn stay sealed, and nobody opens twice."""
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    changes, withdraws = people[:2]
    first, last, gone = (evidence(house.directory, who.provider_id) for who in (changes, changes, withdraws))
    for who, file in ((changes, first), (changes, last), (withdraws, gone)):
        ok(house.provider(who).post(own(house, who, made), json=TENDER | {"evidence_ids": [str(file.id)]}))
    declined = {"answer": "declined", "statement": "We have nobody free."}
    again = house.provider(withdraws).post(
        own(house, withdraws, made), json=declined | {"evidence_ids": [str(gone.id)]}
    )
    assert refused(again) == ["files-without-tender"]
    ok(house.provider(withdraws).post(own(house, withdraws, made), json=declined))
    assert not told(session, SealOpened)

    at.now += timedelta(days=11)
    for _ in range(2):
        do_due(session, at.now)
    [opened] = told(session, SealOpened)
    tender = next(one["id"] for one in invitations(house.manager(), made) if one["answer"] == "tendered")
    assert (opened.kind, str(opened.object_id), opened.evidence_ids) == ("invitation", tender, (last.id,))
    assert {one for one, _ in house.directory.seals} == {first.id, last.id, gone.id}


def test_a_member_that_is_suspended_meanwhile_is_not_awarded(house: House, session: Session, at: Time) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER))
    at.now += timedelta(days=11)
    do_due(session, at.now)
    suspension = {"cause": "council_decision", "reason": REASON}
    ok(house.manager().post(f"/v1/memberships/{house.membership(people[0])['id']}/suspensions", json=suspension))
    invitation = next(one for one in invitations(house.manager(), made) if one["answer"] == "tendered")
    award = WHY | {"outcome": "awarded", "invitation_id": invitation["id"]}
    assert refused(house.manager().post(f"/v1/procurements/{made['id']}/outcome", json=award)) == ["no-new-placements"]
    neither = award | {"outcome": "not_awarded"}
    assert refused(house.manager().post(f"/v1/procurements/{made['id']}/outcome", json=neither)) == ["award-names-whom"]
    ok(house.manager().post(f"/v1/procurements/{made['id']}/cancellation", json=WHY))


def test_a_contract_is_awarded_after_the_dps_has_closed(house: House, session: Session, at: Time) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    for who in people[:2]:
        ok(house.provider(who).post(own(house, who, made), json=TENDER))
    at.now += timedelta(days=11)
    do_due(session, at.now)
    ok(house.provider(people[1]).post(f"/v1/memberships/{house.membership(people[1])['id']}/departure", json=WHY))
    at.now += timedelta(days=40)
    do_due(session, at.now)
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json=WHY))
    assert house.membership(people[0])["status"] == "ended"
    found = {one["provider_id"]: one["id"] for one in invitations(house.manager(), made)}
    first, left = (WHY | {"outcome": "awarded", "invitation_id": found[str(who.provider_id)]} for who in people[:2])
    address = f"/v1/procurements/{made['id']}/outcome"
    assert refused(house.manager().post(address, json=left)) == ["no-new-placements"]
    assert ok(house.manager().post(address, json=first))["status"] == "awarded"


def test_no_tender_period_outlasts_the_dps(house: House, session: Session) -> None:
    lot, _ = three(house, session)
    late = house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body("2028-04-03"))
    assert refused(late) == ["ends-after-dps"]


@pytest.mark.parametrize(
    ("invited_on", "earliest"),
    [
        (date(2026, 3, 2), date(2026, 3, 12)),
        (date(2026, 12, 24), date(2027, 1, 4)),  # the tenth day is Sunday 3 January
        (date(2026, 3, 24), date(2026, 4, 7)),  # Good Friday, its weekend, Easter Monday
        (date(2026, 12, 15), date(2026, 12, 29)),  # Christmas Day, its weekend, the Boxing Day holiday
    ],
)
def test_a_tender_period_ends_on_a_working_day(invited_on: date, earliest: date) -> None:
    dates = SchemeDates(tender_period_calendar_days=3)

    def bars(closes_on: date) -> list[str]:
        about: dict[str, Any] = {"scheme": SchemeStatus.OPEN, "members": 1, "knows_zone": True}
        return [
            one.rule for one in bars_to_inviting(REG34, **about, dates=dates, closes_on=closes_on, today=invited_on)
        ]

    assert bars(earliest) == []
    assert bars(earliest - timedelta(days=1)) == ["tender-period-too-short"]


def test_a_list_of_procurements_counts_and_shows_a_provider_its_own(house: House, session: Session) -> None:
    lot, people = three(house, session)
    made = ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body()))
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER))
    [line] = ok(house.commissioner().get("/v1/procurements"))["items"]
    assert (line["invited_count"], line["answered_count"], line["not_invited_count"]) == (2, 1, 1)
    assert "invitations" not in line
    [seen] = ok(house.provider(people[0]).get("/v1/procurements"))["items"]
    assert (seen["own_invitation"]["statement"], seen["answered_count"]) == (TENDER["statement"], None)
    first = ok(house.commissioner().get(f"/v1/procurements/{made['id']}/invitations", params={"limit": 1}))
    assert (len(first["items"]), first["next_cursor"] is None) == (1, False)


def test_tenderers_do_not_wait_for_each_other(own_database: Engine) -> None:
    """One is in the middle of answering; another, of the same procurement, answers all the same."""

    def two(session: Session) -> list[tuple[UUID, Applicant]]:
        stage = MemberStage(session)
        lot = stage.lot_for_all()
        people = {who.provider_id: who for who in (stage.member(lot)[1] for _ in range(2))}
        asked = ProcurementIn(title="Home care, east", description="Forty hours a week.", closes_on=CLOSES_ON)
        made = procuring.invite(session, lot.id, asked, by=COMMISSIONER, now=NOW)
        return [(one.id, people[one.provider_id]) for one in Procurements(session).invitations_of([made.id])]

    first, second = committed(own_database, two)
    tender = InvitationAnswerIn.model_validate(TENDER)

    def answer(session: Session, one: tuple[UUID, Applicant]) -> None:
        about: dict[str, Any] = {"directory": FakeDirectory(), "by": owner(one[1]), "now": NOW}
        procuring.answer_invitation(session, one[0], tender, **about)

    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        answer(session, first)
        session.flush()
        with Session(own_database, info={"service": SERVICE}) as other, other.begin():
            other.execute(text("SET LOCAL lock_timeout = '1s'"))
            answer(other, second)
    kept = committed(own_database, lambda session: session.get_one(Invitation, second[0]))
    assert kept.answer == "tendered"


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
