"""What the gateway answers itself: health, readiness, the one OpenAPI document, the docs page, metrics and its log."""

import json
import logging
import re
import socket
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_gateway import FakeService, Running, bearer, openapi_of, serving_gateway

from gateway import openapi
from gateway.access_log import shown
from gateway.headers import answer_headers
from gateway.openapi import combined

SERVICES = ("assessment", "directory", "dps-admission", "risk")


def references(value: object) -> list[str]:
    return re.findall(r'"\$ref": "([^"]+)"', json.dumps(value))


def test_health_is_the_gateways_own_and_readiness_the_services(door: httpx.Client) -> None:
    assert door.get("/health").json() == {"status": "up"}
    ready = door.get("/ready")
    assert ready.status_code == 200
    assert set(ready.json()["services"]) == {*SERVICES, "portal"}
    assert door.post("/health").status_code == 405


def test_one_document_describes_every_outside_operation_under_its_outside_address(door: httpx.Client) -> None:
    document = door.get("/api/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/token",
        *(f"/api/{name}/v1/things" for name in SERVICES),
        *(f"/api/{name}/v1/token" for name in SERVICES if name != "directory"),
    }
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 8
    assert document["paths"]["/api/dps-admission/v1/things"]["get"]["operationId"] == "dps_admission_list_things"
    assert document["paths"]["/api/risk/v1/things"]["get"]["x-roles"] == ["auditor"]


def test_components_are_shared_where_they_are_the_same_and_named_apart_where_not() -> None:
    document = combined({"risk": openapi_of("risk"), "dps-admission": openapi_of("dps-admission")})
    schemas = document["components"]["schemas"]
    assert set(schemas) == {"Problem", "Risk_Thing", "DpsAdmission_Thing", "Risk_Wrapped", "DpsAdmission_Wrapped"}
    assert schemas["Risk_Wrapped"]["properties"]["thing"] == {"$ref": "#/components/schemas/Risk_Thing"}
    assert set(document["components"]["securitySchemes"]) == {"bearer"}


Schemas = dict[str, dict[str, str]]

NAMES = st.sampled_from(["A", "B", "C", "D"])
SCHEMAS = st.dictionaries(
    NAMES, st.one_of(st.just({"type": "object"}), NAMES.map(lambda name: {"$ref": f"#/components/schemas/{name}"}))
)


def closed(schemas: Schemas) -> Schemas:
    """The same, with every name that is referred to described."""
    led_to = {reference[-1] for reference in references(schemas)}
    return {name: {"type": "string"} for name in led_to} | schemas


def end_of(name: str, schemas: Schemas) -> object:
    """What a name leads to, reference by reference; None where it leads round in a circle."""
    for _ in range(len(schemas) + 1):
        schema = schemas[name]
        if "$ref" not in schema:
            return schema
        name = schema["$ref"].rpartition("/")[2]
    return None


@given(SCHEMAS.map(closed), SCHEMAS.map(closed))
def test_every_reference_leads_to_the_same_after_combining(one: Schemas, two: Schemas) -> None:
    documents = {
        name: {"paths": {}, "components": {"schemas": own}} for name, own in (("one", one), ("two", two)) if own
    }
    schemas = combined(documents)["components"].get("schemas", {})
    for service, own in (("One", one), ("Two", two)):
        for name in own:
            new_name = f"{service}_{name}" if f"{service}_{name}" in schemas else name
            assert end_of(new_name, schemas) == end_of(name, own)


def test_the_last_good_description_of_a_service_is_kept(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.openapi.OpenApiPages.__init__.__kwdefaults__", {"fresh": 0.0})
    with serving_gateway(running.services) as gateway, httpx.Client(base_url=gateway.url) as client:
        before = client.get("/api/openapi.json").json()
        assert before["paths"]
        risk = running.services["risk"]
        monkeypatch.setattr(risk, "_openapi", risk._half)
        assert client.get("/api/openapi.json").json() == before


def test_the_description_is_written_out_once_and_not_for_everybody_who_asks(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    write = openapi._write

    def noted(document: dict[str, object]) -> openapi.Written:
        written.append(document)
        return write(document)

    monkeypatch.setattr(openapi, "_write", noted)
    with serving_gateway(running.services) as gateway, httpx.Client(base_url=gateway.url) as client:
        pages = [client.get(path).content for path in ("/api/openapi.json", "/api/docs") * 3]
    assert len(set(pages)) == 2
    assert len(written) == 1


def test_the_docs_page_needs_no_script_and_no_other_host(door: httpx.Client) -> None:
    answer = door.get("/api/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert not re.findall(r'(?:src|href)="(?!/api/|#)', answer.text)
    assert "List &lt;things&gt;" in answer.text
    assert "/api/risk/v1/things" in answer.text
    assert "<dd>auditor</dd>" in answer.text
    assert door.get("/api/docs.css").headers["content-type"].startswith("text/css")


def test_metrics_are_served_on_a_port_of_their_own(running: Running) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving_gateway(running.services, gateway_metrics_port=port) as gateway:
        assert httpx.get(f"{gateway.url}/api/directory/v1/echo").status_code == 200
        said = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert re.search(r'gateway_requests_total\{method="GET",service="directory",status="200"\} \d', said)
        assert 'gateway_request_seconds_bucket{le="0.01",service="directory"}' in said
        assert httpx.get(f"{gateway.url}/metrics").status_code == 404


def test_the_log_has_one_line_a_request_and_no_secret(
    fakes: dict[str, FakeService], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="gateway.access")
    secret = "s" * 48
    with serving_gateway(fakes) as gateway, httpx.Client(base_url=gateway.url) as client:
        headers = {**bearer("auditor", subject="ann"), "X-Request-Id": "in-the-log-1", "Cookie": f"session={secret}"}
        client.get(f"/api/risk/v1/bands/export?code={secret}", headers=headers)
        client.get(f"/invitations/{secret}")
        time.sleep(0.3)
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if '"event":"request"' in line]
    assert len(lines) == 2
    assert lines[0] | {"at": "", "milliseconds": 0, "bytes_out": 0} == {
        "at": "",
        "level": "info",
        "service": "gateway",
        "event": "request",
        "request_id": "in-the-log-1",
        "method": "GET",
        "path": "/api/risk/v1/bands/export",
        "to": "risk",
        "status": 200,
        "milliseconds": 0,
        "bytes_in": 0,
        "bytes_out": 0,
        "client": "127.0.0.1",
        "subject": "ann",
    }
    assert lines[1]["path"] == "/invitations/[hidden]"
    assert secret not in json.dumps(lines)
    assert "eyJ" not in json.dumps(lines)


def test_an_id_is_shown_in_the_log_and_a_token_is_not() -> None:
    assert shown(b"/v1/bands/0190c7a0-0000-7000-8000-000000000000").endswith("8000-000000000000")
    assert shown(b"/reset/" + b"a" * 43) == "/reset/[hidden]"
    assert shown(b"/\xff\n") == "/\\xff\n"


def test_a_pages_own_stricter_headers_stand_and_weaker_ones_are_made_stricter() -> None:
    upstream = [
        (b"Content-Security-Policy", b"default-src 'none'; style-src 'self';"),
        (b"Referrer-Policy", b"no-referrer"),
        (b"X-Frame-Options", b"ALLOWALL"),
        (b"Strict-Transport-Security", b"max-age=0"),
        (b"Cache-Control", b"private"),
        (b"Connection", b"close, X-Hop"),
        (b"X-Hop", b"1"),
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
    ]
    headers = answer_headers(upstream, request_id="r" * 32, is_page=True, is_https=True)
    found = dict(headers)
    assert found[b"content-security-policy"] == b"default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    assert found[b"referrer-policy"] == b"no-referrer"
    assert found[b"x-frame-options"] == b"DENY"
    assert found[b"strict-transport-security"] == b"max-age=31536000; includeSubDomains"
    assert found[b"cache-control"] == b"private"
    assert b"x-hop" not in found
    assert b"connection" not in found
    assert [value for name, value in headers if name == b"set-cookie"] == [b"a=1", b"b=2"]
    own = answer_headers(
        [(b"content-security-policy", b"frame-ancestors 'self'")], request_id="r", is_page=True, is_https=False
    )
    assert dict(own)[b"content-security-policy"] == b"frame-ancestors 'self'"
    assert b"strict-transport-security" not in dict(own)
