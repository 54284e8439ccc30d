"""Tokens are verified once, and no longer believed than they should be."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from make_gateway import ISSUER, KEY, OTHER_KEY, Running, bearer, serving_gateway, token, until

from assay_kit import tokens
from assay_kit.problems import NotSignedIn, Unavailable
from gateway.callers import Callers


class Ring:
    """A ring of keys that is given."""

    def __init__(self, *keys: dict[str, object]) -> None:
        self.keys = {str(key["kid"]): tokens.public_part(key) for key in keys}
        self.revoked: set[str] = set()
        self.looked_for: list[str] = []

    def is_revoked(self, claims: tokens.Claims) -> bool:
        return claims.jti in self.revoked

    async def look_for(self, kid: str) -> None:
        self.looked_for.append(kid)


def nothing() -> None:
    """Before verifying: no objection."""


def callers(ring: Ring, **more: int) -> Callers:
    return Callers(ring, issuer=ISSUER, audience="assay", **more)  # type: ignore[arg-type]  # stands in for KeyRing


def ask(who: Callers, authorization: bytes) -> tokens.Claims:
    return asyncio.run(who.identify(authorization, before_verifying=nothing))


@pytest.fixture
def given() -> bytes:
    return b"Bearer " + token("auditor").encode()


def test_a_token_is_verified_once(given: bytes) -> None:
    ring = Ring(KEY)
    who = callers(ring)
    first = ask(who, given)
    assert ask(who, given) is first
    assert len(ring.looked_for) == 1


def test_a_remembered_token_ends_with_its_time(given: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    who = callers(Ring(KEY))
    claims = ask(who, given)
    monkeypatch.setattr(time, "time", lambda: float(claims.exp))
    with pytest.raises(NotSignedIn):
        ask(who, given)
    with pytest.raises(NotSignedIn):
        ask(who, b"Bearer " + token("auditor", minutes=-1).encode())


def test_a_remembered_token_ends_with_its_revocation(given: bytes) -> None:
    ring = Ring(KEY)
    who = callers(ring)
    ring.revoked.add((ask(who, given)).jti)
    with pytest.raises(NotSignedIn):
        ask(who, given)


def test_a_remembered_token_ends_with_its_key(given: bytes) -> None:
    ring = Ring(KEY)
    who = callers(ring)
    ask(who, given)
    ring.keys = Ring(OTHER_KEY).keys
    with pytest.raises(NotSignedIn):
        ask(who, given)


def test_only_so_many_tokens_are_remembered() -> None:
    ring = Ring(KEY)
    who = callers(ring, remembered=2)
    given = [b"Bearer " + token("auditor", subject=name).encode() for name in ("a", "b", "c")]
    for each in [*given, given[2], given[0]]:
        ask(who, each)
    assert len(ring.looked_for) == 4  # a, b, c, and a again, which had been pushed out


def test_without_any_key_nobody_is_called_a_stranger(given: bytes) -> None:
    with pytest.raises(Unavailable):
        ask(callers(Ring()), given)


def test_a_revoked_token_and_an_ended_session_are_refused_within_moments(door: httpx.Client, running: Running) -> None:
    directory = running.services["directory"]
    first, second = token("auditor"), token("auditor", session="s-1")
    headers = [{"Authorization": f"Bearer {each}"} for each in (first, second)]
    for each in headers:
        assert door.get("/api/risk/v1/bands/export", headers=each).status_code == 200
    directory.revoked.append(
        tokens.verify(first, {KEY["kid"]: tokens.public_part(KEY)}, issuer=ISSUER, audience="assay").jti
    )
    until(lambda: door.get("/api/risk/v1/bands/export", headers=headers[0]).status_code == 401)
    assert door.get("/api/risk/v1/bands/export", headers=headers[1]).status_code == 200
    directory.revoked.append("s-1")
    until(lambda: door.get("/api/risk/v1/bands/export", headers=headers[1]).status_code == 401)


@pytest.mark.parametrize("answer", ["_half", "_odd"])
def test_the_directorys_absence_or_an_odd_answer_stops_no_one_who_is_signed_in(
    running: Running, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("gateway.keys.KEYS_EVERY_SECONDS", 0.05)
    monkeypatch.setattr("gateway.keys.AGAIN_AFTER_FAILURE_SECONDS", 0.05)
    directory = running.services["directory"]
    asked: list[str] = []

    def instead(what: str) -> None:
        async def say(*call: Any) -> None:
            asked.append(what)
            await getattr(directory, answer)(*call)

        monkeypatch.setattr(directory, f"_{what}", say)

    with serving_gateway(running.services) as gateway, httpx.Client(base_url=gateway.url) as client:
        assert client.get("/api/risk/v1/bands/export", headers=bearer("auditor")).status_code == 200
        instead("jwks")
        instead("revocations")
        until(lambda: asked.count("jwks") > 1 and asked.count("revocations") > 1)
        assert client.get("/api/risk/v1/bands/export", headers=bearer("auditor", subject="new")).status_code == 200
        monkeypatch.undo()
        ended = token("auditor", session="s-odd")
        directory.revoked.append("s-odd")
        headers = {"Authorization": f"Bearer {ended}"}
        until(lambda: client.get("/api/risk/v1/bands/export", headers=headers).status_code == 401)
