"""From a draft to an active membership, and out and back by embargo, through the front door."""

from datetime import timedelta
from uuid import uuid4

from make_dps import House, applicant, ok
from sqlmodel import Session

from assay_contracts.dps_admission import (
    ApplicationSubmitted,
    LotApplicationDecided,
    MembershipChanged,
    MembershipStatus,
    Outcome,
)
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, Extent
from assay_kit.calendar import london_day
from assay_kit.testing import Time, told


def test_an_application_becomes_an_active_membership(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)

    membership = house.admit(lot, who)

    assert membership["status"] == "active"
    assert membership["effects"]["new_placements"] is True
    [submitted] = told(session, ApplicationSubmitted)
    assert submitted.provider_id == who.provider_id
    [decided] = told(session, LotApplicationDecided)
    assert decided.outcome is Outcome.ADMITTED
    changes = [change.membership.status for change in told(session, MembershipChanged)]
    assert changes == [MembershipStatus.ADMITTED, MembershipStatus.ACTIVE]


def test_an_embargo_suspends_and_its_lifting_restores(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    membership = house.admit(lot, who)
    about = {"intervention_id": uuid4(), "care_service_id": who.care_service_id, "provider_id": who.provider_id}

    house.deliver(EmbargoImposed(**about, extent=Extent.WHOLE, imposed_on=london_day(at.now), at=at.now))
    [seen] = ok(house.machine().get("/v1/memberships", params={"cqc_location_id": who.location}))["items"]
    assert seen["id"] == membership["id"]
    assert seen["status"] == "suspended"
    assert [one["cause"] for one in seen["suspensions"]] == ["embargo"]

    later = at.now + timedelta(days=3)
    house.deliver(EmbargoLifted(**about, lifted_on=london_day(later), at=later))
    [seen] = ok(house.machine().get("/v1/memberships", params={"cqc_location_id": who.location}))["items"]
    assert seen["status"] == "active"
    assert seen["suspensions"] == []
