"""Whether the services behind the door answer. Asked at most once a second, however often somebody wants to know."""

import asyncio
import time
from collections.abc import Mapping

import aiohttp

KEPT_SECONDS = 1.0
_TIMEOUT = aiohttp.ClientTimeout(total=2)


class Readiness:
    def __init__(self, session: aiohttp.ClientSession, addresses: Mapping[str, str]) -> None:
        self._session = session
        self._addresses = addresses
        self._answers: dict[str, bool] = {}
        self._asked = -KEPT_SECONDS
        self._one_at_a_time = asyncio.Lock()

    async def services(self) -> dict[str, bool]:
        """Service by service, whether its /ready says 200."""
        async with self._one_at_a_time:
            if time.monotonic() - self._asked > KEPT_SECONDS:
                answers = await asyncio.gather(*(self._is_ready(url) for url in self._addresses.values()))
                self._answers = dict(zip(self._addresses, answers, strict=True))
                self._asked = time.monotonic()
        return self._answers

    async def _is_ready(self, address: str) -> bool:
        try:
            async with self._session.get(f"{address}/ready", timeout=_TIMEOUT) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
