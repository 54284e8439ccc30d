"""The directory's public keys and its list of revoked tokens, fetched again and again; the last good ones are kept."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import aiohttp

from assay_kit import tokens
from assay_kit.keys import revoked_ids

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)

KEYS_EVERY_SECONDS = 60.0
AGAIN_AFTER_FAILURE_SECONDS = 1.0
ASK_FOR_NEW_KEYS_AT_MOST_EVERY_SECONDS = 5.0
_TIMEOUT = aiohttp.ClientTimeout(total=5)


class KeyRing:
    """`keys` and who may no longer use theirs. The directory's absence stops no one who is signed in."""

    def __init__(self, session: aiohttp.ClientSession, directory: str, *, revocations_every: float) -> None:
        self._session = session
        self._directory = directory
        self._revocations_every = revocations_every
        self._asked_for_keys = -ASK_FOR_NEW_KEYS_AT_MOST_EVERY_SECONDS
        self.keys: tokens.KeySet = {}
        self._revoked: frozenset[str] = frozenset()

    def is_revoked(self, claims: tokens.Claims) -> bool:
        return not self._revoked.isdisjoint((claims.jti, claims.sid))

    async def start(self) -> list[asyncio.Task[None]]:
        """One attempt now, so that the first request finds keys if the directory is there; then for ever."""
        await asyncio.gather(self._fetch_keys(), self._fetch_revocations())
        return [
            asyncio.create_task(_again_and_again(self._fetch_keys, KEYS_EVERY_SECONDS)),
            asyncio.create_task(_again_and_again(self._fetch_revocations, self._revocations_every)),
        ]

    async def look_for(self, kid: str) -> None:
        """A key that is not known yet may have been added a moment ago: ask, but not on everybody's whim."""
        now = time.monotonic()
        if not kid or kid in self.keys or now - self._asked_for_keys < ASK_FOR_NEW_KEYS_AT_MOST_EVERY_SECONDS:
            return
        self._asked_for_keys = now
        await self._fetch_keys()

    async def _fetch_keys(self) -> bool:
        keys = await self._fetch("/v1/jwks.json", tokens.key_set)
        if not keys:
            return False
        if keys != self.keys:
            self.keys = keys  # a new object: what was verified with the old keys is verified again
        return True

    async def _fetch_revocations(self) -> bool:
        revoked = await self._fetch("/v1/revocations", revoked_ids)
        if revoked is None:
            return False
        self._revoked = revoked
        return True

    async def _fetch(self, path: str, read: Callable[[Mapping[str, Any]], Answer]) -> Answer | None:
        """None where nobody answers, and where the answer cannot be read: the polling goes on, whatever comes."""
        try:
            async with self._session.get(self._directory + path, timeout=_TIMEOUT) as response:
                response.raise_for_status()
                return read(await response.json())
        except Exception as error:
            _log.warning("%s could not be fetched from the directory: %s", path, type(error).__name__)
            return None


async def _again_and_again(fetch: Any, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        while not await fetch():
            await asyncio.sleep(AGAIN_AFTER_FAILURE_SECONDS)
