"""The dashboard, the look-up by location, and two refreshes at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from make_risk import ClientAs, care_service, feeds_heard, green_service, provider, rating
from sqlalchemy import Engine, event, update
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord, CareServiceRecorded, ProviderRecorded
from assay_contracts.roles import Role, Scope
from assay_kit.testing import NOON, hear
from risk.bands.actions import refresh
from risk.main import SERVICE
from risk.tables import AssessmentRating, BandResult, ServiceBand


def estate(session: Session) -> dict[str, Any]:
    of = provider(session, name="Anchorage Care Ltd")
    made = {
        "green": green_service(session, of, name="Alder", zones=("North", "South")),
        "amber": green_service(session, of, name="Birch", type="residential_care"),
        "red": green_service(session, name="Cedar", zones=("Central",), client_groups=("autism",)),
        "grey": care_service(session, name="Damson"),
    }
    rating(session, made["amber"], "requires_improvement", published_on=NOON.date() - timedelta(days=1))
    rating(session, made["red"], "poor", published_on=NOON.date() - timedelta(days=1))
    return made


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["care_service_name"] for row in rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Cedar", "Birch", "Damson", "Alder"]),
        ({"band": "red"}, ["Cedar"]),
        ({"care_service_type": "residential_care"}, ["Birch"]),
        ({"zone": "South"}, ["Alder"]),
        ({"client_group": "autism"}, ["Cedar"]),
        ({"search": "anchorage"}, ["Birch", "Alder"]),
        ({"search": "%"}, []),
        ({"is_embargoed": True}, []),
    ],
)
def test_the_gravest_come_first_and_filters_narrow(
    session: Session, client_as: ClientAs, asked: dict[str, Any], expected: list[str]
) -> None:
    estate(session)
    answer = client_as(Role.SOCIAL_CARE_ASSESSOR).get("/v1/dashboard", params=asked)
    assert answer.status_code == 200, answer.text
    assert names(answer.json()["items"]) == expected


def test_pages_follow_one_another(session: Session, client_as: ClientAs) -> None:
    estate(session)
    reader, found, cursor = client_as(Role.ADULT_CARE_VIEWER), [], None
    for _ in range(4):
        page = reader.get("/v1/dashboard", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        found += names(page["items"])
        cursor = page["next_cursor"]
    assert found == ["Cedar", "Birch", "Damson", "Alder"]
    assert cursor is None


def test_counts_are_of_the_estate(session: Session, client_as: ClientAs) -> None:
    estate(session)
    counts = client_as(Role.COMMISSIONER).get("/v1/dashboard-counts").json()
    assert counts == {"green": 1, "amber": 1, "red": 1, "not_enough_information": 1}


def test_a_page_is_one_statement_however_many_services(session: Session, client_as: ClientAs) -> None:
    estate(session)
    said: list[str] = []
    connection = session.connection()

    def note(*about: Any) -> None:
        said.append(about[2])

    event.listen(connection, "before_cursor_execute", note)
    client_as(Role.COMPLIANCE_OFFICER).get("/v1/dashboard")
    event.remove(connection, "before_cursor_execute", note)
    assert len([each for each in said if "service_band" in each]) == 1


def test_direction_looks_back_ninety_days(session: Session, client_as: ClientAs, at: Any) -> None:
    feeds_heard(session)
    service = green_service(session)
    reader = client_as(Role.COMPLIANCE_OFFICER)
    at.now = NOON + timedelta(days=89)
    assert reader.get("/v1/dashboard").json()["items"][0]["direction"] == "new"
    at.now = NOON + timedelta(days=90)
    assert reader.get("/v1/dashboard").json()["items"][0]["direction"] == "steady"
    rating(session, service, "poor", at=at.now, published_on=at.now.date())
    assert reader.get("/v1/dashboard").json()["items"][0]["direction"] == "worsening"
    assert reader.get(f"/v1/care-services/{service.id}/band").json()["direction"] == "worsening"


def test_a_location_may_run_several_services_and_ids_keep_their_case(session: Session, client_as: ClientAs) -> None:
    of = provider(session)
    for name in ("One", "Two"):
        green_service(session, of, name=name, cqc_location_id="1-900000001")
    machine = client_as(scopes=(Scope.BANDS_READ,), name="Brokerage")
    found = machine.get("/v1/locations/1-900000001").json()["items"]
    assert [(each["care_service_name"], each["band"], each["embargo"]) for each in found] == [
        ("One", "green", None),
        ("Two", "green", None),
    ]
    assert machine.get("/v1/locations/1-900000002").json() == {"items": []}


def test_a_machine_needs_the_scope(client_as: ClientAs) -> None:
    assert client_as(scopes=(Scope.MEMBERSHIPS_READ,)).get("/v1/locations/1-1").status_code == 403
    assert client_as(scopes=(Scope.BANDS_READ,)).get("/v1/dashboard").status_code == 403


def test_a_service_that_ended_is_no_longer_shown(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    yesterday = NOON.date() - timedelta(days=1)
    care_service(session, id=service.id, version=2, provider_id=service.provider_id, ended_on=yesterday)
    assert client_as(Role.COMMISSIONER).get("/v1/dashboard").json()["items"] == []


@pytest.mark.parametrize(("days_after", "bands"), [(0, ["green"]), (-1, [])])
def test_a_service_is_worked_out_on_its_last_day_and_not_after(
    session: Session, days_after: int, bands: list[str]
) -> None:
    service = green_service(session, ended_on=NOON.date() + timedelta(days=days_after))
    scored = select(ServiceBand.band).where(ServiceBand.care_service_id == service.id)
    assert session.exec(scored).all() == bands


def test_a_service_that_will_end_is_shown_through_its_last_day_and_its_successor_after(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    of, location = provider(session), "1-900000001"
    service = green_service(session, of, name="Old", cqc_location_id=location)
    ends = NOON.date() + timedelta(days=90)
    told = service.model_dump() | {"version": 2, "ended_on": ends}
    care_service(session, of, **told)
    rating(session, service, "poor", published_on=NOON.date())
    green_service(session, of, name="New", cqc_location_id=location)
    reader, machine = client_as(Role.COMMISSIONER), client_as(scopes=(Scope.BANDS_READ,), name="Brokerage")

    def shown() -> tuple[list[str], int, list[str], int]:
        counts = reader.get("/v1/dashboard-counts").json()
        found = machine.get(f"/v1/locations/{location}").json()["items"]
        page = reader.get(f"/v1/care-services/{service.id}").status_code
        return names(reader.get("/v1/dashboard").json()["items"]), counts["red"], names(found), page

    at.now = NOON + timedelta(days=90)
    assert shown() == (["Old", "New"], 1, ["New", "Old"], 200)
    at.now = NOON + timedelta(days=91)
    assert shown() == (["New"], 0, ["New"], 404)


def test_an_unknown_service_is_404(client_as: ClientAs) -> None:
    reader = client_as(Role.COMMISSIONER)
    for path in ("", "/band", "/band-results"):
        assert reader.get(f"/v1/care-services/019b0000-0000-7000-8000-0000000000ff{path}").status_code == 404


def test_two_refreshes_at_once_do_the_work_once(own_database: Engine) -> None:
    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        service = green_service(session)
        session.execute(update(AssessmentRating).values(rating="poor"))

    def again(_: int) -> int:
        with Session(own_database, info={"service": SERVICE}) as session, session.begin():
            return refresh(session, [service.id], now=NOON)

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(again, range(4))) == [0, 0, 0, 1]
    with Session(own_database) as session:
        assert session.exec(select(ServiceBand.band)).one() == "red"
        reds = select(BandResult).where(BandResult.band == "red")
        assert len(session.exec(reds).all()) == 1


def test_what_the_directory_says_anew_shows_at_once(session: Session, client_as: ClientAs) -> None:
    of = provider(session, name="Anchorage Care Ltd")
    alder = green_service(session, of, name="Alder", zones=("North",))
    changed = alder.model_dump() | {"version": 2, "name": "Ash", "zones": ("South",), "type": "nursing_care"}
    hear(session, CareServiceRecorded(at=NOON, care_service=CareServiceRecord(**changed)))
    hear(session, ProviderRecorded(at=NOON, provider=of.model_copy(update={"version": 2, "name": "Zenith Care"})))
    reader = client_as(Role.ADULT_CARE_VIEWER)
    for asked in ({"search": "ash"}, {"search": "ZENITH"}, {"zone": "South"}, {"care_service_type": "nursing_care"}):
        [row] = reader.get("/v1/dashboard", params=asked).json()["items"]
        assert (row["care_service_name"], row["provider_name"], row["zones"]) == ("Ash", "Zenith Care", ["South"])
    for asked in ({"search": "alder"}, {"search": "anchorage"}, {"zone": "North"}):
        assert reader.get("/v1/dashboard", params=asked).json()["items"] == []
