"""What goes through the door, and what goes in and comes out changed."""

import asyncio
import time
from unittest.mock import Mock, call

import httpx
import pytest
from make_gateway import ISSUER, Running, bearer, serving_gateway, status_of

from gateway.protocol import _Joined


def echoed(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["headers"])


def test_a_request_reaches_its_service_with_path_query_and_body_as_sent(door: httpx.Client) -> None:
    answer = door.post("/api/directory/v1/echo?a=%2F&b=%C3%A9&b=2", content=b"caf\xc3\xa9")
    said = answer.json()
    assert said["service"] == "directory"
    assert said["raw_path"] == "/v1/echo"
    assert said["query"] == "a=%2F&b=%C3%A9&b=2"
    assert said["body"].encode("latin-1") == b"caf\xc3\xa9"
    assert dict(said["headers"])["content-length"] == "5"


@pytest.mark.parametrize(
    ("method", "address", "service", "path"),
    [
        ("POST", "/api/token", "directory", "/v1/token"),
        ("GET", "/api/demo/clock", "directory", "/v1/demo/clock"),
        ("GET", "/api/risk/v1/bands/0190", "risk", "/v1/bands/0190"),
        ("GET", "/", "portal", "/"),
        ("GET", "/assets/app.css", "portal", "/assets/app.css"),
        ("GET", "/caf%C3%A9", "portal", "/caf%C3%A9"),
        ("GET", "/apiary", "portal", "/apiary"),
    ],
)
def test_every_address_leads_to_its_service(
    door: httpx.Client, method: str, address: str, service: str, path: str
) -> None:
    answer = door.request(method, address, headers=bearer("administrator", "compliance_officer"))
    said = answer.json()
    assert (said["service"], said["raw_path"]) == (service, path)


def test_the_public_keys_are_at_their_well_known_address(door: httpx.Client) -> None:
    assert len(door.get("/.well-known/jwks.json").json()["keys"]) == 1


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/risk",
        "/api/risk/v1",
        "/api/risk/v1/",
        "/api/risk/v1/bands/",
        "/api/risk/v1/nothing",
        "/api/risk/v2/bands",
        "/api/portal/v1/echo",
        "/api/nothing/v1/echo",
        "/api/directory/v1/revocations",
        "/api/directory/events",
        "/api/directory/internal/clock",
        "/api/directory/metrics",
        "/api/directory/openapi.json",
        "/events",
        "/internal/clock",
        "/INTERNAL/clock",
        "/%69nternal/clock",
        "/metrics",
        "/openapi.json",
        "/api/metrics",
        "/gateway/metrics",
    ],
)
def test_what_is_for_neighbours_only_or_is_not_there_never_reaches_a_service(
    door: httpx.Client, running: Running, address: str
) -> None:
    answer = door.get(address, headers=bearer("administrator"))
    reached = [scope["path"] for name in running.services for scope in running.seen(name)]
    if address == "/gateway/metrics":  # an ordinary page address; the gateway itself shows no metrics there
        assert reached == [address]
        return
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert reached == []


def test_an_unknown_method_is_answered_with_those_that_are_known(door: httpx.Client, running: Running) -> None:
    answer = door.delete("/api/risk/v1/bands/0190", headers=bearer("compliance_officer"))
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PUT"
    assert door.request("DELETE", "/page").headers["allow"] == "GET, HEAD, POST"
    assert running.seen("risk") == running.seen("portal") == []


def test_headers_of_one_connection_stay_on_it(door: httpx.Client) -> None:
    sent = {
        "Connection": "keep-alive, X-Mine",
        "X-Mine": "1",
        "Keep-Alive": "timeout=5",
        "Proxy-Authorization": "Basic eDp5",
        "TE": "trailers",
        "Trailer": "X-Sum",
        "X-Kept": "2",
    }
    headers = echoed(door.get("/api/directory/v1/echo", headers=sent))
    assert headers["x-kept"] == "2"
    for name in ("x-mine", "keep-alive", "proxy-authorization", "te", "trailer"):
        assert name not in headers


@pytest.mark.parametrize(
    "name",
    [
        "X-Assay-Subject",
        "X-Assay-Roles",
        "X-Internal-Service",
        "X-Forwarded-User",
        "X-Forwarded-Prefix",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
        "X-Remote-User",
        "Remote-User",
        "X-Real-IP",
        "Forwarded",
        "SSL-Client-Verify",
        "X_Assay_Subject",
        "Content_Length",
    ],
)
def test_a_header_that_pretends_to_come_from_inside_does_not_get_inside(door: httpx.Client, name: str) -> None:
    headers = echoed(door.get("/api/directory/v1/echo", headers={name: "administrator", "X-Kept": "1"}))
    assert headers["x-kept"] == "1"
    assert name.lower() not in headers
    assert "administrator" not in headers.values()


def test_the_gateway_says_who_came_and_how(door: httpx.Client, running: Running) -> None:
    sent = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test"}
    headers = echoed(door.get("/api/directory/v1/echo", headers=sent))
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-host"] == headers["host"] == f"127.0.0.1:{running.port}"


def test_a_trusted_proxy_is_believed_about_its_client(running: Running) -> None:
    with (
        serving_gateway(running.services, gateway_trusted_proxies="127.0.0.0/8, 10.0.0.0/8") as behind,
        httpx.Client(base_url=behind.url) as client,
    ):
        sent = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.1.2.3", "X-Forwarded-Proto": "https"}
        answer = client.get("/api/directory/v1/echo", headers=sent)
        headers = echoed(answer)
        assert headers["x-forwarded-for"] == "203.0.113.9"
        assert headers["x-forwarded-proto"] == "https"
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    "given", ["", "short", "spaces in it", "a" * 65, "x;drop", "-leading-dash", "caf\u00e9-menu-1"]
)
def test_a_malformed_request_id_is_replaced(door: httpx.Client, given: str) -> None:
    answer = door.get("/api/directory/v1/echo", headers={b"X-Request-Id": given.encode()})
    assert answer.headers["x-request-id"] == echoed(answer)["x-request-id"]
    assert len(answer.headers["x-request-id"]) == 32
    assert answer.headers["x-request-id"] != given


def test_a_well_formed_request_id_goes_there_and_back_also_with_a_problem(door: httpx.Client) -> None:
    sent = {"X-Request-Id": "case-2026.0042_a"}
    answer = door.get("/api/directory/v1/echo", headers=sent)
    assert echoed(answer)["x-request-id"] == answer.headers["x-request-id"] == "case-2026.0042_a"
    assert door.get("/api/risk/v1/bands", headers=sent).headers["x-request-id"] == "case-2026.0042_a"


def test_answers_carry_the_gateways_security_headers_and_not_the_servers_name(door: httpx.Client) -> None:
    for answer in (door.get("/api/directory/v1/echo"), door.get("/api/nothing"), door.get("/health")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers
        assert len(answer.headers.get_list("date")) == 1
    assert door.get("/api/directory/v1/echo").headers["set-cookie"] == "a=1"
    assert "default-src 'self'" in door.get("/").headers["content-security-policy"]


def test_a_slow_answers_first_byte_is_not_kept_back(door: httpx.Client, running: Running) -> None:
    with door.stream("GET", "/api/risk/v1/trickle") as answer:
        bytes_ = answer.iter_raw(1)
        assert next(bytes_) == b"1"
        running.services["risk"].go_on.set()
        assert next(bytes_) == b"2"


def test_a_chunked_upload_arrives_whole(door: httpx.Client) -> None:
    answer = door.post(
        "/api/directory/v1/evidence", content=(b"x" * 50_000 for _ in range(40)), headers=bearer("provider_user")
    )
    assert answer.json() == {"size": 2_000_000}


def test_an_answer_given_before_the_upload_has_ended_comes_back(door: httpx.Client) -> None:
    answer = door.post("/api/risk/v1/refusing", content=b"x" * 3_000_000)
    assert answer.status_code == 409


def test_connections_to_a_service_are_used_again(door: httpx.Client, running: Running) -> None:
    for _ in range(10):
        assert door.get("/api/directory/v1/echo").status_code == 200
    assert len({scope["client"] for scope in running.seen()}) <= 2


def test_a_head_request_has_headers_and_no_body(door: httpx.Client) -> None:
    answer = door.head("/page")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 0
    assert answer.content == b""


def test_an_upgrade_is_refused_cleanly(running: Running) -> None:
    answer = running.send_raw(
        b"GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert status_of(answer) == 400
    assert b"/problems/upgrade-refused" in answer
    assert answer.count(b"HTTP/1.1 4") == 1


def test_an_expectation_is_met_only_when_the_body_is_wanted(running: Running) -> None:
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    stranger = running.send_raw(head % b"/api/directory/v1/evidence", until_closed=False)
    assert status_of(stranger) == 401
    wanted = running.send_raw(head % b"/api/directory/v1/echo", until_closed=False)
    assert wanted.startswith(b"HTTP/1.1 100 ")


def test_the_issuer_is_the_public_address(door: httpx.Client) -> None:
    elsewhere = bearer("auditor", issuer=f"{ISSUER}/other")
    assert door.get("/api/risk/v1/bands/export", headers=elsewhere).status_code == 401


def test_a_pipelined_second_request_gets_its_own_answer(running: Running) -> None:
    one = b"GET /api/directory/v1/echo?n=%d HTTP/1.1\r\nHost: x\r\n%s\r\n"
    began = time.monotonic()
    answer = running.send_raw(one % (1, b"") + one % (2, b"Connection: close\r\n"))
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b'"n=1"') < answer.index(b'"n=2"')
    assert time.monotonic() - began < 3


def test_a_head_is_sent_with_what_follows_at_once_and_alone_otherwise() -> None:
    loop = asyncio.new_event_loop()
    transport = Mock(spec=asyncio.Transport)
    transport.is_closing.return_value = False

    async def answer(*, wait: bool) -> None:
        joined = _Joined(transport, asyncio.get_running_loop())
        joined.write(b"head")
        if wait:
            await asyncio.sleep(0.01)
        joined.write(b"body")
        joined.write(b"more")
        await asyncio.sleep(0.01)

    async def close_after_the_head() -> None:
        joined = _Joined(transport, asyncio.get_running_loop())
        joined.write(b"alone")
        joined.close()
        await asyncio.sleep(0)

    loop.run_until_complete(answer(wait=False))
    loop.run_until_complete(answer(wait=True))
    loop.run_until_complete(close_after_the_head())
    loop.close()
    sent = [each for each in transport.method_calls if each[0] != "is_closing"]
    assert sent == [
        call.writelines((b"head", b"body")),
        call.write(b"more"),
        call.write(b"head"),
        call.write(b"body"),
        call.write(b"more"),
        call.write(b"alone"),
        call.close(),
    ]
