"""A file of rows with its manifest: tried out, named fault by fault, and taken in whole or not at all."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_risk import TODAY, ClientAs, care_service, green_service
from sqlmodel import Session, func, select

from assay_contracts.directory import CareServiceRecord
from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role, Scope
from assay_kit.testing import do_due, told
from risk.imports.rows import ImportKind, Promise, read_rows, sha256_of
from risk.tables import FeedHeartbeat, IntakeItem, Intelligence, IntelligenceImport, ServiceBand

HEADER = "source_reference,care_service_id,cqc_location_id,died_on"
MARCH = {"period_from": "2026-02-01", "period_to": "2026-03-02"}


def deaths(*rows: tuple[str, CareServiceRecord | None, str, str]) -> str:
    lines = [f"{ref},{service.id if service else ''},{location},{day}" for ref, service, location, day in rows]
    return "\r\n".join([HEADER, *lines]) + "\r\n"


def wanted(rows: str, **more: Any) -> dict[str, Any]:
    manifest = {"delivery_reference": "2026-03", **MARCH, "row_count": len(rows.splitlines()) - 1}
    manifest |= {"sha256": sha256_of(rows)} | more.pop("manifest", {})
    return {"kind": "unexpected_death", "manifest": manifest, "rows": rows} | more


def send(client_as: ClientAs, body: dict[str, Any]) -> Any:
    return client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence-imports", json=body)


def counts(session: Session) -> tuple[int, ...]:
    tables = (Intelligence, IntakeItem, IntelligenceImport)
    return tuple(session.exec(select(func.count()).select_from(table)).one() for table in tables)


def band_of(session: Session, service: CareServiceRecord) -> str:
    return str(session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == service.id)).one())


def test_a_file_is_taken_in_whole_and_the_bands_follow(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    rows = deaths(
        ("UD-1", service, "", "2026-02-10"), ("UD-2", service, "", "2026-02-11"), ("UD-3", None, "1-404", "2026-02-12")
    )
    made = send(client_as, wanted(rows))
    assert made.status_code == 201, made.text
    assert {name: made.json()[name] for name in ("recorded", "already_held", "queued", "error_count")} == {
        "recorded": 2,
        "already_held": 0,
        "queued": 1,
        "error_count": 0,
    }
    assert counts(session) == (2, 1, 1)
    assert band_of(session, service) == "amber"
    [listed] = client_as(Role.COMPLIANCE_OFFICER).get("/v1/intelligence-imports").json()["items"]
    assert (listed["imported_by_name"], listed["row_count"], listed["sha256"]) == ("Olga", 3, sha256_of(rows))


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    body = wanted(deaths(("UD-1", service, "", "2026-02-10"), ("UD-2", None, "1-404", "2026-02-11")))
    tried = send(client_as, body | {"is_dry_run": True})
    assert (tried.status_code, tried.json()["recorded"], tried.json()["queued"]) == (200, 1, 1)
    assert (counts(session), band_of(session, service)) == ((0, 0, 0), "green")
    assert send(client_as, body).status_code == 201


def test_officers_hear_at_once_and_once_of_what_a_file_left_to_be_placed(session: Session, client_as: ClientAs) -> None:
    rows = deaths(*((f"UD-{number}", None, "1-404", "2026-02-11") for number in range(3)))
    assert send(client_as, wanted(rows, is_dry_run=True)).status_code == 200
    assert told(session, MessageRequested) == []
    assert send(client_as, wanted(rows)).status_code == 201
    [message] = told(session, MessageRequested)
    assert (message.template, message.personalisation["count"]) == ("intake_items_waiting", "3")
    assert send(client_as, wanted(rows)).status_code == 200
    assert len(told(session, MessageRequested)) == 1


def test_one_bad_row_keeps_every_row_out_and_each_fault_is_named(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    rows = deaths(
        ("UD-1", service, "", "2026-02-10"),
        ("UD-2", service, "", "10/02/2026"),
        ("UD-3", service, "1-404", "2026-02-12"),
        ("UD-4", service, "", "2025-12-31"),
    )
    refused = send(client_as, wanted(rows))
    assert (refused.status_code, refused.json()["error_count"]) == (409, 2)
    assert [(each["row"], each["field"]) for each in refused.json()["errors"]] == [(3, "died_on"), (5, "died_on")]
    good = rows.replace("10/02/2026", "2026-02-10").replace("2025-12-31", "2026-02-13")
    refused = send(client_as, wanted(good))
    assert [(each["row"], each["field"]) for each in refused.json()["errors"]] == [(4, None)]
    assert "Name the place once" in refused.json()["errors"][0]["why"]
    assert (counts(session), band_of(session, service)) == ((0, 0, 0), "green")
    tried = send(client_as, wanted(rows, is_dry_run=True))
    assert (tried.status_code, [each["row"] for each in tried.json()["errors"]]) == (200, [3, 5])


@pytest.mark.parametrize(
    ("manifest", "field"),
    [
        ({"row_count": 7}, "row_count"),
        ({"sha256": "0" * 64}, "sha256"),
        ({"period_to": "2026-01-31"}, "period_to"),
        ({"period_to": "2026-03-03"}, "period_to"),
    ],
)
def test_a_manifest_that_does_not_fit_its_file_is_refused(
    session: Session, client_as: ClientAs, manifest: dict[str, Any], field: str
) -> None:
    rows = deaths(("UD-1", green_service(session), "", "2026-02-10"))
    refused = send(client_as, wanted(rows, manifest=manifest))
    assert refused.status_code == 409
    assert [(each["row"], each["field"]) for each in refused.json()["errors"]] == [(0, field)]


def test_the_header_names_fields_that_there_are_once_each_and_all_that_are_needed(
    session: Session, client_as: ClientAs
) -> None:
    rows = "source_reference,nhs_number,source_reference\r\nUD-1,943 476 5919,UD-1\r\n"
    refused = send(client_as, wanted(rows))
    said = {(each["field"], each["why"]) for each in refused.json()["errors"]}
    assert said == {
        ("nhs_number", "There is no such field."),
        ("source_reference", "The field stands in two columns."),
        ("died_on", "The field has no column."),
    }
    assert counts(session) == (0, 0, 0)


def test_a_file_of_no_rows_is_a_sign_of_life(session: Session, client_as: ClientAs) -> None:
    made = send(client_as, wanted(HEADER + "\r\n"))
    assert (made.status_code, made.json()["recorded"]) == (201, 0)
    [heard] = session.exec(select(FeedHeartbeat)).all()
    assert (heard.feed, heard.row_count) == ("unexpected_deaths", 0)


def test_a_file_of_an_old_period_keeps_no_feed_alive_today(session: Session, client_as: ClientAs, at: Any) -> None:
    service = green_service(session)
    at.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    do_due(session, at.now)
    assert band_of(session, service) == "not_enough_information"
    old = {"delivery_reference": "2025-Q1", "period_from": "2025-01-01", "period_to": "2025-03-31"}
    backfill = wanted(HEADER + "\r\n", manifest=old)
    assert send(client_as, backfill).status_code == 201
    do_due(session, at.now)
    assert band_of(session, service) == "not_enough_information"
    assert is_alive(client_as) is False
    assert send(client_as, wanted(HEADER + "\r\n", manifest={"period_to": "2026-03-20"})).status_code == 201
    assert is_alive(client_as) is True


def is_alive(client_as: ClientAs) -> bool:
    feeds = client_as(Role.COMPLIANCE_OFFICER).get("/v1/feeds").json()["items"]
    [alive] = [each["is_alive"] for each in feeds if each["feed"] == "unexpected_deaths"]
    return bool(alive)


def test_the_same_file_again_changes_nothing_and_another_under_its_name_is_refused(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    rows = deaths(("UD-1", service, "", "2026-02-10"))
    assert send(client_as, wanted(rows)).status_code == 201
    again = send(client_as, wanted(rows))
    assert (again.status_code, again.json()["was_imported_before"], again.json()["already_held"]) == (200, True, 1)
    other = send(client_as, wanted(deaths(("UD-2", service, "", "2026-02-10"))))
    assert [each["field"] for each in other.json()["errors"]] == ["delivery_reference"]
    assert counts(session) == (1, 0, 1)


def test_what_a_machine_sent_one_by_one_is_held_already_in_a_file_of_the_same_system(
    session: Session, client_as: ClientAs
) -> None:
    service = care_service(session)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management", subject="machine:cm")
    sent = {"source_reference": "UD-1", "care_service_id": str(service.id), "died_on": "2026-02-10"}
    assert machine.post("/v1/unexpected-deaths", json=sent).status_code == 201
    body = wanted(deaths(("UD-1", service, "", "2026-02-10")), system="machine:cm")
    assert send(client_as, body).json()["already_held"] == 1
    other = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Another", subject="machine:other")
    refused = other.post("/v1/intelligence-imports", json=wanted(HEADER + "\r\n", system="machine:cm"))
    assert [each["field"] for each in refused.json()["errors"]] == ["system"]


def test_flags_and_numbers_are_read_as_such() -> None:
    rows = (
        "source_reference,care_service_id,decided_on,enquiry_reference,stage,meets_section_42,source_of_risk,"
        "type_of_risk,adults_count,closed_unfounded\r\n"
        f"SD-1,{'0' * 8}-0000-7000-8000-{'0' * 12},2026-02-10,SE-1,decision,TRUE,service,neglect,2,\r\n"
        f"SD-2,{'0' * 8}-0000-7000-8000-{'0' * 12},2026-02-10,SE-2,decision,maybe,service,neglect,two,false\r\n"
    )
    read = read_rows(ImportKind.SAFEGUARDING_DECISION, rows, promise_of(rows, 2), today=TODAY)
    assert [(each.row, each.field) for each in read.faults] == [(3, "meets_section_42"), (3, "adults_count")]
    assert read.sent[2].model_dump()["adults_count"] == 2
    assert read.sent[2].model_dump()["meets_section_42"] is True


def promise_of(rows: str, row_count: int) -> Promise:
    return Promise(
        period_from=date(2026, 2, 1), period_to=date(2026, 3, 2), row_count=row_count, sha256=sha256_of(rows)
    )


@given(st.text(max_size=200), st.sampled_from(ImportKind), st.integers(0, 5))
def test_whatever_comes_it_is_rows_or_faults_and_never_an_accident(
    written: str, kind: ImportKind, row_count: int
) -> None:
    read = read_rows(kind, written, promise_of(written, row_count), today=TODAY)
    assert read.faults or len(read.sent) == row_count
