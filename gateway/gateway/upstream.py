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
from gateway.exchange import exchange, patience
from gateway.headers import Head, answer_headers
from gateway.paths import written
from gateway.peers import Peer
from gateway.problems import BadAnswer, TooSlow
from gateway.routing import Destination
from gateway.traffic import Allowance, Traffic
from gateway.visit import Visit

WATCH_AFTER_SECONDS = 0.25
RETRY_AFTER_SECONDS = 2
_DOWN = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientOSError,
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
        self._patience = {traffic: patience(each.answer_seconds) for traffic, each in allowances.items()}

    async def pass_on(self, visit: Visit, destination: Destination, receive: Receive, send: Send) -> None:
        """Answer `visit` with what the service says. Raises a problem only while nothing has been sent."""
        allowance = self._allowances[destination.traffic]
        body = RequestBody(receive, visit.head, limit=allowance.body_bytes)
        watch = _Watch(receive, body, whole_seconds=allowance.whole_seconds)
        try:
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
            if watch.gave_up is None:
                raise
            watch.asking.uncancel()
            raise watch.gave_up from None
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
        return await exchange(
            self._session,
            visit.method,
            url,
            headers=headers,
            content=content,
            timeout=self._patience[destination.traffic],
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
    """Ends the asking when the client goes away or the whole takes too long.

    One timer does for both, and is all that an ordinary request pays: the client is watched only after a while.
    """

    def __init__(self, receive: Receive, body: RequestBody, *, whole_seconds: float) -> None:
        asking = asyncio.current_task()
        if asking is None:
            raise RuntimeError("A request is answered in a task.")
        self.asking = asking
        self.gave_up: ClientGone | TooSlow | None = None
        self._receive = receive
        self._body = body
        self._loop = asyncio.get_running_loop()
        self._until = self._loop.time() + whole_seconds
        self._watching: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(WATCH_AFTER_SECONDS, self._look)

    def end(self) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _look(self) -> None:
        if self._loop.time() >= self._until:
            self._give_up(TooSlow("The answer took too long altogether."))
            return
        # While the body is coming in, whoever reads it sees first that the client has gone.
        if self._watching is None and self._body.is_complete:
            self._watching = self._loop.create_task(self._wait())
        self._timer = self._loop.call_later(WATCH_AFTER_SECONDS, self._look)

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._give_up(ClientGone())

    def _give_up(self, why: ClientGone | TooSlow) -> None:
        self.gave_up = self.gave_up or why
        self.asking.cancel()


def _reason(error: Exception, service: str) -> Unavailable | TooSlow | BadAnswer:
    if isinstance(error, _DOWN):
        return Unavailable(f"The service {service} is not available at the moment.", retry_after=RETRY_AFTER_SECONDS)
    if isinstance(error, TimeoutError):
        return TooSlow(f"The service {service} did not answer in time.")
    return BadAnswer(f"The service {service} gave an answer that cannot be passed on.")
