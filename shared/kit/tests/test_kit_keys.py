"""Keys and revocations as a service learns them: the last good ones are kept, whatever the directory answers."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from assay_kit import keys, tokens
from assay_kit.keys import RemoteKeys
from assay_kit.logging import configure_logging
from assay_kit.tokens import TokenRefused

OLD, NEW = tokens.new_private_key(), tokens.new_private_key()
ISSUER = "https://assay.test"


class Directory:
    """Answers what it is told to."""

    def __init__(self) -> None:
        self.keys: Any = {"keys": [tokens.public_part(OLD)]}
        self.revocations: Any = {"revoked": []}
        self.is_there = True
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if not self.is_there:
            raise httpx.ConnectError("nobody", request=request)
        return httpx.Response(200, json=self.keys if request.url.path.endswith("jwks.json") else self.revocations)


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Directory:
    monkeypatch.setattr(keys, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(keys, "_ASK_AGAIN_SECONDS", 0.0)
    return Directory()


def token(session: str = "") -> str:
    claims = tokens.claims_for(
        issuer=ISSUER, audience="assay", subject="ann", name="Ann", minutes=5, roles=["auditor"], session=session
    )
    return tokens.sign(claims, OLD)


def living(directory: Directory, live: Callable[[RemoteKeys], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        remote = RemoteKeys(
            "http://directory", issuer=ISSUER, audience="assay", transport=httpx.MockTransport(directory)
        )
        await remote.start()
        try:
            async with asyncio.timeout(10):
                await live(remote)
        finally:
            await remote.stop()

    asyncio.run(run())


async def polled(directory: Directory) -> None:
    until = directory.asked + 4
    while directory.asked < until:
        await asyncio.sleep(0.01)


def test_a_token_ends_with_its_key_although_it_was_verified_before(directory: Directory) -> None:
    given = token()

    async def live(remote: RemoteKeys) -> None:
        assert (await remote.verified(given)).name == "Ann"
        directory.keys = {"keys": [tokens.public_part(NEW)]}
        await polled(directory)
        with pytest.raises(TokenRefused):
            await remote.verified(given)

    living(directory, live)


@pytest.mark.parametrize(
    "odd",
    [
        {"keys": {"keys": []}},
        {"keys": []},
        {"keys": {"keys": [3]}},
        {"revocations": {}},
        {"revocations": []},
        {"revocations": {"revoked": 3}},
    ],
)
def test_an_odd_answer_ends_neither_the_keys_nor_the_asking(directory: Directory, odd: dict[str, Any]) -> None:
    given = token(session="s-1")
    sound = vars(directory).copy()

    async def live(remote: RemoteKeys) -> None:
        await remote.verified(given)
        vars(directory).update(odd)
        await polled(directory)
        await remote.verified(given)
        vars(directory).update({name: sound[name] for name in odd})
        directory.revocations = {"revoked": ["s-1"]}
        await polled(directory)
        with pytest.raises(TokenRefused):
            await remote.verified(given)

    living(directory, live)


@pytest.mark.parametrize(("quiet_seconds", "is_said"), [(60.0, False), (0.0, True)])
def test_an_absence_is_worth_a_word_only_when_it_lasts(
    directory: Directory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    quiet_seconds: float,
    is_said: bool,
) -> None:
    configure_logging("sample")
    monkeypatch.setattr(keys, "_QUIET_SECONDS", quiet_seconds)
    directory.is_there = False

    async def live(_: RemoteKeys) -> None:
        await polled(directory)

    living(directory, live)
    assert any(record.levelno >= logging.WARNING for record in caplog.records) is is_said
