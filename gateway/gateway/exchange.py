"""One request and its answer over a pooled connection of aiohttp's.

`ClientSession.request` does the same and much besides (cookies, redirects, proxies, sign-in, tracing) that a gateway
must not do; without that a request takes a third less time here. Its connections, its parser and its flow control stay.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import ClassVar

import aiohttp
from aiohttp.helpers import TimerNoop
from multidict import CIMultiDict
from yarl import URL

CONNECT_SECONDS = 3.0
# Shorter than any server's keep-alive, so that a connection taken from the pool is not just being closed.
IDLE_SECONDS = 4.0
BUFFER_BYTES = 64 * 1024
HEADER_BYTES = 16 * 1024
# RFC 9110, 9.2.2: may be asked twice.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})

Content = bytes | AsyncIterator[bytes] | None


def client_session(*, connections: int) -> aiohttp.ClientSession:
    """One pool for all services; call it inside the running loop and close it there."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0, limit_per_host=connections, keepalive_timeout=IDLE_SECONDS, ttl_dns_cache=30
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


def patience(seconds: float) -> aiohttp.ClientTimeout:
    """`seconds`: how long a service may be silent before and between bytes."""
    return aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=seconds)


class _Plain(aiohttp.ClientRequest):
    """A request with the headers it is given and no others."""

    _unwanted: ClassVar[CIMultiDict[None]] = CIMultiDict({"Content-Type": None})

    def update_auto_headers(self, _: Iterable[str] | None) -> None:
        self._skip_auto_headers = self._unwanted


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    *,
    headers: CIMultiDict[str],
    content: Content,
    timeout: aiohttp.ClientTimeout,
) -> aiohttp.ClientResponse:
    """The answer as soon as its head is there. Its body is read, and the response released or closed, by the caller."""
    may_ask_again = method in _IDEMPOTENT and (content is None or isinstance(content, bytes))
    loop = asyncio.get_running_loop()
    while True:
        request = _Plain(
            method,
            url,
            headers=headers,
            data=content,
            loop=loop,
            session=session,
            response_class=aiohttp.ClientResponse,
        )
        try:
            return await _ask_once(session, request, timeout)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            # The service closed a pooled connection just as it was taken (RFC 9112, 9.3.1).
            if not may_ask_again:
                raise
            may_ask_again = False


async def _ask_once(
    session: aiohttp.ClientSession, request: aiohttp.ClientRequest, timeout: aiohttp.ClientTimeout
) -> aiohttp.ClientResponse:
    connector = session.connector
    if connector is None:
        raise aiohttp.ClientConnectionError("The gateway is closing.")
    try:
        connection = await connector.connect(request, traces=[], timeout=timeout)
    except TimeoutError as error:
        raise aiohttp.ConnectionTimeoutError(f"No connection to {request.url.authority}") from error
    try:
        if connection.protocol is None:
            raise aiohttp.ServerDisconnectedError
        connection.protocol.set_response_params(
            timer=TimerNoop(),
            skip_payload=request.method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_timeout=timeout.sock_read,
            read_bufsize=BUFFER_BYTES,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )
        response = await request.send(connection)
        try:
            return await response.start(connection)
        except BaseException:
            response.close()
            raise
    except BaseException:
        connection.close()
        raise
