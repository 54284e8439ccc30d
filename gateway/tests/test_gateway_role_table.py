"""Who may come in where, before any service is bothered."""

import json
from pathlib import Path

import httpx
import pytest
from make_gateway import OTHER_KEY, TABLE, Running, bearer, openapi_of

from assay_kit.problems import NotFound
from gateway.problems import MethodNotAllowed
from gateway.role_table import RoleTable, table_from
from gateway.traffic import Traffic

ID = "0190c7a0-0000-7000-8000-000000000000"
GUARDED = [
    ("GET", "/api/risk/v1/bands", ("compliance_officer",), ()),
    ("GET", "/api/risk/v1/bands", (), ("bands:read",)),
    ("GET", f"/api/risk/v1/bands/{ID}", ("compliance_officer",), ()),
    ("PUT", f"/api/risk/v1/bands/{ID}", ("provider_user",), ()),
    ("GET", "/api/risk/v1/bands/export", ("auditor",), ()),
    ("POST", "/api/demo/clock", ("administrator",), ()),
    ("GET", "/api/directory/v1/feed", (), ("feed:read",)),
]


def refused(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize("guarded", GUARDED)
def test_the_right_opens_and_nothing_else_does(
    door: httpx.Client, running: Running, guarded: tuple[str, str, tuple[str, ...], tuple[str, ...]]
) -> None:
    method, address, roles, scopes = guarded
    # A body that no service would understand shows that nobody has looked at it.
    stranger = door.request(method, address, content=b"{", headers={"Content-Type": "application/json"})
    refused(stranger, 401)
    assert stranger.headers["www-authenticate"] == "Bearer"
    if address != f"/api/risk/v1/bands/{ID}" or method != "PUT":  # open to anyone signed in
        refused(door.request(method, address, headers=bearer("social_care_assessor", scopes=("x:y",))), 403)
    assert not any(running.seen(name) for name in running.services)
    assert door.request(method, address, headers=bearer(*roles, scopes=scopes)).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer  x",
        "Bearer x",
        "Bearer a.b.c",
        "Basic YTpi",
        "Bearer " + "a" * 9_000,
        "Bearer eyJhbGciOiJub25lIn0.e30.",
    ],
)
def test_what_is_no_token_of_ours_is_a_strangers(door: httpx.Client, authorization: str) -> None:
    refused(door.get("/api/risk/v1/bands", headers={"Authorization": authorization}), 401)


@pytest.mark.parametrize(
    "said",
    [
        {"minutes": -1},
        {"audience": "other"},
        {"issuer": "https://evil.test"},
        {"key": OTHER_KEY},
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(door: httpx.Client, said: dict[str, object]) -> None:
    refused(door.get("/api/risk/v1/bands/export", headers=bearer("auditor", **said)), 401)


def test_what_any_person_may_do_no_machine_may(door: httpx.Client) -> None:
    address = f"/api/risk/v1/bands/{ID}"
    refused(door.put(address, headers=bearer(scopes=("bands:read",))), 403)
    assert door.put(address, headers=bearer("adult_care_viewer")).status_code == 200


def test_two_authorization_headers_are_refused(door: httpx.Client) -> None:
    both = [*bearer("auditor").items(), *bearer("administrator").items()]
    refused(door.get("/api/risk/v1/bands/export", headers=both), 400)


def test_a_written_segment_wins_over_a_parameter_and_methods_are_told_apart() -> None:
    table = RoleTable(TABLE)
    assert table.find("risk", "GET", "/v1/bands/export").template == "/v1/bands/export"
    assert table.find("risk", "GET", f"/v1/bands/{ID}").template == "/v1/bands/{care_service_id}"
    # PUT is not written for the literal path; the service itself would take it for a parameter.
    assert table.find("risk", "PUT", "/v1/bands/export").template == "/v1/bands/{care_service_id}"
    assert table.find("directory", "GET", "/v1/feed").traffic is Traffic.LONG_POLL
    with pytest.raises(MethodNotAllowed):
        table.find("risk", "DELETE", "/v1/bands")
    for unknown in ("/v1", "/v1/", "/v1/bands/", "/v1/bands/a/b", "/v1/BANDS/a/b", "/v2/bands"):
        with pytest.raises(NotFound):
            table.find("risk", "GET", unknown)
    with pytest.raises(NotFound):
        table.find("portal", "GET", "/v1/bands")


def test_every_operation_of_the_table_can_be_walked() -> None:
    declared = sum(len(methods) for paths in TABLE.values() for methods in paths.values())
    assert len(list(RoleTable(TABLE).operations())) == declared > 10


def test_the_table_is_generated_from_what_the_services_declare(tmp_path: Path) -> None:
    document = openapi_of("risk")
    document["paths"]["/v1/feed"] = {
        "get": {"security": [{"bearer": []}], "x-roles": [], "x-traffic": "long_poll", "parameters": []}
    }
    made = table_from({"risk": document})
    assert made == {
        "risk": {
            "/v1/things": {"GET": {"rights": ["auditor"]}},
            "/v1/token": {"POST": {"rights": "public"}},
            "/v1/feed": {"GET": {"rights": [], "traffic": "long_poll"}},
        }
    }
    (tmp_path / "table.json").write_text(json.dumps(made))
    table = RoleTable.load(tmp_path / "table.json")
    assert table.find("risk", "POST", "/v1/token").is_public
    signed_in = table.find("risk", "GET", "/v1/feed")
    assert not signed_in.is_public
    assert signed_in.rights == frozenset()


def test_an_operation_that_asks_for_security_without_naming_rights_is_not_taken_for_public() -> None:
    document = openapi_of("risk")
    del document["paths"]["/v1/things"]["get"]["x-roles"]
    with pytest.raises(ValueError, match="x-roles"):
        table_from({"risk": document})


@pytest.mark.parametrize(
    ("operation", "traffic"),
    [
        ({}, Traffic.ORDINARY),
        ({"x-traffic": "slow"}, Traffic.SLOW),
        ({"requestBody": {"content": {"application/json": {}}}}, Traffic.ORDINARY),
        ({"requestBody": {"content": {"multipart/form-data": {}}}}, Traffic.FILES),
        ({"responses": {"200": {"content": {"application/pdf": {}}}}}, Traffic.FILES),
        ({"responses": {"200": {"content": {"application/json": {}}}}}, Traffic.ORDINARY),
        ({"responses": {"409": {"content": {"application/problem+json": {}}}}}, Traffic.ORDINARY),
        ({"parameters": [{"name": "after"}, {"name": "wait"}]}, Traffic.LONG_POLL),
    ],
)
def test_the_class_of_traffic_is_said_or_seen(operation: dict[str, object], traffic: Traffic) -> None:
    table = RoleTable(table_from({"risk": {"paths": {"/v1/x": {"post": operation}}}}))
    assert table.find("risk", "POST", "/v1/x").traffic is traffic


@pytest.mark.parametrize(
    ("service", "method", "path", "traffic"),
    [
        ("directory", "GET", f"/v1/evidence/{ID}/content", Traffic.FILES),
        ("directory", "POST", "/v1/evidence", Traffic.FILES),
        ("assessment", "GET", f"/v1/assessments/{ID}/report.pdf", Traffic.FILES),
        ("directory", "POST", "/v1/passwords", Traffic.SIGN_IN),
        ("directory", "POST", "/v1/password-resets", Traffic.SIGN_IN),
        ("directory", "POST", "/v1/registrations", Traffic.SIGN_IN),
        ("directory", "POST", "/v1/provider-claims", Traffic.SIGN_IN),
        ("directory", "GET", "/v1/provider-claims", Traffic.ORDINARY),
        ("risk", "GET", "/v1/dashboard", Traffic.ORDINARY),
    ],
)
def test_the_real_table_gives_files_time_and_sign_ins_their_own_rate(
    service: str, method: str, path: str, traffic: Traffic
) -> None:
    assert RoleTable.load().find(service, method, path).traffic is traffic
