"""What becomes restricted, or rests on what is, is kept from those who may not see it, at every outlet."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from make_facts import POLICY, days_ago, facts
from make_risk import ClientAs, green_service, provider
from sqlalchemy import event
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord
from assay_contracts.risk import BandChanged
from assay_contracts.roles import Role
from assay_kit.testing import told
from risk.bands.rules import IN_CONFIDENCE
from risk.indicators import manager_vacancy
from risk.indicators.facts import Vacancy
from risk.tables import BandResult, ServiceBand
from risk.tables.base import columns_of

SLIP = "Mrs Invented of flat 4 told the matron"
CLEAN = "A complaint about a colleague was taken up."


def entry(about: CareServiceRecord, **more: Any) -> dict[str, Any]:
    usual = {
        "kind": "complaint",
        "provider_id": str(about.provider_id),
        "care_service_id": str(about.id),
        "event_on": "2026-02-10",
        "source": "Letter",
        "restricted": False,
        "substantiated": True,
        "narrative": SLIP,
    }
    return usual | more


def recorded(client_as: ClientAs, wanted: dict[str, Any]) -> str:
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence", json=wanted)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def corrected(client_as: ClientAs, entry_id: str, wanted: dict[str, Any], reason: str = "Names a person.") -> str:
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post(
        f"/v1/intelligence/{entry_id}/corrections", json={"reason": reason, "entry": wanted}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def shown(client_as: ClientAs, service: CareServiceRecord, role: Role = Role.COMMISSIONER) -> list[str]:
    about = {"care_service_id": str(service.id)}
    page = client_as(role, name="Reader").get("/v1/intelligence", params=about).json()
    return [each["id"] for each in page["items"]]


# ---------------------------------------------------------------- a manager's vacancy


@pytest.mark.parametrize(
    ("vacancies", "is_confidential"),
    [
        ((Vacancy(since=days_ago(40)),), False),
        ((Vacancy(since=days_ago(40), restricted=True),), True),
        ((Vacancy(since=days_ago(40), restricted=True), Vacancy(since=days_ago(60))), False),
        ((Vacancy(since=days_ago(60), restricted=True), Vacancy(since=days_ago(40))), True),
        ((Vacancy(since=days_ago(60), filled_on=days_ago(9), restricted=True),), False),  # the register says the same
    ],
)
def test_a_vacancy_is_confidential_where_a_restricted_entry_makes_the_difference(
    vacancies: tuple[Vacancy, ...], is_confidential: bool
) -> None:
    assert manager_vacancy.read(facts(vacancies=vacancies), POLICY).confidential is is_confidential


def test_a_restricted_vacancy_shows_at_no_outlet(session: Session, client_as: ClientAs) -> None:
    service = green_service(session, requires_registered_manager=True)
    vacancy = {"kind": "manager_vacancy", "event_on": "2025-10-01", "restricted": True}
    recorded(client_as, entry(service, **vacancy))
    reader, officer = client_as(Role.SOCIAL_CARE_ASSESSOR, name="Reader"), client_as(Role.COMPLIANCE_OFFICER)
    service_path = f"/v1/care-services/{service.id}"
    assert "No registered manager since 1 October 2025" in officer.get(f"{service_path}/band").text
    weighing = client_as(Role.COMMISSIONER, name="Carl")
    for path in (service_path, f"{service_path}/band", f"{service_path}/band-results", "/v1/dashboard"):
        answer = (weighing if "band" in path else reader).get(path)
        assert IN_CONFIDENCE in answer.text, path
        assert "October" not in answer.text, path
        assert "2025-10-01" not in answer.text, path
    last = told(session, BandChanged)[-1]
    assert last.reasons == (IN_CONFIDENCE,)


# ---------------------------------------------------------------- what is restricted later


def test_a_correction_that_restricts_takes_what_it_corrects_out_of_sight(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    first = recorded(client_as, entry(service))
    second = corrected(client_as, first, entry(service, event_on="2026-02-11"), "The day was wrong.")
    assert set(shown(client_as, service)) == {first, second}
    third = corrected(client_as, second, entry(service, restricted=True), "It tells about flat 4.")
    reader = client_as(Role.COMMISSIONER, name="Reader")
    assert shown(client_as, service) == []
    for each in (first, second, third):
        assert reader.get(f"/v1/intelligence/{each}").status_code == 404
    page = reader.get(f"/v1/care-services/{service.id}").text
    assert "flat 4" not in page
    assert '"intelligence"' not in page
    assert len(shown(client_as, service, Role.COMPLIANCE_OFFICER)) == 3


def test_an_open_correction_of_a_restricted_entry_is_read_without_what_came_before(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    first = recorded(client_as, entry(service))
    second = corrected(client_as, first, entry(service, restricted=True))
    third = corrected(client_as, second, entry(service, narrative=CLEAN), "Written without the name.")
    assert shown(client_as, service) == [third]


def test_what_is_withdrawn_may_be_restricted_and_is_not_copied(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    for is_restricted in (False, True):
        made = recorded(client_as, entry(service))
        wanted = {"reason": "It should never have been recorded.", "restricted": is_restricted}
        gone = officer.post(f"/v1/intelligence/{made}/withdrawal", json=wanted)
        assert (gone.status_code, gone.json()["narrative"]) == (201, None)
        assert (made in shown(client_as, service)) is not is_restricted


def test_others_learn_that_something_is_held_of_a_service_whose_entry_was_restricted_elsewhere(
    session: Session, client_as: ClientAs
) -> None:
    of = provider(session)
    one, two = green_service(session, of), green_service(session, of)
    corrected(client_as, recorded(client_as, entry(one)), entry(two, restricted=True))
    reader = client_as(Role.COMMISSIONER, name="Reader")
    for service in (one, two):
        page = reader.get("/v1/intelligence", params={"care_service_id": str(service.id)}).json()
        assert (page["items"], page["notice"]) == ([], IN_CONFIDENCE)


def test_the_log_of_a_grant_says_whose_intelligence_was_read(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    wanted = {"subject": "person:audrey-auditor", "reason": "Scrutiny of complaints.", "hours": 24}
    granted = manager.post("/v1/restricted-grants", json=wanted).json()
    shown_to = {"care_service_id": str(service.id)}
    client_as(Role.AUDITOR, name="Audrey Auditor").get("/v1/intelligence", params=shown_to)
    [use] = manager.get(f"/v1/restricted-grants/{granted['id']}/readings").json()["items"]
    assert use["what"] == f"/v1/intelligence?care_service_id={service.id}"


# ---------------------------------------------------------------- a correction that moves an entry


def band_of(session: Session, service: CareServiceRecord) -> str:
    return str(session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == service.id)).one())


def test_both_bands_follow_when_a_correction_moves_a_machines_entry(session: Session, client_as: ClientAs) -> None:
    one, two = green_service(session), green_service(session)
    machine = client_as(scopes=("intelligence:write",), name="Case management")
    sent = {"source_reference": "UD-1", "care_service_id": str(one.id), "died_on": "2026-02-10"}
    assert machine.post("/v1/unexpected-deaths", json=sent).status_code == 201
    assert (band_of(session, one), band_of(session, two)) == ("amber", "green")
    moved = sent | {"source_reference": "UD-2", "care_service_id": str(two.id), "corrects": "UD-1"}
    assert machine.post("/v1/unexpected-deaths", json=moved).status_code == 201
    assert (band_of(session, one), band_of(session, two)) == ("green", "amber")


def test_a_providers_other_services_follow_when_an_entry_becomes_one_services(
    session: Session, client_as: ClientAs
) -> None:
    of = provider(session)
    one, two = green_service(session, of), green_service(session, of)
    wide = entry(one, kind="contracting_concern", care_service_id=None, narrative=None)
    made = [recorded(client_as, wide) for _ in range(4)]
    assert (band_of(session, one), band_of(session, two)) == ("amber", "amber")
    corrected(client_as, made[0], wide | {"care_service_id": str(one.id)})
    assert (band_of(session, one), band_of(session, two)) == ("amber", "green")


# ---------------------------------------------------------------- what was said before it was restricted


@pytest.mark.parametrize(
    ("kind", "slip"),
    [("unexpected_death", "1 unexpected death"), ("manager_vacancy", "No registered manager since 10 February 2026")],
)
def test_results_from_before_an_entry_became_restricted_no_longer_say_what_it_said(
    session: Session, client_as: ClientAs, at: Any, kind: str, slip: str
) -> None:
    service = green_service(session, requires_registered_manager=True)
    first = recorded(client_as, entry(service, kind=kind, event_on="2026-02-10", narrative=None))
    reader, officer = client_as(Role.COMMISSIONER, name="Reader"), client_as(Role.COMPLIANCE_OFFICER)
    history, page = (f"/v1/care-services/{service.id}{part}" for part in ("/band-results", ""))
    assert slip in reader.get(history).text
    at.now += timedelta(hours=1)
    corrected(client_as, first, entry(service, kind=kind, event_on="2026-02-11", narrative=None, restricted=True))
    for role in (Role.COMMISSIONER, Role.AUDITOR):
        reader = client_as(role, name="Reader")
        for path in (history, page, f"{page}/band"):
            answer = reader.get(path).text
            assert IN_CONFIDENCE in answer, (role, path)
            assert slip not in answer, (role, path)
            assert "2026-02-10" not in answer, (role, path)
    assert slip in officer.get(history).text


def test_a_result_from_before_a_restricted_entry_and_one_from_after_its_correction_say_all(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    at.now += timedelta(hours=1)
    first = recorded(client_as, entry(service, kind="unexpected_death", restricted=True, narrative=None))
    at.now += timedelta(hours=1)
    corrected(client_as, first, entry(service, kind="unexpected_death", narrative=None), "It is known to all by now.")
    history = client_as(Role.COMMISSIONER, name="Reader").get(f"/v1/care-services/{service.id}/band-results").json()
    said = [
        [each["reason"] for each in result["readings"] if each["indicator"] == "unexpected_deaths"]
        for result in history["items"]
    ]
    assert said[:3] == [["1 unexpected death in 12 months."], [IN_CONFIDENCE], ["No unexpected deaths in 12 months."]]


def test_that_something_became_restricted_shows_as_no_further_result(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    """What was said before looks, from then on, like what is said after it."""
    service = green_service(session)
    first = recorded(client_as, entry(service, kind="unexpected_death", narrative=None))
    at.now += timedelta(hours=1)
    corrected(client_as, first, entry(service, kind="unexpected_death", restricted=True, narrative=None))
    path = f"/v1/care-services/{service.id}/band-results"
    to_officers = client_as(Role.COMPLIANCE_OFFICER, name="Olga").get(path).json()["items"]
    to_others = client_as(Role.COMMISSIONER, name="Reader").get(path).json()["items"]
    assert [each["id"] for each in to_others] == [each["id"] for each in to_officers[1:]]


def statements_of(session: Session, reader: TestClient, path: str) -> int:
    said: list[str] = []
    connection = session.connection()

    def note(*about: Any) -> None:
        said.append(about[2])

    event.listen(connection, "before_cursor_execute", note)
    assert reader.get(path).status_code == 200
    event.remove(connection, "before_cursor_execute", note)
    return len(said)


def test_a_long_history_under_what_became_restricted_costs_no_more_statements(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    first = recorded(client_as, entry(service, kind="unexpected_death", narrative=None))
    at.now += timedelta(days=300)
    corrected(client_as, first, entry(service, kind="unexpected_death", restricted=True, narrative=None))
    reader, page = client_as(Role.COMMISSIONER, name="Reader"), f"/v1/care-services/{service.id}"
    before = [statements_of(session, reader, path) for path in (page, f"{page}/band")]
    held = session.exec(select(BandResult).where(BandResult.care_service_id == service.id)).all()
    open_then = max(held[:-1], key=lambda each: each.computed_at)
    for number in range(60):  # each says something else than the one before
        known = columns_of(open_then, "id") | {"reasons": [f"{number}."], "open_reasons": [f"{number}."]}
        session.add(BandResult(**known | {"computed_at": open_then.computed_at + timedelta(hours=number + 1)}))
    session.flush()
    assert [statements_of(session, reader, path) for path in (page, f"{page}/band")] == before
