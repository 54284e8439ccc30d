"""Whose signatures count: public keys and revocations, polled from the directory, the last good answer kept."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
import structlog

from assay_kit.tokens import Claims, KeySet, TokenRefused, key_id, key_set, verify

_POLL_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 1.0
# All programs start at once, and a program may be exchanged: an absence is worth a word only when it lasts.
_QUIET_SECONDS = 10.0

log = structlog.get_logger(__name__)


class Keys(Protocol):
    """Where a service learns which keys sign and which tokens were revoked."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def verified(self, token: str) -> Claims:
        """The claims of a token that counts now; TokenRefused otherwise."""
        ...


class GivenKeys:
    """Keys that are given once and never change."""

    def __init__(self, keys: KeySet, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def verified(self, token: str) -> Claims:
        return verify(token, self._keys, issuer=self._issuer, audience=self._audience)


class RemoteKeys:
    """Keys and revocations of the directory. Its absence stops no one who is signed in."""

    def __init__(
        self, directory_url: str, *, issuer: str, audience: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._url = directory_url
        self._transport = transport
        self._issuer = issuer
        self._audience = audience
        self._keys: KeySet = {}
        self._revoked: frozenset[str] = frozenset()
        self._asked_at = 0.0
        self._asking = asyncio.Lock()
        self._polling: asyncio.Task[None] | None = None
        self._verified: dict[str, Claims] = {}

    async def start(self) -> None:
        self._client = httpx.AsyncClient(base_url=self._url, timeout=3.0, transport=self._transport)
        self._heard_at = time.monotonic()
        self._polling = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
        await self._client.aclose()

    async def verified(self, token: str) -> Claims:
        claims = self._verified.get(token)
        if claims is None or claims.exp <= time.time():
            claims = await self._verify(token)
        if claims.jti in self._revoked or claims.sid in self._revoked:
            raise TokenRefused("The token has been revoked.")
        return claims

    async def _verify(self, token: str) -> Claims:
        if key_id(token) not in self._keys:
            await self._ask()
        claims = verify(token, self._keys, issuer=self._issuer, audience=self._audience)
        if len(self._verified) >= 1_000:
            self._verified.clear()
        self._verified[token] = claims
        return claims

    async def _poll(self) -> None:
        while True:
            await self._ask()
            await asyncio.sleep(_POLL_SECONDS if self._keys else _ASK_AGAIN_SECONDS)

    async def _ask(self) -> None:
        async with self._asking:
            if time.monotonic() - self._asked_at < _ASK_AGAIN_SECONDS:
                return
            self._asked_at = time.monotonic()
            try:
                self._take(key_set(await self._get("/v1/jwks.json")))
                self._revoked = revoked_ids(await self._get("/v1/revocations"))
                self._heard_at = time.monotonic()
            except Exception as error:
                # Whatever the answer was: polling that ended would never hear of a revocation again.
                if time.monotonic() - self._heard_at > _QUIET_SECONDS:
                    log.warning("no keys from the directory; the last good ones are kept", error=repr(error))

    def _take(self, keys: KeySet) -> None:
        if not keys:
            raise ValueError("The directory named no key.")
        if keys != self._keys:
            # What was verified with a key that is withdrawn is verified again.
            self._keys = keys
            self._verified.clear()

    async def _get(self, path: str) -> Mapping[str, Any]:
        response = await self._client.get(path)
        response.raise_for_status()
        document: Mapping[str, Any] = response.json()
        return document


def revoked_ids(document: Mapping[str, Any]) -> frozenset[str]:
    """Session (and token) ids that no longer count: `{"revoked": ["...", ...]}`."""
    return frozenset(map(str, document["revoked"]))
