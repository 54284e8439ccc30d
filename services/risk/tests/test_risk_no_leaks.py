"""Whatever an assessor, a viewer, a commissioner, an auditor or a provider asks, in every way in which it may be asked,
the answer is the same whether or not more restricted information was learnt: the band, its date and the fixed sentence
apart, which do not change here. Every operation that they may read is asked, and whatever it may be asked for."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from make_risk import ClientAs, green_service
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.roles import Role, Scope
from assay_kit.doors import rights_of
from assay_kit.testing import NOON, do_due
from risk.bands.rules import IN_CONFIDENCE
from risk.imports.rows import sha256_of
from risk.own_services.routes import SETTING
from risk.tables import BandResult, Intelligence, Intervention, ServiceBand

SECRETS = ("night cook", "Coroner", "whistle-line", "SE-2026", "rota-of-the-night.txt")
NEWS_ON = "2026-02-11"
LOCATION = "1-900000001"
READERS = [
    Role.SOCIAL_CARE_ASSESSOR,
    Role.ADULT_CARE_VIEWER,
    Role.COMMISSIONER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.PROVIDER_ADMIN,
    Role.PROVIDER_USER,
]
FEWEST_ANSWERS = {
    Role.SOCIAL_CARE_ASSESSOR: 40,
    Role.ADULT_CARE_VIEWER: 40,
    Role.COMMISSIONER: 60,
    Role.AUDITOR: 60,
    Role.ADMINISTRATOR: 5,
    Role.PROVIDER_ADMIN: 10,
    Role.PROVIDER_USER: 10,
}

WORDS = ["night cook", "Coroner", "Harbour", "person:olga", "North"]

Answers = dict[str, tuple[int, Any]]


def entry(about: CareServiceRecord, kind: str, **more: Any) -> dict[str, Any]:
    usual = {
        "kind": kind,
        "provider_id": str(about.provider_id),
        "care_service_id": str(about.id),
        "event_on": NEWS_ON,
        "source": "Coroner",
        "restricted": True,
        "substantiated": kind != "whistleblowing",
        "narrative": "The night cook told us.",
    }
    return usual | more


def enquiry(number: int) -> dict[str, Any]:
    return {
        "enquiry_reference": f"SE-2026-{number}",
        "stage": "decision",
        "meets_section_42": True,
        "source_of_risk": "service",
        "type_of_risk": "neglect",
        "adults_count": 1,
    }


def learn(officer: TestClient, wanted: dict[str, Any]) -> str:
    made = officer.post("/v1/intelligence", json=wanted)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def amber_in_confidence(session: Session, client_as: ClientAs) -> CareServiceRecord:
    """Amber on a restricted death; a safeguarding decision and something restricted are held already."""
    service = green_service(session, cqc_location_id=LOCATION)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    learn(officer, entry(service, "unexpected_death"))
    learn(officer, entry(service, "safeguarding_decision", enquiry=enquiry(1)))
    learn(officer, entry(service, "whistleblowing"))
    learn(officer, entry(service, "contracting_concern", restricted=True, substantiated=True))
    learn(officer, entry(service, "complaint", restricted=False, narrative="Late visits.", source="Letter"))
    monitoring = {
        "kind": "enhanced_monitoring",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "reason": "Recorded after the meeting.",
        "review_on": "2026-03-30",
    }
    proposed = officer.post("/v1/interventions", json=monitoring).json()["id"]
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    notice = {"notice_text": "We come more often."}
    assert manager.post(f"/v1/interventions/{proposed}/authorisation", json=notice).status_code == 200
    return service


def more_is_learnt(service: CareServiceRecord, client_as: ClientAs) -> None:
    """Of each kind, in every way, and none of it moves the band."""
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    reason = {"reason": "The night cook was heard again."}
    learn(officer, entry(service, "safeguarding_decision", enquiry=enquiry(2)))
    concern = learn(officer, entry(service, "contracting_concern", substantiated=False))
    settled = officer.post(f"/v1/intelligence/{concern}/outcome", json=reason | {"outcome": "substantiated"})
    assert settled.status_code == 201, settled.text
    told_us = learn(officer, entry(service, "whistleblowing", source="whistle-line"))
    added = officer.post(
        f"/v1/intelligence/{told_us}/attachments",
        params={"filename": "rota-of-the-night.txt", "description": "night cook"},
        content=b"night cook\n",
        headers={"content-type": "application/octet-stream"},
    )
    assert added.status_code == 201, added.text
    corrected = officer.post(
        f"/v1/intelligence/{told_us}/corrections", json=reason | {"entry": entry(service, "whistleblowing")}
    )
    assert corrected.status_code == 201, corrected.text
    a_machine_sends_more(service, client_as)
    slip = learn(officer, entry(service, "complaint"))
    assert officer.post(f"/v1/intelligence/{slip}/withdrawal", json=reason).status_code == 201


def a_machine_sends_more(service: CareServiceRecord, client_as: ClientAs) -> None:
    """One by one and as a file: each a sign of life of its feed."""
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management", subject="machine:cm")
    sent: dict[str, Any] = {
        "care_service_id": str(service.id),
        "raised_on": NEWS_ON,
        "category": "night cook",
        "substantiated": False,
    }
    one = machine.post("/v1/contracting-concerns", json=sent | {"source_reference": "CC-1", "restricted": True})
    assert one.status_code == 201, one.text
    rows = f"source_reference,{','.join(sent)},restricted\r\nCC-2,{','.join(map(str, sent.values()))},true\r\n"
    manifest = {"delivery_reference": "NC-1", "period_from": "2026-01-01", "period_to": "2026-03-02"}
    said = manifest | {"row_count": 1, "sha256": sha256_of(rows)}
    file = {"kind": "contracting_concern", "manifest": said, "rows": rows}
    taken = machine.post("/v1/intelligence-imports", json=file)
    assert taken.status_code == 201, taken.text


@pytest.fixture
def shown_to_providers(directory: FakeDirectory) -> None:
    directory.settings = {SETTING: True}


# ---------------------------------------------------------------- every question that may be asked


def resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return resolved(document, found)
    for option in schema.get("anyOf", ()):
        if option.get("type") != "null":
            return resolved(document, option)
    return schema


def values(document: Mapping[str, Any], parameter: Mapping[str, Any], service: CareServiceRecord) -> list[str]:
    """What a parameter may be asked with: every value of a closed set, else what could tell something."""
    schema = resolved(document, parameter["schema"])
    if parameter["name"] in {"cursor", "limit"}:
        return []
    if "enum" in schema:
        return [str(each) for each in schema["enum"]]
    if schema.get("type") == "array":
        return values(document, {"name": parameter["name"], "schema": schema["items"]}, service)
    telling = {
        "boolean": ["true", "false"],
        "integer": ["1", "2"],
        "number": ["1", "2"],
        "uuid": [str(service.id), str(service.provider_id)],
        "date": [NEWS_ON, "2026-02-10", "2026-03-02", "2026-01-01"],
        "date-time": [(NOON - timedelta(days=1)).isoformat(), (NOON + timedelta(minutes=30)).isoformat()],
    }
    return telling.get(schema.get("format", schema.get("type")), WORDS)


def questions(
    document: Mapping[str, Any], role: Role, service: CareServiceRecord, ids: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Every GET that the role may make about the service, plain and with each parameter in turn."""
    for path, item in document["paths"].items():
        operation = item.get("get")
        rights = rights_of(operation) if operation else None
        if operation is None or not path.startswith("/v1/") or rights is None or (rights and role not in rights):
            continue
        asked = {
            each["name"]: values(document, each, service)
            for each in operation.get("parameters", ())
            if each["in"] == "query"
        }
        needed = {
            each["name"]: asked[each["name"]][0]
            for each in operation.get("parameters", ())
            if each["in"] == "query" and each.get("required") and asked[each["name"]]
        }
        place = re.sub(r"{(\w+)[^}]*}", lambda found: ids.get(found[1], ids["care_service_id"]), path)
        yield place, needed
        for name, worth in asked.items():
            for value in worth:
                yield place, needed | {name: value}


def plain(content: bytes, media_type: str) -> Any:
    """The answer as far as it says something: a workbook without the instant at which it was made."""
    if not media_type.endswith("spreadsheetml.sheet"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in sorted(book.namelist()) if not name.startswith("docProps/")}


def everything(
    app: FastAPI, reader: TestClient, role: Role, service: CareServiceRecord, ids: Mapping[str, str]
) -> Answers:
    answers: Answers = {}
    for path, asked in questions(app.openapi(), role, service, ids):
        answer = reader.get(path, params=asked)
        assert answer.status_code < 500, (path, asked, answer.text)
        said = plain(answer.content, answer.headers.get("content-type", ""))
        for secret in SECRETS:
            is_echo = secret in asked.values()  # a refusal names what was asked
            assert is_echo or secret not in str(said), (path, asked, secret)
        answers[f"{path}?{asked}"] = (answer.status_code, said)
    return answers


@pytest.mark.parametrize("role", READERS)
@pytest.mark.usefixtures("shown_to_providers")
def test_no_answer_tells_that_more_was_learnt_in_confidence(
    session: Session, app: FastAPI, client_as: ClientAs, at: Any, role: Role
) -> None:
    service = amber_in_confidence(session, client_as)
    ids = known_ids(session, service)
    org = service.provider_id if role in {Role.PROVIDER_ADMIN, Role.PROVIDER_USER} else None
    later = NOON + timedelta(hours=2)
    at.now = later
    reader = client_as(role, org=org, name="Reader")
    before = everything(app, reader, role, service, ids)
    assert len([said for status, said in before.values() if status == 200]) >= FEWEST_ANSWERS[role]

    at.now = NOON + timedelta(hours=1)
    band = session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == service.id)).one()
    more_is_learnt(service, client_as)
    session.expire_all()
    assert session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == service.id)).one() == band

    at.now = later
    after = everything(app, reader, role, service, ids)
    assert before.keys() == after.keys()
    assert [question for question in before if before[question] != after[question]] == []


FILLED = {"restricted": False, "substantiated": True, "ended_on": "2026-01-20", "narrative": None, "source": "Visit"}
TO_PLAIN_READERS = (Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER, Role.PROVIDER_ADMIN)
"""Who is told a band and why: nothing of any one indicator."""


def beside_the_fixed_sentence(answers: Answers) -> Answers:
    def stripped(said: Any) -> Any:
        if isinstance(said, dict):
            return {name: stripped(part.decode("utf-8", "replace")) for name, part in said.items()}
        return re.sub(rf'(,?"{re.escape(IN_CONFIDENCE)}")|( ?{re.escape(IN_CONFIDENCE)})', "", said)

    return {question: (status, stripped(said)) for question, (status, said) in answers.items()}


HELD: dict[str, dict[str, Any]] = {
    "safeguarding_decision": {"enquiry": enquiry(1)},
    "contracting_concern": {},
    "manager_vacancy": {"event_on": "2026-02-27", "substantiated": True},
}


@pytest.mark.parametrize("kind", HELD)
@pytest.mark.parametrize(("days", "band"), [(0, "green"), (20, "not_enough_information")])
@pytest.mark.usefixtures("shown_to_providers")
def test_the_first_thing_held_of_a_service_that_is_no_concern_does_not_tell_which_it_is(
    session: Session, app: FastAPI, client_as: ClientAs, at: Any, *, kind: str, days: int, band: str
) -> None:
    """After 20 days every feed has been silent for too long."""
    service = green_service(session, cqc_location_id=LOCATION, requires_registered_manager=True)
    at.now = NOON + timedelta(days=days)
    do_due(session, at.now)
    learn(client_as(Role.COMPLIANCE_OFFICER), entry(service, "manager_vacancy", event_on="2026-01-05", **FILLED))
    ids = {"care_service_id": str(service.id), "provider_id": str(service.provider_id), "cqc_location_id": LOCATION}

    def asked(role: Role) -> Answers:
        reader = client_as(role, org=service.provider_id if role is Role.PROVIDER_ADMIN else None)
        return beside_the_fixed_sentence(everything(app, reader, role, service, ids))

    before = {role: asked(role) for role in TO_PLAIN_READERS}
    learn(client_as(Role.COMPLIANCE_OFFICER), entry(service, kind, **HELD[kind]))
    session.expire_all()
    assert session.exec(select(ServiceBand.band)).one() == band
    for role in TO_PLAIN_READERS:
        after = asked(role)
        assert [question for question, said in before[role].items() if after[question] != said] == []
        assert len([said for status, said in after.values() if status == 200]) >= FEWEST_ANSWERS[role]


def known_ids(session: Session, service: CareServiceRecord) -> dict[str, str]:
    """An id of each kind that a path may name: the entries are restricted ones."""
    result = session.exec(select(BandResult.id).where(BandResult.care_service_id == service.id)).first()
    restricted = select(Intelligence.id).where(Intelligence.kind == "unexpected_death")
    return {
        "care_service_id": str(service.id),
        "provider_id": str(service.provider_id),
        "result_id": str(result),
        "intervention_id": str(session.exec(select(Intervention.id)).one()),
        "entry_id": str(session.exec(restricted).one()),
        "cqc_location_id": LOCATION,
        "version": "1",
    }


def test_what_was_learnt_is_there_for_those_who_work_with_it(session: Session, client_as: ClientAs) -> None:
    service = amber_in_confidence(session, client_as)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    path = f"/v1/care-services/{service.id}/band-results"
    before = len(officer.get(path).json()["items"])
    more_is_learnt(service, client_as)
    assert len(officer.get(path).json()["items"]) > before
    found = officer.get("/v1/intelligence", params={"care_service_id": str(service.id), "limit": 200}).text
    assert all(secret in found for secret in SECRETS)
    assessor = client_as(Role.SOCIAL_CARE_ASSESSOR, name="Ada").get(f"/v1/care-services/{service.id}").json()
    assert set(assessor["reasons"]) == {IN_CONFIDENCE}


def test_how_many_bands_a_night_changed_is_told_to_those_who_see_why(session: Session, client_as: ClientAs) -> None:
    amber_in_confidence(session, client_as)
    do_due(session, NOON + timedelta(days=1))
    for role, is_told in ((Role.COMPLIANCE_OFFICER, True), (Role.ADMINISTRATOR, False), (Role.AUDITOR, False)):
        [night] = client_as(role, name="Reader").get("/v1/estate-refreshes").json()["items"]
        assert (night["changed_count"] is not None) is is_told
