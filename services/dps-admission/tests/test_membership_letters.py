"""Whoever may do more, or less, than the day before is told so, and why."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from make_dps import REASON, Applicant, House, applicant, ok, sheet
from sqlalchemy import Engine, text
from sqlmodel import Session
from stage_dps import MANAGER, Stage
from test_placements import opening
from test_places_under_pressure import committed

from assay_contracts.messages import MessageRequested
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, Extent
from assay_kit.calendar import london_day
from assay_kit.testing import Time, do_due, told
from dps_admission.main import SERVICE
from dps_admission.memberships.letters import letter_of_step
from dps_admission.memberships.routes import read_waiting_list
from dps_admission.memberships.rules import EFFECTS, MEMBERSHIP_LIFE, MembershipStatus, MembershipStep
from dps_admission.tables import Lot, LotZone

WHY = {"reason": REASON}
TOLD_OTHERWISE = {
    MembershipStep.TAKE_EFFECT: "the letter of the decision; who was a member before knows",
    MembershipStep.ACCEPT: "it takes the step itself",
    MembershipStep.DECLINE: "it takes the step itself",
    MembershipStep.TAKE_BACK: "it was told of nothing that could be taken back",
}


def letters(session: Session, who: Applicant) -> list[tuple[str, str]]:
    """The templates that a provider was written by, and the reasons."""
    found = [one for one in told(session, MessageRequested) if one.to.provider_id == who.provider_id]
    return [(one.template, one.personalisation.get("reason", "")) for one in found]


def changing() -> set[MembershipStep]:
    """Steps that end a membership, or change what it lets a member do."""
    return {
        MembershipStep(step)
        for (before, step), after in MEMBERSHIP_LIFE.steps.items()
        if before != after and (after == MembershipStatus.ENDED or EFFECTS[before] != EFFECTS[after])
    }


@pytest.mark.parametrize("step", sorted(MembershipStep))
def test_every_step_that_changes_what_a_member_may_do_is_written_about(session: Session, step: MembershipStep) -> None:
    assert len(changing()) > 5
    stage = Stage(session)
    membership, who = stage.member()
    letter = letter_of_step(session, membership, step, reason=REASON, now=membership.admitted_at)
    assert (letter is not None) is (step in changing() - TOLD_OTHERWISE.keys())
    assert letter is None or letter.to.provider_id == who.provider_id


def test_a_suspension_by_a_person_and_its_lifting_are_written(house: House, session: Session) -> None:
    lot, who = house.open_lot(name="Home care, tier 2"), applicant(session)
    member = opening(house, lot, who)
    suspended = ok(
        house.manager().post(f"/v1/memberships/{member}/suspensions", json=WHY | {"cause": "council_decision"})
    )
    assert letters(session, who)[-1] == ("membership_suspended", REASON)
    [cause] = suspended["suspensions"]
    ok(house.manager().post(f"/v1/suspensions/{cause['id']}/lifting", json=WHY))
    assert letters(session, who)[-1][0] == "membership_resumed"
    [first, _] = [one for one in told(session, MessageRequested) if one.template.startswith("membership_")]
    assert first.personalisation["lot"] == "Home care, tier 2"


def test_an_embargo_its_lifting_and_an_end_by_notice_are_written(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    member = opening(house, lot, who)
    about: dict[str, Any] = {
        "intervention_id": uuid4(),
        "provider_id": who.provider_id,
        "care_service_id": who.care_service_id,
    }
    day = london_day(at.now)
    house.deliver(EmbargoImposed(**about, extent=Extent.WHOLE, imposed_on=day, at=at.now))
    house.deliver(EmbargoLifted(**about, lifted_on=day, at=at.now + timedelta(minutes=1)))
    ok(house.provider(who).post(f"/v1/memberships/{member}/departure", json=WHY))
    at.now += timedelta(days=30)
    do_due(session, at.now)
    written = [template for template, _ in letters(session, who)]
    assert written == ["membership_suspended", "membership_resumed", "membership_ended"]


@pytest.mark.parametrize("state", ["active", "suspended", "admitted", "waiting", "offered"])
def test_a_decision_that_is_set_aside_is_written_once_whatever_it_made(
    house: House, session: Session, state: str
) -> None:
    lot, who = house.open_lot(places=None if state in ("active", "suspended") else 1), applicant(session)
    if state == "waiting":
        house.admit(lot, applicant(session), score=5)
    part = house.part(lot, who)
    house.evaluate(part, sheet(session, lot))
    ok(house.decide(part))
    if state == "suspended":
        address = f"/v1/memberships/{house.membership(who)['id']}/suspensions"
        ok(house.manager().post(address, json=WHY | {"cause": "council_decision"}))
    if state in ("waiting", "offered"):
        ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    before = letters(session, who)
    assert house.membership(who)["status"] == state
    ok(house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json=WHY))
    written = letters(session, who)[len(before) :]
    is_by_suspension = ("membership_suspended", "The decision to admit was set aside.")
    assert written == [is_by_suspension if state == "active" else ("decision_set_aside", REASON)]


def test_a_removal_and_the_end_of_the_dps_are_written(house: House, session: Session) -> None:
    lot = house.open_lot()
    removed, stays = applicant(session), applicant(session)
    for who in (removed, stays):
        opening(house, lot, who)
    house.remove(removed)
    assert letters(session, removed)[-1] == ("membership_ended", REASON)
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json=WHY))
    assert letters(session, stays)[-1] == ("membership_ended", "The DPS has closed.")


def test_managers_are_told_when_a_provider_has_answered(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    fails = {"safeguarding_policy": {"finding": "fail", "comment": "No lead is named."}}
    part, _ = house.minded(lot, who, **fails)
    said = {"text": "The lead is named on page 2.", "documents": []}
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/representations", json=said))
    other = applicant(session)
    asked = house.part(lot, other)
    question = ok(
        house.commissioner().post(f"/v1/lot-applications/{asked}/clarifications", json={"question": "Which rota?"})
    )
    ok(house.provider(other).post(f"/v1/clarifications/{question['id']}/answer", json={"answer": "The new one."}))
    to_managers = [one.template for one in told(session, MessageRequested) if one.to.role is not None]
    assert to_managers == ["representations_received", "clarification_answered"]


def test_reading_the_waiting_list_waits_for_nobody(own_database: Engine) -> None:
    """Somebody holds the zone and all who wait in it; the list is read all the same."""

    def waiting(session: Session) -> Lot:
        stage = Stage(session)
        lot = stage.lot(places=1)
        for _ in range(2):
            membership, _ = stage.member(stage.lot(places=1))
            membership.lot_id = lot.id
            membership.status = MembershipStatus.WAITING
        return lot

    lot = committed(own_database, waiting)
    with Session(own_database, info={"service": SERVICE}) as holder, holder.begin():
        holder.execute(text("SELECT 1 FROM membership FOR UPDATE"))
        holder.execute(text(f"SELECT 1 FROM {LotZone.__tablename__} FOR UPDATE"))
        with Session(own_database, info={"service": SERVICE}) as reader, reader.begin():
            reader.execute(text("SET LOCAL lock_timeout = '500ms'"))
            assert len(read_waiting_list(lot.id, reader, MANAGER).items) == 2
