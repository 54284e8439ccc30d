"""The body of a request on its way in: counted, never gathered unless it is small, and given up on when it stalls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from assay_kit.problems import Problem, TooLarge
from gateway.headers import Head
from gateway.problems import ClientTooSlow

Receive = Callable[[], Awaitable[dict[str, Any]]]

SMALL = 64 * 1024
PATIENCE_SECONDS = 30.0


class ClientGone(Exception):
    """Nobody is there any more to answer to."""


class RequestBody:
    def __init__(self, receive: Receive, head: Head, *, limit: int) -> None:
        if head.content_length is not None and head.content_length > limit:
            raise _too_large(limit)
        self._receive = receive
        self._head = head
        self._limit = limit
        self.taken = 0
        self.is_complete = not head.has_body
        self.failure: Problem | ClientGone | None = None
        """Why reading stopped early; whoever writes the body onward only sees that it did."""

    async def content(self) -> bytes | AsyncIterator[bytes] | None:
        """What to send on: nothing, a small body whole, or a stream."""
        if self.is_complete:
            return None
        if self._head.is_chunked or (self._head.content_length or 0) > SMALL:
            return self._stream()
        return b"".join([chunk async for chunk in self._stream()])

    async def _stream(self) -> AsyncIterator[bytes]:
        try:
            while not self.is_complete:
                if chunk := await self._next():
                    yield chunk
        except (Problem, ClientGone) as failure:
            self.failure = failure
            raise

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                message = await self._receive()
        except TimeoutError as error:
            raise ClientTooSlow("The rest of the body did not come.") from error
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        self.taken += len(chunk)
        if self.taken > self._limit:
            raise _too_large(self._limit)
        self.is_complete = not message.get("more_body", False)
        return chunk


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"A body may have {limit} bytes here.", limit_bytes=limit)
