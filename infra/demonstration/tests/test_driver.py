"""Who asks more than the gateway lets through waits as long as it says, and not for ever."""

import time

import httpx
import pytest

from demonstration.driver import asked


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def answering(*answers: httpx.Response) -> httpx.Client:
    """Gives the answers in order, and the last one for ever."""
    left = list(answers)
    return httpx.Client(
        transport=httpx.MockTransport(lambda _: left.pop(0) if len(left) > 1 else left[0]),
        base_url="http://assay",
    )


def too_many(seconds: int) -> httpx.Response:
    return httpx.Response(429, headers={"retry-after": str(seconds)})


def test_who_asks_too_much_waits_as_long_as_the_answer_says(slept: list[float]) -> None:
    with answering(too_many(7), too_many(2), httpx.Response(200)) as http:
        assert asked(http, "GET", "/").status_code == 200
    assert slept == [7.0, 2.0]


def test_nobody_waits_longer_than_a_minute_in_all(slept: list[float]) -> None:
    with answering(too_many(25)) as http:
        assert asked(http, "GET", "/").status_code == 429
    assert slept == [25.0, 25.0]


def test_another_refusal_is_handed_over_at_once(slept: list[float]) -> None:
    with answering(httpx.Response(503, headers={"retry-after": "7"})) as http:
        assert asked(http, "GET", "/").status_code == 503
    assert slept == []
