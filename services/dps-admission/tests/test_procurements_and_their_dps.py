"""A purchase under a DPS: whom it leaves out, how long the notice lets it run, and what it does when the DPS ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from make_dps import (
    REASON,
    Applicant,
    House,
    applicant,
    lot_body,
    ok,
    refused,
    scheme_body,
    set_of_2023_act,
)
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from stage_dps import COMMISSIONER, NOW
from stage_members import CLOSES_ON, MemberStage
from test_places_under_pressure import committed
from test_procurements import TENDER, WHY, body, invitations, opening, own, three

from assay_contracts.directory import ProviderStatus
from assay_contracts.directory.copies import Copies, keep_provider
from assay_contracts.messages import MessageRequested
from assay_kit.testing import Time, do_due, told
from assay_kit.timeline import timeline_of
from dps_admission.main import SERVICE
from dps_admission.procurements.actions import invite
from dps_admission.procurements.schemas import ProcurementIn
from dps_admission.schemes.repository import Schemes


def close_account(session: Session, who: Applicant) -> None:
    known = Copies(session).provider(who.provider_id)
    assert known is not None
    closed: dict[str, Any] = {"version": known.version + 1, "status": ProviderStatus.CLOSED}
    keep_provider(session, known.model_copy(update=closed))


def bought(house: House, lot: Any, closes_on: str) -> Any:
    return ok(house.commissioner().post(f"/v1/lots/{lot['id']}/procurements", json=body(closes_on)))


def test_a_provider_whose_account_is_closed_is_not_invited(house: House, session: Session) -> None:
    lot, people = three(house, session)
    close_account(session, people[0])
    made = bought(house, lot, "2026-03-30")
    assert [one["provider_id"] for one in invitations(house.manager(), made)] == [str(people[1].provider_id)]
    why = {one["provider_id"]: one["rule"] for one in made["not_invited"]}
    assert why == {str(people[0].provider_id): "provider-closed", str(people[2].provider_id): "membership-suspended"}


def test_a_provider_whose_account_is_closed_meanwhile_is_not_awarded(house: House, session: Session, at: Time) -> None:
    lot, people = three(house, session)
    made = bought(house, lot, "2026-03-30")
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER))
    at.now += timedelta(days=29)
    do_due(session, at.now)
    close_account(session, people[0])
    [tender] = [one for one in invitations(house.manager(), made) if one["answer"] == "tendered"]
    award = WHY | {"outcome": "awarded", "invitation_id": tender["id"]}
    assert refused(house.manager().post(f"/v1/procurements/{made['id']}/outcome", json=award)) == ["provider-closed"]


def shorten(house: House, lot: Any, until: str) -> None:
    asked = WHY | {"valid_until": until, "rationale": "shortened"}
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=asked))


def letters(session: Session, template: str) -> list[Any]:
    return [one for one in told(session, MessageRequested) if one.template == template]


def test_a_tender_period_ends_with_a_dps_that_is_shortened(house: House, session: Session, at: Time) -> None:
    lot, people = three(house, session)
    made, before = bought(house, lot, "2026-03-30"), bought(house, lot, "2026-03-19")
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER))
    shorten(house, lot, "2026-03-20")
    address = f"/v1/procurements/{made['id']}"
    moved = ok(house.manager().get(address))
    assert (moved["status"], moved["closes_on"]) == ("open", "2026-03-20")
    assert ok(house.manager().get(f"/v1/procurements/{before['id']}"))["closes_on"] == "2026-03-19"
    [step] = [one for one in timeline_of(session, kind="procurement") if one.step == "reschedule"]
    assert step.reason == REASON
    assert (step.detail["before"], step.detail["after"]) == ("2026-03-30", "2026-03-20")
    sent = letters(session, "tender_period_moved")
    assert {one.to.provider_id for one in sent} == {who.provider_id for who in people[:2]}
    assert {one.personalisation["closes_on"] for one in sent} == {"2026-03-20"}

    at.now += timedelta(days=19)
    late = house.provider(people[1]).post(own(house, people[1], made), json=TENDER)
    assert refused(late) == ["tender-period-over"]
    do_due(session, at.now)
    assert ok(house.manager().get(f"/v1/schemes/{lot['scheme_id']}"))["status"] == "closed"
    [tender] = [one for one in invitations(house.manager(), made) if one["answer"] == "tendered"]
    award = WHY | {"outcome": "awarded", "invitation_id": tender["id"]}
    assert ok(house.manager().post(f"{address}/outcome", json=award))["status"] == "awarded"


def test_a_tender_period_that_would_be_shorter_than_the_law_gives_is_cancelled(house: House, session: Session) -> None:
    lot, people = three(house, session)
    made = bought(house, lot, "2026-03-30")
    ok(house.provider(people[0]).post(own(house, people[0], made), json=TENDER))
    shorten(house, lot, "2026-03-11")
    cancelled = ok(house.manager().get(f"/v1/procurements/{made['id']}"))
    assert (cancelled["status"], REASON in cancelled["outcome_reason"]) == ("cancelled", True)
    assert len(letters(session, "procurement_cancelled")) == 2
    assert {one["statement"] for one in invitations(house.manager(), made)} == {None}


@pytest.mark.parametrize(
    ("until", "status"), [("2026-03-18", "cancelled"), ("2026-03-19", "cancelled"), ("2026-03-20", "open")]
)
def test_a_tender_period_that_ends_sooner_leaves_two_working_days(
    house: House, session: Session, at: Time, until: str, status: str
) -> None:
    lot, _ = three(house, session)
    made = bought(house, lot, "2026-03-30")
    at.now += timedelta(days=16)  # Wednesday 18 March
    shorten(house, lot, until)
    assert ok(house.manager().get(f"/v1/procurements/{made['id']}"))["status"] == status
    assert len(letters(session, "procurement_cancelled" if status == "cancelled" else "tender_period_moved")) == 2


def test_nothing_is_tendered_under_a_dps_that_has_closed(house: House, session: Session, at: Time) -> None:
    lot, people = three(house, session)
    over, running = bought(house, lot, "2026-03-12"), bought(house, lot, "2026-03-30")
    answer = own(house, people[0], running)
    at.now += timedelta(days=11)
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json=WHY))
    assert refused(house.provider(people[0]).post(answer, json=TENDER)) == ["tender-period-over"]
    do_due(session, at.now)
    seen = [ok(house.manager().get(f"/v1/procurements/{one['id']}"))["status"] for one in (over, running)]
    assert seen == ["closed", "cancelled"]
    told_of = {one.personalisation["title"] for one in letters(session, "procurement_cancelled")}
    assert told_of == {running["title"]}


def test_an_invitation_and_the_end_of_its_dps_take_turns(own_database: Engine) -> None:
    """Who invites holds the DPS: who ends it sooner waits, and then sees the procurement."""

    def made(session: Session) -> tuple[UUID, UUID]:
        stage = MemberStage(session)
        lot = stage.lot_for_all()
        stage.member(lot)
        return lot.scheme_id, lot.id

    scheme_id, lot_id = committed(own_database, made)
    asked = ProcurementIn(title="Home care, east", description="Forty hours a week.", closes_on=CLOSES_ON)
    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        invite(session, lot_id, asked, by=COMMISSIONER, now=NOW)
        session.flush()
        with Session(own_database, info={"service": SERVICE}) as other, other.begin():
            other.execute(text("SET LOCAL lock_timeout = '200ms'"))
            with pytest.raises(OperationalError):
                Schemes(other).get(scheme_id, lock=True)
            other.rollback()


def test_a_tender_period_is_as_long_as_the_notice_says(house: House, session: Session) -> None:
    market = {"regime": "pa2023_dynamic_market", "noticed_on": "2025-03-03", "valid_from": "2025-03-10"}
    lot = house.open_lot(scheme=market | {"tender_period_calendar_days": 25}, question_set_id=set_of_2023_act(session))
    opening(house, lot, applicant(session))
    address = f"/v1/lots/{lot['id']}/procurements"
    short = house.commissioner().post(address, json=body("2026-03-26"))
    assert refused(short) == ["tender-period-too-short"]
    assert ok(house.commissioner().post(address, json=body("2026-03-27")))["status"] == "open"


def test_a_dynamic_market_does_not_open_without_the_time_to_tender(house: House, session: Session) -> None:
    about = {"noticed_on": "2025-03-03", "valid_from": "2025-03-10", "tender_period_calendar_days": None}
    draft = scheme_body(session, regime="pa2023_dynamic_market", **about)
    made = ok(house.commissioner().post("/v1/schemes", json=draft))
    lot = lot_body(session, question_set_id=set_of_2023_act(session))
    ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot))
    address = f"/v1/schemes/{made['id']}"
    assert refused(house.manager().post(f"{address}/opening")) == ["tender-period-missing"]
    ok(house.commissioner().put(address, json=draft | {"tender_period_calendar_days": 20}))
    assert ok(house.manager().post(f"{address}/opening"))["tender_period_calendar_days"] == 20
