"""Events that arrive late act when they arrive, and services that end act on the day that was told before."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from make_dps import REASON, Applicant, House, applicant, care_service, ok, refused
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord, CareServiceRecorded, CareServiceType
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, Extent
from assay_kit.calendar import london_day
from assay_kit.due import next_due
from assay_kit.testing import Time, do_due
from dps_admission.due import DUE
from dps_admission.tables import Offer


def imposed(who: Applicant, at: Time, service: UUID | None = None) -> EmbargoImposed:
    return EmbargoImposed(
        intervention_id=uuid4(),
        care_service_id=service or who.care_service_id,
        provider_id=who.provider_id,
        extent=Extent.WHOLE,
        imposed_on=london_day(at.now),
        at=at.now,
    )


def opening(who: Applicant, *others: CareServiceRecord) -> dict[str, Any]:
    services = [str(who.care_service_id), *(str(one.id) for one in others)]
    about = {"provider_id": str(who.provider_id), "care_service_ids": services}
    return about | {"source": "The award letter", "reason": REASON}


def member(house: House, lot: Any, who: Applicant, *others: CareServiceRecord) -> None:
    address = f"/v1/lots/{lot['id']}/opening-memberships"
    recorded = ok(house.manager().post(address, json=opening(who, *others)))
    ok(house.manager("Max Manager").post(f"/v1/memberships/{recorded['id']}/confirmation"))


def test_an_offer_for_a_place_that_a_late_event_frees_runs_from_its_arrival(
    house: House, session: Session, at: Time
) -> None:
    lot, who = house.open_lot(places=1), applicant(session)
    house.admit(lot, who)
    embargo = imposed(who, at)
    house.deliver(embargo)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    about = embargo.model_dump(include={"intervention_id", "care_service_id", "provider_id"})
    lifted = EmbargoLifted(**about, lifted_on=london_day(at.now), at=at.now)

    at.now += timedelta(days=10)
    house.deliver(lifted)
    [offer] = session.exec(select(Offer)).all()
    assert offer.made_at == at.now
    do_due(session, at.now)
    assert house.membership(who)["status"] == "offered"


def test_an_embargo_that_arrives_after_the_admission_suspends_after_it(
    house: House, session: Session, at: Time
) -> None:
    lot, who = house.open_lot(), applicant(session)
    embargo = imposed(who, at)
    at.now += timedelta(minutes=5)
    house.admit(lot, who)
    at.now += timedelta(minutes=1)
    house.deliver(embargo)
    assert house.membership(who)["status"] == "suspended"
    address = f"/v1/lots/{lot['id']}/providers/{who.provider_id}/standing"
    standing = ok(house.manager().get(address, params={"on": london_day(at.now).isoformat()}))
    assert [one["status"] for one in standing["states"]] == ["suspended"]


def test_an_embargo_holds_from_the_day_after_the_last_of_the_other_service(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session)
    second = care_service(session, who.provider_id, cqc_location_id="1-8080")
    member(house, house.open_lot(), who, second)
    house.deliver(imposed(who, at))
    ends = second.model_copy(update={"version": 2, "ended_on": date(2026, 3, 10)})
    house.deliver(CareServiceRecorded(care_service=ends, at=at.now))
    assert house.membership(who)["status"] == "active"

    next_one = next_due(session, DUE)
    assert next_one is not None
    assert london_day(next_one) == date(2026, 3, 11)
    at.now += timedelta(days=8)
    do_due(session, at.now)
    assert house.membership(who)["status"] == "active"
    at.now += timedelta(days=1)
    do_due(session, at.now)
    assert house.membership(who)["status"] == "suspended"


def test_a_service_of_another_type_saves_nobody_from_an_embargo(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    second = care_service(session, who.provider_id, cqc_location_id="1-8081")
    home = care_service(session, who.provider_id, type=CareServiceType.RESIDENTIAL_CARE)
    lot = house.open_lot()
    address = f"/v1/lots/{lot['id']}/opening-memberships"
    assert refused(house.manager().post(address, json=opening(who, home))) == ["cannot-deliver"]
    member(house, lot, who, second)
    house.deliver(imposed(who, at))
    assert house.membership(who)["status"] == "active"
    turned = second.model_copy(update={"version": 2, "type": CareServiceType.RESIDENTIAL_CARE})
    house.deliver(CareServiceRecorded(care_service=turned, at=at.now))
    assert house.membership(who)["status"] == "suspended"
