"""Overrides over HTTP: two people, 28 days, and never over what is grave or missing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from make_risk import ClientAs, care_service, feeds_heard, green_service, rating, rules_of
from sqlmodel import Session

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.risk import BandChanged
from assay_contracts.roles import Role
from assay_kit.testing import do_due, told
from risk.bands.showing import SET_BY_THE_COUNCIL
from risk.own_services.routes import SETTING

WHY = "The rating was published before the new manager began."


def amber_service(session: Session) -> Any:
    service = green_service(session)
    rating(session, service, "requires_improvement", published_on=date(2026, 3, 1))
    return service


def wanted(service: Any, band: str = "green", last_day: str = "2026-03-20") -> dict[str, str]:
    return {"care_service_id": str(service.id), "band": band, "reason": WHY, "last_day": last_day}


def approved(service: Any, client_as: ClientAs, **about: str) -> str:
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/overrides", json=wanted(service, **about))
    assert made.status_code == 201, made.text
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert manager.post(f"/v1/overrides/{made.json()['id']}/approval").json()["status"] == "in_force"
    return str(made.json()["id"])


def stands(service: Any, client_as: ClientAs) -> tuple[str, str]:
    read = client_as(Role.COMMISSIONER, name="Carl").get(f"/v1/care-services/{service.id}/band").json()
    return read["band"], read["computed_band"]


def test_the_computed_band_stays_beside_an_override(session: Session, client_as: ClientAs) -> None:
    service = amber_service(session)
    approved(service, client_as)
    assert stands(service, client_as) == ("green", "amber")
    last = told(session, BandChanged)[-1]
    assert (last.band, last.computed_band, last.previous_band) == ("green", "amber", "amber")


@pytest.mark.parametrize("band", ["amber", "red"])
def test_who_does_not_see_the_computed_band_reads_that_two_people_set_it_and_no_reasons_of_another(
    session: Session, client_as: ClientAs, directory: FakeDirectory, band: str
) -> None:
    directory.settings = {SETTING: True}
    service = green_service(session)
    broker, of = client_as(Role.ADULT_CARE_VIEWER), client_as(Role.PROVIDER_USER, org=service.provider_id)

    def shown() -> list[dict[str, Any]]:
        lists = [broker.get("/v1/dashboard").json(), of.get("/v1/own-care-services").json()]
        return [broker.get(f"/v1/care-services/{service.id}").json(), *(each["items"][0] for each in lists)]

    approved(service, client_as, band=band)
    assert [(each["band"], each["reasons"]) for each in shown()] == [(band, [SET_BY_THE_COUNCIL])] * 3
    assert SET_BY_THE_COUNCIL in broker.get("/v1/dashboard-export").text
    rating(session, service, "requires_improvement", published_on=date(2026, 3, 1))
    why = client_as(Role.COMMISSIONER).get("/v1/dashboard").json()["items"][0]["reasons"]
    explained = why if band == "amber" else [SET_BY_THE_COUNCIL]  # one that says the same as the computed band ends
    assert why
    assert [each["reasons"] for each in shown()] == [explained] * 3


def test_whoever_proposes_may_not_approve(session: Session, client_as: ClientAs) -> None:
    service = amber_service(session)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    made = mary.post("/v1/overrides", json=wanted(service)).json()
    assert rules_of(mary.post(f"/v1/overrides/{made['id']}/approval")) == ["proposed-by-you"]
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert officer.post(f"/v1/overrides/{made['id']}/approval").status_code == 403
    rejected = client_as(Role.COMMISSIONING_MANAGER, name="Mark").post(
        f"/v1/overrides/{made['id']}/rejection", json={"reason": "The evidence is too thin."}
    )
    assert rejected.json()["status"] == "rejected"


def test_never_green_over_missing_information(session: Session, client_as: ClientAs) -> None:
    feeds_heard(session)
    service = care_service(session)
    refused = client_as(Role.COMPLIANCE_OFFICER).post("/v1/overrides", json=wanted(service))
    assert rules_of(refused) == ["green-over-missing"]


def test_it_ends_with_its_last_day_in_london(session: Session, client_as: ClientAs, at: Any) -> None:
    service = amber_service(session)
    override = approved(service, client_as, last_day="2026-03-12")
    at.now = datetime(2026, 3, 12, 23, 59, tzinfo=UTC)
    do_due(session, at.now)
    assert stands(service, client_as)[0] == "green"
    at.now = datetime(2026, 3, 13, 0, 0, tzinfo=UTC)
    do_due(session, at.now)
    assert stands(service, client_as)[0] == "amber"
    [listed] = client_as(Role.AUDITOR).get("/v1/overrides", params={"stage": "expired"}).json()["items"]
    assert listed["id"] == override


def test_it_lapses_at_once_when_the_computed_band_worsens(session: Session, client_as: ClientAs) -> None:
    service = amber_service(session)
    approved(service, client_as)
    rating(session, service, "poor", published_on=date(2026, 3, 2))
    assert stands(service, client_as) == ("red", "red")
    [lapsed] = client_as(Role.AUDITOR).get("/v1/overrides").json()["items"]
    assert lapsed["status"] == "lapsed"


@pytest.mark.parametrize("graver", ["amber", "red"])
def test_worse_news_never_makes_what_an_override_shows_any_milder(
    session: Session, client_as: ClientAs, graver: str
) -> None:
    service = green_service(session)
    approved(service, client_as, band=graver)
    rating(session, service, "requires_improvement", published_on=date(2026, 3, 1))
    assert stands(service, client_as) == (graver, "amber")
    rating(session, service, "poor", published_on=date(2026, 3, 2))
    assert stands(service, client_as) == ("red", "red")


def test_a_graver_override_may_be_approved_although_the_computed_band_worsened(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/overrides", json=wanted(service, "red")).json()
    rating(session, service, "requires_improvement", published_on=date(2026, 3, 1))
    answer = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"/v1/overrides/{made['id']}/approval")
    assert answer.json()["status"] == "in_force", answer.text
    assert stands(service, client_as) == ("red", "amber")


def test_green_lapses_when_the_information_beneath_it_goes_missing(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = amber_service(session)
    approved(service, client_as)
    at.now = datetime(2026, 3, 16, 12, tzinfo=UTC)
    do_due(session, at.now)
    assert stands(service, client_as) == ("green", "amber")
    at.now = datetime(2026, 3, 18, 12, tzinfo=UTC)  # the feeds have been silent for more than 14 days
    do_due(session, at.now)
    assert stands(service, client_as) == ("amber", "amber")
    [lapsed] = client_as(Role.AUDITOR).get("/v1/overrides").json()["items"]
    assert lapsed["status"] == "lapsed"


def test_an_approval_sees_a_grave_level_that_is_new_under_the_same_band(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    rating(session, service, "poor", published_on=date(2026, 3, 1))
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/overrides", json=wanted(service, "amber")).json()
    number = {"provider_id": str(service.provider_id), "care_service_id": str(service.id)}
    urgent = number | {
        "extent": "whole",
        "reason": WHY,
        "review_on": "2026-03-30",
        "notice_text": "No new placements from today.",
    }
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert mary.post("/v1/urgent-embargoes", json=urgent).status_code == 201
    assert stands(service, client_as) == ("red", "red")
    assert rules_of(mary.post(f"/v1/overrides/{made['id']}/approval")) == ["grave-since"]


def test_an_approval_asks_the_rules_again(session: Session, client_as: ClientAs) -> None:
    service = amber_service(session)
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/overrides", json=wanted(service)).json()
    rating(session, service, "poor", published_on=date(2026, 3, 2))
    refused = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"/v1/overrides/{made['id']}/approval")
    assert rules_of(refused) == ["green-over-grave", "worse-since", "grave-since"]


def test_only_one_is_in_force_and_it_can_be_ended(session: Session, client_as: ClientAs) -> None:
    service = amber_service(session)
    first = approved(service, client_as)
    second = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/overrides", json=wanted(service, "red")).json()
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert manager.post(f"/v1/overrides/{second['id']}/approval").status_code == 409
    ended = manager.post(f"/v1/overrides/{first}/ending", json={"reason": "It is no longer needed."})
    assert ended.json()["status"] == "ended"
    assert stands(service, client_as) == ("amber", "amber")
    assert manager.post(f"/v1/overrides/{second['id']}/approval").json()["status"] == "in_force"
    assert stands(service, client_as) == ("red", "amber")
