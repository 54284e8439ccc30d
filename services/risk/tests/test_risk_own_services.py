"""A provider sees the bands of its own services where the council's setting shows them: off unless it was set."""

from datetime import date
from typing import Any

from make_risk import ClientAs, green_service, provider, rating
from sqlmodel import Session

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.roles import Role
from risk.bands.rules import IN_CONFIDENCE
from risk.own_services.routes import SETTING


def view(client_as: ClientAs, org: Any) -> Any:
    answer = client_as(Role.PROVIDER_USER, org=org, name="Pat").get("/v1/own-care-services")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_is_off_by_default(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    assert view(client_as, service.provider_id) == {"are_shown": False, "items": [], "next_cursor": None}


def test_a_setting_of_any_other_value_shows_nothing(
    session: Session, client_as: ClientAs, directory: FakeDirectory
) -> None:
    service = green_service(session)
    for value in (False, None, "true", 1):
        directory.settings = {SETTING: value}
        assert view(client_as, service.provider_id)["are_shown"] is False


def test_a_provider_sees_its_own_services_and_nobody_elses(
    session: Session, client_as: ClientAs, directory: FakeDirectory
) -> None:
    directory.settings = {SETTING: True}
    of = provider(session)
    one, two = green_service(session, of, name="Alder"), green_service(session, of, name="Birch")
    green_service(session, name="Cedar")
    rating(session, two, "poor", published_on=date(2026, 3, 1))
    shown = view(client_as, of.id)
    assert shown["are_shown"] is True
    assert {(each["care_service_id"], each["band"]) for each in shown["items"]} == {
        (str(one.id), "green"),
        (str(two.id), "red"),
    }


def test_what_is_held_in_confidence_is_one_sentence_to_the_provider_too(
    session: Session, client_as: ClientAs, directory: FakeDirectory
) -> None:
    directory.settings = {SETTING: True}
    service = green_service(session)
    entry = {
        "kind": "unexpected_death",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "event_on": "2026-02-10",
        "source": "Coroner",
        "restricted": True,
        "substantiated": True,
    }
    assert client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence", json=entry).status_code == 201
    [shown] = view(client_as, service.provider_id)["items"]
    assert (shown["band"], shown["reasons"]) == ("amber", [IN_CONFIDENCE])
    assert not {"points", "readings", "working", "result", "computed_band"} & set(shown)
