"""What ends while a place is on offer, and whom a closed provider or an ended service concerns."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from make_dps import REASON, SUBMISSION, Applicant, House, applicant, care_service, ok, refused
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord, CareServiceRecorded, ProviderStatus
from assay_contracts.directory.copies import Copies, keep_provider
from assay_contracts.risk import EmbargoImposed, Extent
from assay_kit.calendar import london_day
from assay_kit.testing import Time

WHY = {"reason": REASON}


def offered_and_set_aside(house: House, session: Session) -> tuple[Any, str, Applicant, Applicant]:
    """One place, on offer to the first; the decision that admitted it is set aside, and the second waits."""
    lot, first, second = house.open_lot(places=1), applicant(session), applicant(session)
    house.admit(lot, first, score=5)
    house.admit(lot, second, score=4)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    tasks = ok(house.manager().get("/v1/lot-applications", params={"only_open": False}))["items"]
    part = next(one["id"] for one in tasks if one["provider_id"] == str(first.provider_id))
    ok(house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json=WHY))
    assert [house.membership(who)["status"] for who in (first, second)] == ["offered", "waiting"]
    return lot, part, first, second


def test_who_withdraws_with_a_place_on_offer_gives_it_to_the_next(house: House, session: Session) -> None:
    _, part, first, second = offered_and_set_aside(house, session)
    ok(house.provider(first).post(f"/v1/lot-applications/{part}/withdrawal", json=WHY))
    assert [house.membership(who)["status"] for who in (first, second)] == ["ended", "offered"]


def test_a_dps_that_closes_offers_no_place_to_the_next(house: House, session: Session) -> None:
    lot, part, first, second = offered_and_set_aside(house, session)
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json=WHY))
    assert [house.membership(who)["status"] for who in (first, second)] == ["ended", "ended"]
    assert ok(house.manager().get(f"/v1/lot-applications/{part}"))["status"] == "withdrawn"
    [_, last] = ok(house.manager().get(f"/v1/memberships/{house.membership(second)['id']}/timeline"))["items"][:2]
    assert last["step"] == "wait"


def test_nobody_is_offered_a_place_before_the_round_is_ranked(house: House, session: Session) -> None:
    lot, who = house.open_lot(places=1), applicant(session)
    membership = house.admit(lot, who)
    offer = house.manager().post(f"/v1/memberships/{membership['id']}/offer", json=WHY)
    assert refused(offer) == ["not-waiting"]


def close(session: Session, who: Applicant) -> None:
    found = Copies(session).provider(who.provider_id)
    assert found is not None
    about = {"version": found.version + 1, "status": ProviderStatus.CLOSED}
    keep_provider(session, found.model_copy(update=about))


def test_a_closed_provider_neither_begins_nor_submits(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    drafted = house.draft(lot, who)
    close(session, who)
    started = house.provider(who).post("/v1/applications", json={"scheme_id": lot["scheme_id"]})
    assert refused(started) == ["provider-closed"]
    submission = house.provider(who).post(f"/v1/applications/{drafted['id']}/submission", json=SUBMISSION)
    assert refused(submission) == ["provider-closed"]


def test_a_closed_provider_takes_no_place(house: House, session: Session) -> None:
    lot, who = house.open_lot(places=1), applicant(session)
    membership = house.admit(lot, who)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    close(session, who)
    accepted = house.provider(who).post(f"/v1/memberships/{membership['id']}/acceptance")
    assert refused(accepted) == ["provider-closed"]


def member_with_two_services(house: House, session: Session) -> tuple[Applicant, CareServiceRecord]:
    lot, who = house.open_lot(), applicant(session)
    second = care_service(session, who.provider_id, name="Second branch", cqc_location_id="1-77")
    body = {
        "provider_id": str(who.provider_id),
        "care_service_ids": [str(who.care_service_id), str(second.id)],
        "source": "The award letter",
        "reason": REASON,
    }
    recorded = ok(house.manager().post(f"/v1/lots/{lot['id']}/opening-memberships", json=body))
    ok(house.manager("Max Manager").post(f"/v1/memberships/{recorded['id']}/confirmation"))
    return who, second


def impose(house: House, who: Applicant, service: UUID, at: Time) -> None:
    house.deliver(
        EmbargoImposed(
            intervention_id=uuid4(),
            provider_id=who.provider_id,
            care_service_id=service,
            extent=Extent.WHOLE,
            imposed_on=london_day(at.now),
            at=at.now,
        )
    )


def test_a_service_that_has_ended_keeps_no_embargoed_member_active(house: House, session: Session, at: Time) -> None:
    who, second = member_with_two_services(house, session)
    impose(house, who, who.care_service_id, at)
    assert house.membership(who)["status"] == "active"

    later = second.model_copy(update={"version": 2, "ended_on": london_day(at.now) + timedelta(days=9)})
    house.deliver(CareServiceRecorded(care_service=later, at=at.now))
    assert house.membership(who)["status"] == "active"

    last_day = second.model_copy(update={"version": 3, "ended_on": london_day(at.now)})
    house.deliver(CareServiceRecorded(care_service=last_day, at=at.now))
    assert house.membership(who)["status"] == "active"

    ended = second.model_copy(update={"version": 4, "ended_on": london_day(at.now) - timedelta(days=1)})
    house.deliver(CareServiceRecorded(care_service=ended, at=at.now))
    assert house.membership(who)["status"] == "suspended"


@pytest.mark.parametrize(("days_after", "outcome"), [(90, "passed"), (0, "passed"), (-1, "failed")])
def test_a_service_passes_the_checks_through_its_last_day(
    house: House, session: Session, at: Time, days_after: int, outcome: str
) -> None:
    lot, who = house.open_lot(), applicant(session)
    service = Copies(session).care_service(who.care_service_id)
    assert service is not None
    ending = service.model_copy(update={"version": 2, "ended_on": london_day(at.now) + timedelta(days=days_after)})
    house.deliver(CareServiceRecorded(care_service=ending, at=at.now))
    part = house.part(lot, who)
    checks = {one["kind"]: one for one in ok(house.commissioner().get(f"/v1/lot-applications/{part}/checks"))["items"]}
    assert checks["services"]["outcome"] == outcome
