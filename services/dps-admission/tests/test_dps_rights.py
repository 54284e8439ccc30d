"""Who of a provider may bind it, and that who audits may read."""

from make_dps import REASON, SUBMISSION, House, applicant, ok
from sqlmodel import Session
from test_placements import offer, opening, seek

from assay_contracts.roles import Role


def test_a_colleague_drafts_and_an_administrator_declares_and_applies(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    draft = house.draft(lot, who)
    address, colleague = f"/v1/applications/{draft['id']}", house.provider(who, Role.PROVIDER_USER)
    chosen = [{"lot_id": lot["id"], "care_service_ids": [str(who.care_service_id)]}]
    ok(colleague.put(f"{address}/draft", json={"answers": draft["answers"], "choices": chosen}))
    assert colleague.post(f"{address}/submission", json=SUBMISSION).status_code == 403
    assert ok(house.provider(who).post(f"{address}/submission", json=SUBMISSION))["status"] == "submitted"
    assert colleague.post(f"{address}/withdrawal", json={"reason": REASON}).status_code == 403
    assert ok(house.provider(who).post(f"{address}/withdrawal", json={"reason": REASON}))["status"] == "withdrawn"


def test_a_colleague_sees_an_offer_that_an_administrator_answers(house: House, session: Session) -> None:
    lot, who = house.open_lot(zones=["North"]), applicant(session)
    made = ok(offer(house, seek(house), opening(house, lot, who, "North")))
    colleague, answer = house.provider(who, Role.PROVIDER_USER), f"/v1/placement-offers/{made['id']}/answer"
    assert [one["id"] for one in ok(colleague.get("/v1/placement-offers"))["items"]] == [made["id"]]
    assert colleague.post(answer, json={"is_accepted": True}).status_code == 403
    assert ok(house.provider(who).post(answer, json={"is_accepted": True}))["answer"] == "accepted"


def test_an_auditor_reads_who_waits_and_what_was_offered(house: House, session: Session) -> None:
    lot, who = house.open_lot(zones=["North"]), applicant(session)
    made = ok(offer(house, seek(house), opening(house, lot, who, "North")))
    auditor = house.client_as(Role.AUDITOR, name="Ada Auditor")
    assert ok(auditor.get(f"/v1/lots/{lot['id']}/waiting-list"))["items"] == []
    assert [one["id"] for one in ok(auditor.get("/v1/placement-offers"))["items"]] == [made["id"]]
    answered = auditor.post(f"/v1/placement-offers/{made['id']}/answer", json={"is_accepted": True})
    assert answered.status_code == 403
