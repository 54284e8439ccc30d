"""What became of a concern, who found it and when; and the files that are added to an entry."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from make_clam import EICAR, Clam, listening
from make_risk import ClientAs, green_service, provider, rules_of
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord
from assay_contracts.roles import Role, Scope
from assay_kit.testing import NOON
from risk.attachments.rules import MOST_FILES
from risk.intelligence.words import held_since
from risk.tables import ServiceBand

WHY = "The rotas and the call logs bear it out."
BYTES = {"content-type": "application/octet-stream"}


def concern(about: CareServiceRecord, **more: Any) -> dict[str, Any]:
    usual = {
        "kind": "contracting_concern",
        "provider_id": str(about.provider_id),
        "care_service_id": str(about.id),
        "event_on": "2026-02-10",
        "source": "Quality visit",
        "restricted": False,
        "substantiated": False,
        "narrative": "Missed calls on two weekends.",
    }
    return usual | more


def recorded(client_as: ClientAs, wanted: dict[str, Any]) -> Any:
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence", json=wanted)
    assert made.status_code == 201, made.text
    return made.json()


def settle(client_as: ClientAs, entry_id: str, outcome: str, name: str = "Otto") -> Any:
    wanted = {"outcome": outcome, "reason": WHY}
    return client_as(Role.COMPLIANCE_OFFICER, name=name).post(f"/v1/intelligence/{entry_id}/outcome", json=wanted)


def band_of(session: Session, service: CareServiceRecord) -> str:
    return str(session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == service.id)).one())


def test_an_outcome_says_who_found_it_and_when_and_counts_at_once(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    entries = [recorded(client_as, concern(service)) for _ in range(4)]
    assert {(each["outcome"], each["outcome_by_name"]) for each in entries} == {("open", None)}
    assert band_of(session, service) == "green"
    settled = [settle(client_as, each["id"], "substantiated") for each in entries]
    assert {each.status_code for each in settled} == {201}
    assert band_of(session, service) == "amber"
    said = settled[0].json()
    assert (said["outcome"], said["outcome_by_name"], said["outcome_at"]) == (
        "substantiated",
        "Otto",
        "2026-03-02T12:00:00Z",
    )
    assert (said["corrects_id"], said["correction_reason"], said["is_outcome"]) == (entries[0]["id"], WHY, True)
    assert said["narrative"] == "Missed calls on two weekends."
    assert settle(client_as, said["id"], "unsubstantiated").status_code == 201
    assert band_of(session, service) == "green"


def test_whoever_records_a_concern_as_substantiated_has_found_it_so(session: Session, client_as: ClientAs) -> None:
    made = recorded(client_as, concern(green_service(session), substantiated=True))
    assert (made["outcome"], made["outcome_by_name"]) == ("substantiated", "Olga")


def test_what_is_no_concern_has_no_outcome(session: Session, client_as: ClientAs) -> None:
    death = recorded(client_as, concern(green_service(session), kind="unexpected_death", substantiated=True))
    assert death["outcome"] is None
    assert rules_of(settle(client_as, death["id"], "substantiated")) == ["no-concern"]


def test_an_outcome_is_recorded_once_and_of_what_stands(session: Session, client_as: ClientAs) -> None:
    made = recorded(client_as, concern(green_service(session)))
    assert rules_of(settle(client_as, made["id"], "open")) == ["same-outcome"]
    assert settle(client_as, made["id"], "unsubstantiated").status_code == 201
    assert rules_of(settle(client_as, made["id"], "substantiated")) == ["already-corrected"]


def test_a_correction_of_something_else_keeps_the_outcome(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    settled = settle(client_as, recorded(client_as, concern(service))["id"], "unsubstantiated").json()
    wanted = {"reason": "The day was wrong.", "entry": concern(service, event_on="2026-02-11")}
    corrected = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post(
        f"/v1/intelligence/{settled['id']}/corrections", json=wanted
    )
    assert (corrected.json()["outcome"], corrected.json()["outcome_by_name"]) == ("unsubstantiated", "Otto")


def test_open_concerns_that_stand_are_found(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    first, second = (recorded(client_as, concern(service)) for _ in range(2))
    settle(client_as, first["id"], "substantiated")
    asked = {"care_service_id": str(service.id), "outcome": "open", "is_standing": True}
    found = client_as(Role.COMMISSIONER, name="Carl").get("/v1/intelligence", params=asked).json()["items"]
    assert [each["id"] for each in found] == [second["id"]]


def sent(about: CareServiceRecord, reference: str = "CC-1", **more: Any) -> dict[str, Any]:
    usual = {
        "source_reference": reference,
        "care_service_id": str(about.id),
        "raised_on": "2026-02-10",
        "category": "Missed calls",
        "substantiated": False,
    }
    return usual | more


def send(client_as: ClientAs, item: dict[str, Any]) -> Any:
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management", subject="machine:cm")
    return machine.post("/v1/contracting-concerns", json=item)


def read(client_as: ClientAs, entry_id: str) -> Any:
    return client_as(Role.COMPLIANCE_OFFICER, name="Olga").get(f"/v1/intelligence/{entry_id}").json()


def tasks(client_as: ClientAs) -> list[Any]:
    return list(client_as(Role.COMPLIANCE_OFFICER, name="Olga").get("/v1/case-tasks").json()["items"])


def test_a_correction_by_the_source_keeps_what_an_officer_found(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    first = send(client_as, sent(service)).json()["entry_id"]
    assert settle(client_as, first, "substantiated").status_code == 201
    for reference, corrects, category in (("CC-2", "CC-1", "Late calls"), ("CC-3", "CC-2", "Short calls")):
        again = send(client_as, sent(service, reference, corrects=corrects, category=category))
        assert again.status_code == 201, again.text
        kept = read(client_as, again.json()["entry_id"])
        assert (kept["category"], kept["substantiated"]) == (category, True)
        assert (kept["outcome"], kept["outcome_by_name"]) == ("substantiated", "Otto")
    assert tasks(client_as) == []


def test_a_source_that_says_otherwise_than_an_officer_found_has_the_officer_look_again(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    first = send(client_as, sent(service)).json()["entry_id"]
    settle(client_as, first, "unsubstantiated")
    entry = send(client_as, sent(service, "CC-2", corrects="CC-1", substantiated=True)).json()["entry_id"]
    assert read(client_as, entry)["outcome"] == "unsubstantiated"
    [task] = tasks(client_as)
    assert (task["care_service_id"], entry in task["wording"]) == (str(service.id), True)


def test_what_a_source_corrects_after_an_officer_corrected_it_by_hand_waits_for_a_person(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    first = send(client_as, sent(service)).json()["entry_id"]
    by_hand = {"reason": "The day was wrong.", "entry": concern(service, event_on="2026-02-11")}
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    stands = officer.post(f"/v1/intelligence/{first}/corrections", json=by_hand).json()["id"]
    later = send(client_as, sent(service, "CC-2", corrects="CC-1", substantiated=True))
    assert (later.status_code, later.json()["outcome"]) == (202, "queued")
    [item] = officer.get("/v1/intake-items").json()["items"]
    assert (item["cqc_location_id"], item["candidates"]) == ("", [])
    where = {"care_service_id": str(service.id), "reason": "It is the same concern."}
    placed = officer.post(f"/v1/intake-items/{item['id']}/placement", json=where).json()
    assert read(client_as, placed["entry_id"])["corrects_id"] == stands


def test_while_a_correction_waits_what_it_may_count_towards_is_out_of_date_where_the_corrected_stands(
    session: Session, client_as: ClientAs
) -> None:
    """It has no location any more: the service is that of the entry that an officer made of it."""
    service = green_service(session)
    first = send(client_as, sent(service)).json()["entry_id"]
    by_hand = {"reason": "The day was wrong.", "entry": concern(service, event_on="2026-02-11")}
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    officer.post(f"/v1/intelligence/{first}/corrections", json=by_hand)
    band = f"/v1/care-services/{service.id}/band"
    indicator = {"indicator": "contracting_concerns"}.items()

    def state() -> str:
        [reading] = [each for each in officer.get(band).json()["result"]["readings"] if indicator <= each.items()]
        return str(reading["state"])

    assert state() == "known"
    send(client_as, sent(service, "CC-2", corrects="CC-1", substantiated=True, restricted=True))
    assert state() == "stale"
    assert held_since(session, {service.id: service.provider_id}) == {service.id: NOON}  # officers' words from now on
    [item] = officer.get("/v1/intake-items").json()["items"]
    officer.post(f"/v1/intake-items/{item['id']}/dismissal", json={"reason": "It says nothing new at all."})
    assert state() == "known"


def test_what_corrects_something_that_waits_waits_with_it(session: Session, client_as: ClientAs) -> None:
    """It is not refused: a source sends it once. It is placed after what it corrects."""
    of, officer = provider(session), client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    one, _ = (green_service(session, of, cqc_location_id="1-77") for _ in range(2))
    about: dict[str, Any] = {"cqc_location_id": "1-77", "care_service_id": None}
    assert send(client_as, sent(one, **about)).status_code == 202
    later = sent(one, "CC-2", corrects="CC-1", substantiated=True)  # of one service by now
    assert send(client_as, later).json()["outcome"] == "queued"
    second, first = (each["id"] for each in officer.get("/v1/intake-items").json()["items"])
    where = {"care_service_id": str(one.id), "reason": "The ward was named."}
    too_early = officer.post(f"/v1/intake-items/{second}/placement", json=where)
    assert (too_early.status_code, too_early.json()["type"].rpartition("/")[2]) == (409, "unknown-correction")
    in_order = [officer.post(f"/v1/intake-items/{each}/placement", json=where).json() for each in (first, second)]
    assert read(client_as, in_order[1]["entry_id"])["corrects_id"] == in_order[0]["entry_id"]


def test_what_corrects_something_that_was_dismissed_stands_alone(session: Session, client_as: ClientAs) -> None:
    service, officer = green_service(session), client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    send(client_as, sent(service, cqc_location_id="1-404", care_service_id=None))
    [item] = officer.get("/v1/intake-items").json()["items"]
    officer.post(f"/v1/intake-items/{item['id']}/dismissal", json={"reason": "It is no service of ours."})
    right = send(client_as, sent(service, "CC-2", corrects="CC-1"))
    assert (right.status_code, read(client_as, right.json()["entry_id"])["corrects_id"]) == (201, None)


def test_a_source_cannot_open_what_is_restricted_by_leaving_a_field_out(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    send(client_as, sent(service, restricted=True))
    entry = send(client_as, sent(service, "CC-2", corrects="CC-1")).json()["entry_id"]
    assert read(client_as, entry)["restricted"] is True


# ---------------------------------------------------------------- files


def package(*names: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return whole.getvalue()


@contextmanager
def scanned_by(client: TestClient, address: str) -> Iterator[None]:
    app: Any = client.app
    before = app.state.settings
    app.state.settings = before.model_copy(update={"clamav": address})
    yield
    app.state.settings = before


def attach(client_as: ClientAs, entry_id: str, content: bytes = b"Monday: Ada\n", filename: str = "rota.txt") -> Any:
    return client_as(Role.COMPLIANCE_OFFICER, name="Olga").post(
        f"/v1/intelligence/{entry_id}/attachments",
        params={"filename": filename, "description": "The rota"},
        content=content,
        headers=BYTES,
    )


def test_what_the_scanner_finds_something_in_is_not_kept(session: Session, client_as: ClientAs) -> None:
    entry = recorded(client_as, concern(green_service(session)))
    with listening(Clam()) as address, scanned_by(client_as(), address):
        refused = attach(client_as, entry["id"], EICAR)
        assert attach(client_as, entry["id"], b"Tuesday: Bo\n").status_code == 201
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/file-refused")
    with scanned_by(client_as(), "127.0.0.1:1"):
        assert attach(client_as, entry["id"], b"Friday: Cy\n").status_code == 503
    kept = client_as(Role.COMPLIANCE_OFFICER).get(f"/v1/intelligence/{entry['id']}").json()["attachments"]
    assert [each["size"] for each in kept] == [12]


def test_an_office_file_with_macros_is_refused(session: Session, client_as: ClientAs) -> None:
    entry = recorded(client_as, concern(green_service(session)))
    parts = ["[Content_Types].xml", "word/document.xml"]
    assert attach(client_as, entry["id"], package(*parts), "rota.docx").status_code == 201
    refused = attach(client_as, entry["id"], package(*parts, "word/vbaProject.bin"), "rota.docx")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/file-refused")


def test_a_file_stands_with_its_entry_and_is_downloaded_as_a_file(session: Session, client_as: ClientAs) -> None:
    entry = recorded(client_as, concern(green_service(session)))
    added = attach(client_as, entry["id"])
    assert added.status_code == 201, added.text
    reader = client_as(Role.COMMISSIONER, name="Carl")
    [listed] = reader.get(f"/v1/intelligence/{entry['id']}").json()["attachments"]
    assert (listed["filename"], listed["media_type"], listed["size"]) == ("rota.txt", "text/plain", 12)
    got = reader.get(f"/v1/intelligence/{entry['id']}/attachments/{listed['id']}")
    assert (got.status_code, got.content) == (200, b"Monday: Ada\n")
    assert got.headers["content-disposition"].startswith("attachment;")
    other = recorded(client_as, concern(green_service(session)))
    assert reader.get(f"/v1/intelligence/{other['id']}/attachments/{listed['id']}").status_code == 404


@pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.AUDITOR])
def test_a_file_of_a_restricted_entry_is_not_had(session: Session, client_as: ClientAs, role: Role) -> None:
    entry = recorded(client_as, concern(green_service(session), kind="whistleblowing", restricted=True))
    added = attach(client_as, entry["id"]).json()
    got = client_as(role, name="Reader").get(f"/v1/intelligence/{entry['id']}/attachments/{added['id']}")
    assert got.status_code == 404
    got = client_as(Role.SOCIAL_CARE_ASSESSOR).get(f"/v1/intelligence/{entry['id']}/attachments/{added['id']}")
    assert got.status_code == 403


def test_a_file_whose_content_is_not_what_its_name_says_is_refused(session: Session, client_as: ClientAs) -> None:
    entry = recorded(client_as, concern(green_service(session)))
    for content, filename in ((b"", "rota.txt"), (b"MZ\x00", "rota.exe"), (b"<html>", "rota.pdf")):
        refused = attach(client_as, entry["id"], content, filename)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/file-refused"), refused.text


def test_a_file_is_added_once_and_to_what_stands(session: Session, client_as: ClientAs) -> None:
    entry = recorded(client_as, concern(green_service(session)))
    assert attach(client_as, entry["id"]).status_code == 201
    assert rules_of(attach(client_as, entry["id"])) == ["added-already"]
    for number in range(MOST_FILES - 1):
        assert attach(client_as, entry["id"], f"{number}\n".encode()).status_code == 201
    assert rules_of(attach(client_as, entry["id"], b"one more\n")) == ["enough-files"]
    settled = settle(client_as, entry["id"], "unsubstantiated").json()
    assert "not-standing" in rules_of(attach(client_as, entry["id"], b"late\n"))
    assert attach(client_as, settled["id"], b"late\n").status_code == 201
