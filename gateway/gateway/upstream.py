"""Passing one request on to a service and its answer back, as bytes, both ways at once.

It must not read what it carries, and must not keep more of it than one buffer.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from assay_kit.problems import Unavailable
from gateway.answers import Send
from gateway.bodies import ClientGone, Receive, RequestBody
from gateway.headers import Head, answer_headers
from gateway.paths import written
from gateway.peers import Peer
from gateway.problems import BadAnswer, TooSlow
from gateway.routing import Destination
from gateway.traffic import Allowance, Traffic
from gateway.visit import Visit

CONNECT_SECONDS = 3.0
# Shorter than any server's keep-alive, so that a connection taken from the pool is not just being closed.
IDLE_SECONDS = 4.0
WATCH_AFTER_SECONDS = 0.25
RETRY_AFTER_SECONDS = 2
_AUTOMATIC = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_DOWN = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientOSError,
)


def client_session(*, connections: int) -> aiohttp.ClientSession:
    """One pool for all services; call it inside the running loop and close it there."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0, limit_per_host=connections, keepalive_timeout=IDLE_SECONDS, ttl_dns_cache=30
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=_AUTOMATIC,
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS),
    )


class Upstream:
    def __init__(
        self,
        session: aiohttp.ClientSession,
        addresses: Mapping[str, str],
        allowances: Mapping[Traffic, Allowance],
    ) -> None:
        self._session = session
        self._origins = {name: URL(address).origin() for name, address in addresses.items()}
        self._allowances = allowances
        self._timeouts = {
            traffic: aiohttp.ClientTimeout(
                total=None,
                connect=CONNECT_SECONDS,
                sock_connect=CONNECT_SECONDS,
                sock_read=allowance.answer_seconds,
            )
            for traffic, allowance in allowances.items()
        }

    async def pass_on(self, visit: Visit, destination: Destination, receive: Receive, send: Send) -> None:
        """Answer `visit` with what the service says. Raises a problem only while nothing has been sent."""
        allowance = self._allowances[destination.traffic]
        body = RequestBody(receive, visit.head, limit=allowance.body_bytes)
        watch = _Watch(receive, body)
        try:
            async with asyncio.timeout(allowance.whole_seconds):
                response = await self._ask(visit, destination, body)
                try:
                    await _send_back(visit, destination, response, send)
                    response.release()
                finally:
                    response.close()
        except (aiohttp.ClientError, TimeoutError) as error:
            if body.failure is not None:
                raise body.failure from None
            raise _reason(error, destination.service) from error
        except asyncio.CancelledError:
            if watch.client_is_gone:
                asyncio.current_task().uncancel()  # type: ignore[union-attr]  # we run in a task
                raise ClientGone from None
            raise
        finally:
            watch.end()
            visit.bytes_in = body.taken

    async def _ask(self, visit: Visit, destination: Destination, body: RequestBody) -> aiohttp.ClientResponse:
        content = await body.content()
        headers = _onward(visit.head, visit.peer)
        if visit.head.content_length is not None and not isinstance(content, bytes):
            headers["Content-Length"] = str(visit.head.content_length)
        url = URL.build(
            scheme=(origin := self._origins[destination.service]).scheme,
            authority=origin.raw_authority,
            path=written(destination.path),
            query_string=visit.query,
            encoded=True,
        )
        return await self._session.request(
            visit.method,
            url,
            data=content,
            headers=headers,
            allow_redirects=False,
            timeout=self._timeouts[destination.traffic],
        )


def _onward(head: Head, peer: Peer) -> CIMultiDict[str]:
    headers = CIMultiDict(head.onward)
    headers["Host"] = head.host
    headers["X-Request-Id"] = head.request_id
    headers["X-Forwarded-For"] = peer.address
    headers["X-Forwarded-Proto"] = "https" if peer.is_https else "http"
    headers["X-Forwarded-Host"] = head.host
    return headers


async def _send_back(visit: Visit, destination: Destination, response: aiohttp.ClientResponse, send: Send) -> None:
    headers = answer_headers(
        response.raw_headers,
        request_id=visit.head.request_id,
        is_page=destination.is_page,
        is_https=visit.peer.is_https,
    )
    visit.status = response.status
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    content = response.content
    while chunk := await content.readany():
        visit.bytes_out += len(chunk)
        is_last = content.at_eof()
        await send({"type": "http.response.body", "body": chunk, "more_body": not is_last})
        if is_last:
            return
    await send({"type": "http.response.body", "body": b""})


class _Watch:
    """Gives up on the service when the client goes away: begun late, because most answers come sooner."""

    def __init__(self, receive: Receive, body: RequestBody) -> None:
        self._receive = receive
        self._body = body
        self._asking = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_SECONDS, self._begin)
        self.client_is_gone = False

    def end(self) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        if self._body.is_complete:
            self._watching = loop.create_task(self._wait())
        else:
            # Whoever reads the body would see it first.
            self._timer = loop.call_later(WATCH_AFTER_SECONDS, self._begin)

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_is_gone = True
        if self._asking is not None:
            self._asking.cancel()


def _reason(error: Exception, service: str) -> Unavailable | TooSlow | BadAnswer:
    if isinstance(error, _DOWN):
        return Unavailable(f"The service {service} is not available at the moment.", retry_after=RETRY_AFTER_SECONDS)
    if isinstance(error, TimeoutError):
        return TooSlow(f"The service {service} did not answer in time.")
    return BadAnswer(f"The service {service} gave an answer that cannot be passed on.")
