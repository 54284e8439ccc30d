"""Recording what was learnt: by hand and by machine, corrected and never edited."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from make_risk import ClientAs, care_service, green_service, provider, rules_of
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role, Scope
from assay_kit.freeze import refusal
from assay_kit.testing import NOON, do_due, told
from risk.tables import Intelligence, ServiceBand

LOCATION = "1-900000001"


def concern(about: Any, **more: Any) -> dict[str, Any]:
    usual = {
        "kind": "contracting_concern",
        "provider_id": str(about.provider_id),
        "care_service_id": str(about.id),
        "event_on": "2026-02-10",
        "source": "Quality visit",
        "restricted": False,
        "substantiated": True,
        "narrative": "Missed calls on two weekends.",
    }
    return usual | more


def band_of(session: Session, care_service_id: Any) -> str:
    return str(session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == care_service_id)).one())


def test_substantiated_concerns_count_and_a_correction_takes_one_back(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    entries = [officer.post("/v1/intelligence", json=concern(service)) for _ in range(4)]
    assert {each.status_code for each in entries} == {201}
    assert band_of(session, service.id) == "amber"

    first = f"/v1/intelligence/{entries[0].json()['id']}"
    wanted = {"reason": "It was found unsubstantiated.", "entry": concern(service, substantiated=False)}
    corrected = officer.post(f"{first}/corrections", json=wanted)
    assert corrected.status_code == 201, corrected.text
    assert band_of(session, service.id) == "green"
    assert officer.get(first).json()["corrected_by_id"] == corrected.json()["id"]
    again = officer.post(f"{first}/corrections", json=wanted)
    assert (again.status_code, rules_of(again)) == (409, ["already-corrected"])


def test_a_withdrawn_entry_stays_and_no_longer_counts(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER)
    death = concern(service, kind="unexpected_death", narrative=None)
    made = officer.post("/v1/intelligence", json=death).json()
    assert band_of(session, service.id) == "amber"
    gone = officer.post(
        f"/v1/intelligence/{made['id']}/withdrawal", json={"reason": "Recorded against the wrong service."}
    )
    assert gone.status_code == 201, gone.text
    assert band_of(session, service.id) == "green"
    assert len(officer.get("/v1/intelligence", params={"care_service_id": str(service.id)}).json()["items"]) == 2


def test_the_database_refuses_to_edit_or_delete_an_entry(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    client_as(Role.COMPLIANCE_OFFICER).post("/v1/intelligence", json=concern(service))
    for change in ("UPDATE intelligence SET narrative = 'other'", "DELETE FROM intelligence"):
        with pytest.raises(DBAPIError) as refused, session.begin_nested():
            session.execute(text(change))
        assert refusal(refused.value)


def test_a_concern_about_a_provider_counts_for_each_of_its_services(session: Session, client_as: ClientAs) -> None:
    of = provider(session)
    one, two = green_service(session, of), green_service(session, of)
    stranger = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER)
    for _ in range(4):
        assert officer.post("/v1/intelligence", json=concern(one, care_service_id=None)).status_code == 201
    assert [band_of(session, each.id) for each in (one, two, stranger)] == ["amber", "amber", "green"]


@pytest.mark.parametrize(
    ("about", "bars"),
    [
        ({"event_on": "2026-03-03"}, ["not-yet-happened"]),
        ({"ended_on": "2026-02-11"}, ["only-a-vacancy-ends"]),
        ({"kind": "manager_vacancy", "ended_on": "2026-02-01"}, ["ended-before-it-began"]),
        ({"kind": "unexpected_death", "care_service_id": None}, ["name-a-service"]),
        ({"kind": "safeguarding_decision"}, ["needs-an-enquiry"]),
        (
            {"kind": "safeguarding_decision", "care_service_id": None, "event_on": "2026-03-03"},
            ["name-a-service", "not-yet-happened", "needs-an-enquiry"],
        ),
    ],
)
def test_every_ground_against_an_entry_is_told_at_once(
    session: Session, client_as: ClientAs, about: dict[str, Any], bars: list[str]
) -> None:
    service = green_service(session)
    refused = client_as(Role.COMPLIANCE_OFFICER).post("/v1/intelligence", json=concern(service, **about))
    assert (refused.status_code, rules_of(refused)) == (409, bars)


def test_a_service_is_named_with_its_own_provider(session: Session, client_as: ClientAs) -> None:
    service, other = green_service(session), provider(session)
    officer = client_as(Role.COMPLIANCE_OFFICER)
    assert officer.post("/v1/intelligence", json=concern(service, provider_id=str(other.id))).status_code == 409


# ---------------------------------------------------------------- machines


def death(n: int = 1, **about: Any) -> dict[str, Any]:
    usual = {"source_reference": f"UD-{n}", "cqc_location_id": LOCATION, "died_on": "2026-02-10"}
    return usual | about


def test_the_same_item_sent_twice_is_held_once(session: Session, client_as: ClientAs) -> None:
    green_service(session, cqc_location_id=LOCATION)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    first = machine.post("/v1/unexpected-deaths", json=death())
    assert (first.status_code, first.json()["outcome"]) == (201, "recorded")
    again = machine.post("/v1/unexpected-deaths", json=death())
    assert (again.status_code, again.json()["outcome"]) == (200, "already_held")
    assert again.json()["entry_id"] == first.json()["entry_id"]
    other = machine.post("/v1/unexpected-deaths", json=death(died_on="2026-02-11"))
    assert (other.status_code, other.json()["type"]) == (409, "/problems/same-reference-other-content")
    [only] = session.exec(select(Intelligence)).all()
    assert only.source == "Case management, UD-1"


def test_a_machine_corrects_what_it_sent_under_a_new_reference(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    sent = {
        "source_reference": "CC-1",
        "care_service_id": str(service.id),
        "raised_on": "2026-02-01",
        "category": "Missed calls",
        "substantiated": True,
    }
    assert machine.post("/v1/contracting-concerns", json=sent).status_code == 201
    corrected = sent | {"source_reference": "CC-2", "corrects": "CC-1", "substantiated": False}
    assert machine.post("/v1/contracting-concerns", json=corrected).status_code == 201
    twice = sent | {"source_reference": "CC-3", "corrects": "CC-1"}
    assert rules_of(machine.post("/v1/contracting-concerns", json=twice)) == ["already-corrected"]
    nothing = sent | {"source_reference": "CC-4", "corrects": "CC-99"}
    assert machine.post("/v1/contracting-concerns", json=nothing).status_code == 409
    [first, second] = session.exec(select(Intelligence).order_by(Intelligence.id)).all()  # type: ignore[arg-type]  # a column
    assert second.corrects_id == first.id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nhs_number": "9434765919"}, "nhs_number"),
        ({"adult_name": "Somebody"}, "adult_name"),
        ({"died_on": "not a day"}, "died_on"),
        ({"cqc_location_id": "1-ABC"}, "cqc_location_id"),
        ({"source_reference": "a\x00b"}, "source_reference"),
    ],
)
def test_a_field_outside_the_schema_is_refused_by_name(
    session: Session, client_as: ClientAs, change: dict[str, Any], field: str
) -> None:
    green_service(session, cqc_location_id=LOCATION)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    refused = machine.post("/v1/unexpected-deaths", json=death(**change))
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == [field]
    assert session.exec(select(Intelligence)).all() == []


def test_an_item_names_exactly_one_place(session: Session, client_as: ClientAs) -> None:
    service = green_service(session, cqc_location_id=LOCATION)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    for place in ({"care_service_id": str(service.id)}, {"cqc_location_id": None}):
        refused = machine.post("/v1/unexpected-deaths", json=death(**place))
        assert (refused.status_code, rules_of(refused)) == (409, ["name-one-place"])


def test_a_page_of_what_waits_is_one_look_at_the_services(session: Session, client_as: ClientAs) -> None:
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    for number in range(3):
        for _ in range(2):
            green_service(session, cqc_location_id=f"1-{number}")
        sent = {"source_reference": f"UD-{number}", "cqc_location_id": f"1-{number}", "died_on": "2026-02-10"}
        assert machine.post("/v1/unexpected-deaths", json=sent).status_code == 202
    said: list[str] = []
    connection = session.connection()

    def note(*about: Any) -> None:
        said.append(about[2])

    event.listen(connection, "before_cursor_execute", note)
    items = client_as(Role.COMPLIANCE_OFFICER).get("/v1/intake-items").json()["items"]
    event.remove(connection, "before_cursor_execute", note)
    assert [len(each["candidates"]) for each in items] == [2, 2, 2]
    assert len([each for each in said if "care_service_copy" in each]) == 1


def test_an_ambiguous_location_waits_for_a_person(session: Session, client_as: ClientAs) -> None:
    of = provider(session)
    one = green_service(session, of, cqc_location_id=LOCATION)
    two = green_service(session, of, cqc_location_id=LOCATION, name="Harbour Supported Living")
    elsewhere = care_service(session, of)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    queued = machine.post("/v1/unexpected-deaths", json=death())
    assert (queued.status_code, queued.json()["outcome"]) == (202, "queued")
    assert machine.post("/v1/unexpected-deaths", json=death()).json()["outcome"] == "already_held"
    assert {band_of(session, one.id), band_of(session, two.id)} == {"not_enough_information"}  # one of them it is
    assert [deaths_state(client_as, each.id) for each in (one, two, elsewhere)] == ["stale", "stale", "known"]

    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    [item] = officer.get("/v1/intake-items", params={"stage": "waiting"}).json()["items"]
    assert set(item["candidates"]) == {str(one.id), str(two.id)}
    place = f"/v1/intake-items/{item['id']}/placement"
    wanted = {"care_service_id": str(elsewhere.id), "reason": "It happened there."}
    assert officer.post(place, json=wanted).status_code == 409
    placed = officer.post(place, json=wanted | {"care_service_id": str(two.id)})
    assert (placed.status_code, placed.json()["status"]) == (200, "placed")
    assert (band_of(session, one.id), band_of(session, two.id)) == ("green", "amber")
    assert [deaths_state(client_as, each.id) for each in (one, two, elsewhere)] == ["known"] * 3
    assert officer.post(place, json=wanted | {"care_service_id": str(two.id)}).status_code == 409
    assert machine.post("/v1/unexpected-deaths", json=death()).json()["entry_id"] == placed.json()["entry_id"]


def deaths_state(client_as: ClientAs, care_service_id: Any) -> str:
    read = client_as(Role.COMPLIANCE_OFFICER).get(f"/v1/care-services/{care_service_id}/band").json()
    [state] = [each["state"] for each in read["result"]["readings"] if each["indicator"] == "unexpected_deaths"]
    return str(state)


def test_officers_hear_at_once_and_every_morning_of_what_waits(session: Session, client_as: ClientAs, at: Any) -> None:
    def heard() -> list[str]:
        said = [each for each in told(session, MessageRequested) if each.template == "intake_items_waiting"]
        return [each.personalisation["count"] for each in said]

    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    ids = [machine.post("/v1/unexpected-deaths", json=death(n)).json()["intake_item_id"] for n in (1, 2)]
    assert heard() == ["1", "1"]
    at.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    do_due(session, at.now)
    assert heard() == ["1", "1", "2"]
    officer = client_as(Role.COMPLIANCE_OFFICER)
    for item in ids:
        officer.post(f"/v1/intake-items/{item}/dismissal", json={"reason": "Another council's provider."})
    at.now = datetime(2026, 3, 4, 8, tzinfo=UTC)
    do_due(session, at.now)
    assert len(heard()) == 3


def test_an_item_about_no_service_of_ours_is_dismissed_with_a_reason(session: Session, client_as: ClientAs) -> None:
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    item = machine.post("/v1/unexpected-deaths", json=death()).json()["intake_item_id"]
    officer = client_as(Role.COMPLIANCE_OFFICER)
    dismissed = officer.post(f"/v1/intake-items/{item}/dismissal", json={"reason": "Another council's provider."})
    assert dismissed.json()["status"] == "dismissed"


def test_a_machine_naming_an_unknown_service_is_told(client_as: ClientAs) -> None:
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    sent = death(cqc_location_id=None, care_service_id="019b0000-0000-7000-8000-0000000000ff")
    assert machine.post("/v1/unexpected-deaths", json=sent).status_code == 409


# ---------------------------------------------------------------- feeds


def test_a_delivery_is_a_sign_of_life_when_its_rows_came(session: Session, client_as: ClientAs, at: Any) -> None:
    service = green_service(session)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")

    def deliver(reference: str, rows: int) -> int:
        said = {"delivery_reference": reference, "row_count": rows}
        return int(machine.post("/v1/feeds/unexpected_deaths/deliveries", json=said).status_code)

    assert deliver("D-1", 1) == 409
    for number, place in enumerate(({"care_service_id": str(service.id)}, {"cqc_location_id": "1-404"})):
        sent = {"source_reference": f"UD-{number}", "died_on": "2026-02-10"} | place
        assert machine.post("/v1/unexpected-deaths", json=sent).status_code in {201, 202}
    assert deliver("D-1", 3) == 409
    assert (deliver("D-1", 2), deliver("D-1", 2)) == (201, 201)
    at.now += timedelta(minutes=1)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    [item] = officer.get("/v1/intake-items").json()["items"]
    placing = {"care_service_id": str(service.id), "reason": "It happened there."}
    assert officer.post(f"/v1/intake-items/{item['id']}/placement", json=placing).status_code == 200
    assert (deliver("D-2", 1), deliver("D-2", 0)) == (409, 201)  # what was placed came before


def test_a_delivery_of_zero_rows_brings_a_silent_feed_back_for_every_service(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    at.now = NOON + timedelta(days=15)
    do_due(session, at.now)
    assert band_of(session, service.id) == "not_enough_information"

    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert {each["is_alive"] for each in officer.get("/v1/feeds").json()["items"]} == {False}
    for feed in ("safeguarding_decisions", "unexpected_deaths"):
        delivery = {"delivery_reference": "D-1", "row_count": 0}
        assert machine.post(f"/v1/feeds/{feed}/deliveries", json=delivery).json()["is_new"] is True
        assert machine.post(f"/v1/feeds/{feed}/deliveries", json=delivery).json()["is_new"] is False
    assert officer.post("/v1/feeds/contracting_concerns/confirmations").json()["is_new"] is True
    do_due(session, at.now)
    assert {each["is_alive"] for each in officer.get("/v1/feeds").json()["items"]} == {True}
    assert band_of(session, service.id) == "green"


def test_what_waits_under_a_previous_location_is_not_known_of_the_services_that_had_it(
    session: Session, client_as: ClientAs
) -> None:
    moved: dict[str, Any] = {"cqc_location_id": "1-200", "previous_cqc_location_ids": ("1-100",)}
    one, two = (green_service(session, **moved) for _ in range(2))
    other = green_service(session, cqc_location_id="1-300")
    machine = client_as(scopes=("intelligence:write",), name="Case management")
    sent = {"source_reference": "UD-1", "cqc_location_id": "1-100", "died_on": "2026-02-10"}
    item = machine.post("/v1/unexpected-deaths", json=sent).json()["intake_item_id"]

    def bands() -> list[str]:
        session.expire_all()
        found = {row.care_service_id: row.band for row in session.exec(select(ServiceBand))}
        return [found[each.id] for each in (one, two, other)]

    assert bands() == ["not_enough_information", "not_enough_information", "green"]
    placed = {"care_service_id": str(one.id), "reason": "The provider named the house."}
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert officer.post(f"/v1/intake-items/{item}/placement", json=placed).status_code == 200
    assert bands() == ["amber", "green", "green"]
