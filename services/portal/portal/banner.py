"""The demonstration banner: which business day it is, asked of the directory at most every few seconds."""

import time
from dataclasses import dataclass
from datetime import date, datetime

import httpx

from assay_kit.settings import Settings
from portal.words import LONDON

_ASK_AGAIN_SECONDS = 3.0


@dataclass(frozen=True)
class Banner:
    """`now` is business time as the directory wrote it; None while the directory cannot be asked."""

    now: str | None


class BusinessClock:
    """Remembers the business time. In production there is no banner and nothing is asked."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._now: str | None = None
        self._asked_at = 0.0

    def today(self) -> date | None:
        """The business day in London; None while a demonstration's directory cannot be asked."""
        if not self._settings.is_demonstration:
            return datetime.now(LONDON).date()
        return datetime.fromisoformat(self._now).astimezone(LONDON).date() if self._now else None

    def shown(self) -> Banner | None:
        return Banner(self._now) if self._settings.is_demonstration else None

    async def ask(self) -> None:
        """Before a page: ask again if the last answer is old."""
        if not self._settings.is_demonstration or time.monotonic() - self._asked_at < _ASK_AGAIN_SECONDS:
            return
        self._asked_at = time.monotonic()
        try:
            response = await self._client.get(f"{self._settings.service_url('directory')}/v1/demo/clock", timeout=2.0)
            self._now = response.json()["now"] if response.is_success else None
        except (httpx.HTTPError, ValueError, KeyError):
            self._now = None

    def forget(self) -> None:
        """After the clock was moved, the next page asks."""
        self._asked_at = 0.0
