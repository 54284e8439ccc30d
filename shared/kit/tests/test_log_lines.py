"""Log lines are JSON, carry the request id, and never a secret."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from assay_kit.logging import configure_logging

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJwZXJzb24ifQ.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def _configured() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    configure_logging("risk")
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_says_when_how_grave_and_where(lines: Any) -> None:
    structlog.get_logger("risk.bands").info("band changed", care_service_id="x", count=3)
    [line] = lines()
    assert line["at"].endswith("Z")
    assert {name: line[name] for name in ("level", "service", "logger", "event", "care_service_id", "count")} == {
        "level": "info",
        "service": "risk",
        "logger": "risk.bands",
        "event": "band changed",
        "care_service_id": "x",
        "count": 3,
    }


def test_libraries_log_the_same_way_with_the_same_request_id(lines: Any) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-1")
    structlog.get_logger().warning("ours")
    logging.getLogger("alembic").warning("theirs: %s", "job 7")
    assert [(line["event"], line["request_id"]) for line in lines()] == [("ours", "r-1"), ("theirs: job 7", "r-1")]


def test_the_request_id_ends_with_the_request(lines: Any) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger().info("during")
    structlog.get_logger().info("after")
    assert ["request_id" in line for line in lines()] == [True, False]


def test_configuring_again_does_not_double_lines(lines: Any) -> None:
    configure_logging("assessment")
    structlog.get_logger().info("once")
    assert [line["service"] for line in lines()] == ["assessment"]


def test_lines_under_the_level_are_left_out(lines: Any) -> None:
    configure_logging("risk", "warning")
    structlog.get_logger().info("quiet")
    logging.getLogger("theirs").info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines()] == ["loud"]


@pytest.mark.parametrize(
    "key",
    [
        *("token", "access_token", "Authorization", "password", "new_password", "client_secret"),
        *("set-cookie", "body", "payload", "api_key", "apikey", "credentials"),
    ],
)
def test_what_is_named_like_a_secret_is_hidden_at_any_depth(lines: Any, key: str) -> None:
    structlog.get_logger().info("seen", **{key: "hunter2"}, headers={key: ["hunter2"]}, many=[{"a": {key: "hunter2"}}])
    [line] = lines()
    assert "hunter2" not in json.dumps(line)
    assert line[key] == "[hidden]"


@pytest.mark.parametrize(
    "text",
    [
        f"sent {JWT}",
        "Bearer hunter2",
        "authorization: bearer hunter2",
        "Basic aHVudGVyMg==",
        "postgresql://assay:hunter2@127.0.0.1/assay_risk",
    ],
)
def test_what_looks_like_a_secret_is_hidden(lines: Any, text: str) -> None:
    structlog.get_logger().info(text, said=[text])
    logging.getLogger("theirs").info("%s", text)
    written = lines()
    assert len(written) == 2
    for secret in (JWT, "hunter2", "aHVudGVyMg"):
        assert secret not in json.dumps(written)


def test_the_rest_of_an_address_stays(lines: Any) -> None:
    structlog.get_logger().info("postgresql://assay:hunter2@127.0.0.1/assay_risk")
    assert lines()[0]["event"] == "postgresql://assay:[hidden]@127.0.0.1/assay_risk"


def test_an_exception_is_told_with_its_cause_but_not_with_what_was_sent(lines: Any) -> None:
    try:
        try:
            raise ValueError("duplicate key\nDETAIL: Key (email)=(ada@example.test) exists")
        except ValueError as error:
            raise RuntimeError("saving failed") from error
    except RuntimeError:
        structlog.get_logger().exception("failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    written = lines()
    assert len(written) == 2
    for line in written:
        said = [(each["type"], each["says"]) for each in line["exceptions"]]
        assert said == [("builtins.RuntimeError", "saving failed"), ("builtins.ValueError", "duplicate key")]
        assert "test_log_lines.py" in line["exceptions"][0]["frames"][0]
        assert "ada@example.test" not in json.dumps(line)


def test_uvicorn_writes_no_query_strings(lines: Any) -> None:
    logging.getLogger("uvicorn.access").info('%s - "GET /v1/x?token=hunter2"', "127.0.0.1")
    assert lines() == []


def test_long_values_are_cut_and_odd_ones_written_as_text(lines: Any) -> None:
    deep: dict[str, Any] = {}
    deep["again"] = deep
    structlog.get_logger().info("odd", long="x" * 9_000, thing=object, deep=deep, several={1})
    [line] = lines()
    assert len(line["long"]) == 2_000
    assert line["thing"] == "<class 'object'>"
    assert line["several"] == [1]
