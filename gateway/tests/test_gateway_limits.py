"""Too much, too often, too slow, or not there: each has its own answer, and none of them takes the gateway along."""

import socket
import time
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_gateway import Running, bearer, free_socket, serving_gateway, status_of, until

from gateway import main
from gateway.peers import Peer
from gateway.problems import TooManyRequests
from gateway.rates import Rate, RateLimit
from gateway.traffic import Allowance, Traffic, allowances

ECHO = b"/api/directory/v1/echo"


def test_a_declared_body_over_the_limit_is_refused_unread(door: httpx.Client, running: Running) -> None:
    answer = door.post("/api/directory/v1/echo", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 1024 * 1024
    assert running.seen() == []


def test_a_chunked_body_over_the_limit_is_refused_where_it_exceeds(door: httpx.Client) -> None:
    answer = door.post("/api/directory/v1/echo", content=(b"x" * 65_536 for _ in range(17)))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert door.get("/api/directory/v1/echo").status_code == 200


def test_files_may_be_larger_and_have_a_limit_too(running: Running) -> None:
    with (
        serving_gateway(running.services, evidence_limit_bytes=3_000_000) as gateway,
        httpx.Client(base_url=gateway.url, headers=bearer("provider_user")) as client,
    ):
        assert client.post("/api/directory/v1/evidence", content=b"x" * 3_000_000).json() == {"size": 3_000_000}
        assert client.post("/api/directory/v1/evidence", content=b"x" * 3_100_000).status_code == 413
        chunked = client.post("/api/directory/v1/evidence", content=(b"x" * 100_000 for _ in range(31)))
        assert chunked.status_code == 413


def test_sign_in_takes_a_small_form_only(door: httpx.Client) -> None:
    assert door.post("/api/token", content=b"x" * 20_000).status_code == 413
    assert door.post("/api/token", content=b"x" * 2_000).status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        b"GET %s HTTP/1.1\r\n\r\n",
        b"GET %s HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET %s HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET %s HTTP/1.1\r\nHost: a/../b\r\n\r\n",
        b"GET %s HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\n\r\n",
        b"GET %s HTTP/1.1\r\nHost: x\r\nX-Bad: \xff\xfe\r\n\r\n",
        b"GET %s HTTP/1.1\r\nHost: x\nX: \x00\r\n\r\n",
        b"NONSENSE\r\n\r\n",
    ],
)
def test_a_request_that_two_readers_could_read_differently_is_refused(running: Running, head: bytes) -> None:
    for service in running.services.values():
        service.seen.clear()
    answer = running.send_raw(head.replace(b"%s", ECHO) + b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status_of(answer) == 400
    assert b"application/problem+json" in answer
    assert answer.count(b"HTTP/1.1 400") == 1
    assert [scope["path"] for name in running.services for scope in running.seen(name)] == []


def test_a_trailer_does_not_pass_for_a_header(running: Running) -> None:
    request = (
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n%s\r\n"
    )
    answer = running.send_raw(request % (ECHO, b"X-Late: 1\r\nAuthorization: Bearer x\r\n"))
    assert status_of(answer) == 200
    assert b"x-late" not in answer.lower()
    assert b"bearer" not in answer.lower()


def test_a_head_has_a_size(running: Running) -> None:
    big = running.send_raw(b"GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + b"a" * 40_000 + b"\r\n\r\n")
    assert status_of(big) == 431
    many = running.send_raw(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: 1\r\n" * 200 + b"\r\n")
    assert status_of(many) == 431
    endless = running.send_raw(b"GET / HTTP/1.1\r\nX-Endless: " + b"a" * 100_000)
    assert status_of(endless) == 431


def test_an_address_has_a_length(door: httpx.Client) -> None:
    assert door.get("/api/" + "a" * 3_000).status_code == 414
    assert door.get("/?" + "a" * 9_000).status_code == 414


def test_a_head_that_does_not_end_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.protocol.HEAD_SECONDS", 0.2)
    monkeypatch.setattr("gateway.protocol.REST_SECONDS", 0.2)
    monkeypatch.setattr("gateway.protocol._LOOK_EVERY_SECONDS", 0.1)
    began = time.monotonic()
    assert running.send_raw(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") == b""
    assert running.send_raw(b"") == b""
    assert time.monotonic() - began < 3


def test_a_body_that_stalls_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.bodies.PATIENCE_SECONDS", 0.2)
    answer = running.send_raw(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe" % ECHO, until_closed=False)
    assert status_of(answer) == 408


def test_one_subject_may_come_only_so_often_wherever_it_comes_from(running: Running) -> None:
    with (
        serving_gateway(running.services, gateway_rate_per_minute=60) as gateway,
        httpx.Client(base_url=gateway.url) as client,
    ):
        statuses = [client.get("/api/risk/v1/bands/export", headers=bearer("auditor")) for _ in range(14)]
        refused = [each for each in statuses if each.status_code == 429]
        assert 3 <= len(refused) <= 4  # ten at once; one a second after that
        assert int(refused[0].headers["retry-after"]) >= 1
        assert refused[0].headers["content-type"] == "application/problem+json"
        somebody_else = client.get("/api/risk/v1/bands/export", headers=bearer("auditor", subject="bob"))
        assert somebody_else.status_code == 200


def test_strangers_are_counted_by_address_and_before_their_tokens_are_checked(running: Running) -> None:
    with (
        serving_gateway(
            running.services, gateway_page_rate_per_minute=60, gateway_trusted_proxies="127.0.0.1"
        ) as gateway,
        httpx.Client(base_url=gateway.url) as client,
    ):

        def ask(address: str) -> int:
            headers = {"Authorization": "Bearer x", "X-Forwarded-For": address}
            return client.get("/api/risk/v1/bands", headers=headers).status_code

        assert [ask("198.51.100.1") for _ in range(10)] == [401] * 10
        assert ask("198.51.100.1") == 429
        assert ask("198.51.100.2") == 401


def test_sign_ins_have_a_rate_of_their_own(running: Running) -> None:
    with (
        serving_gateway(running.services, gateway_sign_in_rate_per_minute=60) as gateway,
        httpx.Client(base_url=gateway.url) as client,
    ):
        statuses = [client.post(f"/api/{name}").status_code for name in ("token", "directory/v1/token") * 6]
        assert 429 in statuses[10:]
        assert client.get("/").status_code == 200


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.integers(30, 600), st.integers(1, 20))
def test_a_rate_admits_its_burst_and_its_average_and_no_more(gaps: list[float], per_minute: int, burst: int) -> None:
    limit = RateLimit(Rate(per_minute=per_minute, burst=burst))
    now, admitted = 1_000.0, []
    for gap in gaps:
        now += gap
        try:
            limit.take("ann", now=now)
            admitted.append(now)
        except TooManyRequests as refused:
            wait = int(refused.headers["Retry-After"])
            limit.check("ann", now=now + wait)  # whoever waits as long as told is let in
    assert len(admitted) >= min(burst, len(gaps))
    for start in range(len(admitted)):
        for end in range(start, len(admitted)):
            allowed = burst + (admitted[end] - admitted[start]) * per_minute / 60
            assert end - start + 1 <= allowed + 1e-6


def test_a_rate_remembers_only_so_many_callers() -> None:
    limit = RateLimit(Rate(per_minute=1, burst=1), callers=2)
    for caller in ("a", "b", "c"):
        limit.take(caller, now=0.0)
    limit.take("a", now=0.0)  # forgotten, so new
    with pytest.raises(TooManyRequests):
        limit.take("c", now=0.0)


@pytest.mark.parametrize(
    ("address", "household"),
    [("198.51.100.7", "198.51.100.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64")],
)
def test_requests_are_counted_by_household(address: str, household: str) -> None:
    assert Peer(address, is_https=False).household == household


def test_a_service_that_is_down_gives_503_and_when_to_come_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with free_socket() as nobody:
        monkeypatch.setenv("ASSAY_URL_RISK", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with serving_gateway(running.services) as gateway, httpx.Client(base_url=gateway.url) as client:
            answer = client.get("/api/risk/v1/trickle")
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["content-type"] == "application/problem+json"
            assert client.post("/api/directory/v1/echo", content=b"still here").status_code == 200
            ready = client.get("/ready")
            assert ready.status_code == 503
            assert ready.json()["services"]["risk"] == "not ready"
            assert ready.json()["services"]["directory"] == "ready"


def test_a_service_that_does_not_answer_in_time_gives_504_and_is_let_go(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Allowance(answer_seconds=0.3, whole_seconds=5, body_bytes=1_000)
    monkeypatch.setattr(main, "allowances", lambda **_: dict.fromkeys(Traffic, short))
    hung = running.services["risk"]
    hung.gave_up.clear()
    with serving_gateway(running.services) as gateway, httpx.Client(base_url=gateway.url) as client:
        answer = client.get("/api/risk/v1/it/hang")
        assert answer.status_code == 504
        assert answer.headers["content-type"] == "application/problem+json"
        assert hung.gave_up.wait(5)


def test_an_answer_has_an_end_even_if_it_keeps_coming(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    short = Allowance(answer_seconds=5, whole_seconds=0.3, body_bytes=1_000)
    monkeypatch.setattr(main, "allowances", lambda **_: dict.fromkeys(Traffic, short))
    running.services["risk"].go_on.clear()
    with serving_gateway(running.services) as gateway, httpx.Client(base_url=gateway.url) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/api/risk/v1/trickle")
        assert client.get("/api/directory/v1/echo").status_code == 200
    running.services["risk"].go_on.set()


def test_half_an_answer_is_not_passed_off_as_whole(door: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        door.get("/api/risk/v1/half")


def test_rubbish_from_a_service_gives_502(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rubbish:
        monkeypatch.setenv("ASSAY_URL_RISK", f"http://127.0.0.1:{rubbish.getsockname()[1]}")
        with (
            serving_gateway(running.services) as gateway,
            socket.create_connection(("127.0.0.1", gateway.port)) as client,
        ):
            client.sendall(b"GET /api/risk/v1/rubbish HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            rubbish.settimeout(5)
            connection, _ = rubbish.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"SMTP nonsense\r\n\r\n")
                client.settimeout(5)
                assert status_of(client.recv(65_536)) == 502


def test_a_client_that_goes_away_is_not_worked_for_any_longer(door: httpx.Client, running: Running) -> None:
    with pytest.raises(httpx.ReadTimeout):
        door.get("/api/risk/v1/it/hang", timeout=0.6)
    assert running.services["risk"].gave_up.wait(5)
    assert door.get("/api/directory/v1/echo").status_code == 200


def test_a_client_that_goes_away_in_the_middle_of_its_upload_is_not_worked_for_any_longer(
    door: httpx.Client, running: Running
) -> None:
    """The service is listening for the rest, and is told at once that it will not come."""
    risk = running.services["risk"]
    head = b"POST /api/risk/v1/it/hang HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port)) as client:
        client.sendall(head + b"x" * 1_000)
        until(lambda: bool(risk.seen))
        assert not risk.gave_up.is_set()
    assert risk.gave_up.wait(5)
    assert door.get("/api/directory/v1/echo").status_code == 200


def test_one_caller_has_only_so_much_going_on_at_once_and_leaves_room_for_others(running: Running) -> None:
    risk = running.services["risk"]
    risk.go_on.clear()
    with (
        serving_gateway(running.services, gateway_in_flight_per_caller=2) as gateway,
        httpx.Client(base_url=gateway.url) as client,
        client.stream("GET", "/api/risk/v1/trickle"),
        client.stream("GET", "/api/risk/v1/trickle"),
    ):
        refused = client.get("/api/directory/v1/echo")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/api/risk/v1/bands/export", headers=bearer("auditor")).status_code == 200
        risk.go_on.set()
        until(lambda: client.get("/api/directory/v1/echo").status_code == 200)


def test_pages_that_take_a_password_are_counted_as_sign_ins(running: Running) -> None:
    with (
        serving_gateway(running.services, gateway_sign_in_rate_per_minute=60) as gateway,
        httpx.Client(base_url=gateway.url) as client,
    ):
        pages = ["/sign-in", "/password", "/password-reset"] * 5
        assert 429 in [client.post(page).status_code for page in pages][10:]
        assert client.get("/sign-in").status_code == 200
        assert client.post("/search").status_code == 200


def test_the_keys_are_fetched_however_busy_the_directory_is_kept(running: Running) -> None:
    directory = running.services["directory"]
    directory.go_on.clear()
    with (
        serving_gateway(running.services, gateway_connections=1) as gateway,
        httpx.Client(base_url=gateway.url) as client,
        client.stream("GET", "/api/directory/v1/echo/trickle"),
    ):
        asked = directory.asked_for_revocations
        until(lambda: directory.asked_for_revocations > asked + 2)
        directory.go_on.set()


def test_waiting_times_are_in_order() -> None:
    found = allowances(body_bytes=1, file_bytes=2)
    by_patience = (Traffic.SIGN_IN, Traffic.ORDINARY, Traffic.LONG_POLL, Traffic.SLOW)
    assert all(found[one].answer_seconds < found[two].answer_seconds for one, two in pairwise(by_patience))
    assert found[Traffic.LONG_POLL].answer_seconds > 60
    assert all(each.whole_seconds >= each.answer_seconds for each in found.values())
