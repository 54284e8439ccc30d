"""HTTP/1.1 as uvicorn reads it, with the bounds that it leaves out: the size of a head, the time it may take,
what may follow a refusal, and trailers, which uvicorn would add to the headers.
"""

import asyncio
import json
from typing import Any, cast

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from assay_kit.problems import MEDIA_TYPE

HEAD_BYTES = 32 * 1024
HEADERS = 100
HEAD_SECONDS = 10.0
# After an answer that did not wait for the body: so much of the rest is read, so that the client hears the answer.
REST_BYTES = 4 * 1024 * 1024
REST_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 5.0


class _Joined:
    """A transport that sends the head of an answer together with what follows at once, if anything does."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._is_first = True
        self._head = b""

    def write(self, chunk: bytes) -> None:
        if self._is_first:
            self._is_first = False
            self._head = chunk
            self._loop.call_soon(self._send_head)
        elif self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, chunk))
        else:
            self._transport.write(chunk)

    def close(self) -> None:
        self._send_head()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _send_head(self) -> None:
        if self._head and not self._transport.is_closing():
            self._transport.write(self._head)
        self._head = b""


class BoundedHttp(HttpToolsProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._is_head_whole = False
        self._waiting_since: float | None = None
        self._rest_bytes = 0
        self._looking: asyncio.TimerHandle | None = None
        self._refusal = 400

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._waiting_since = self.loop.time()
        self._looking = self.loop.call_later(_LOOK_EVERY_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._is_head_whole:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_head_whole and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._refusal = 431
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_head_whole = False
        self._waiting_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_head_whole:
            return  # a trailer; it must not pass for a header
        if len(self.headers) >= HEADERS:
            self._refusal = 431
            raise HttpParserError("too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_BYTES:
            self._refusal = 431
            raise HttpParserError("head too large")
        self._is_head_whole = True
        self._head_bytes = 0
        self._rest_bytes = 0
        self._waiting_since = None
        super().on_headers_complete()
        self.cycle.transport = cast("asyncio.Transport", _Joined(self.transport, self.loop))

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.cycle.response_complete:
            if self._waiting_since is None:
                self._waiting_since = self.loop.time()
            self._rest_bytes += len(body)
            if self._rest_bytes > REST_BYTES:
                self.transport.close()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._waiting_since = None
        self._is_head_whole = False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's own words are left unsaid
        """What cannot be read as a request is refused in the same form as everything else."""
        body = json.dumps(_problem(self._refusal)).encode("ascii")
        head = [STATUS_LINE[self._refusal]]
        head += [name + b": " + value + b"\r\n" for name, value in self.server_state.default_headers]
        head += [
            f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n".encode("ascii"),
            b"x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n",
        ]
        self.transport.write(b"".join(head) + body)
        self.transport.close()

    def _look(self) -> None:
        """Close a connection on which a head, or the rest of a refused body, does not come to an end."""
        since = self._waiting_since
        if since is not None and self.loop.time() - since > max(HEAD_SECONDS, REST_SECONDS):
            self.transport.close()
            return
        self._looking = self.loop.call_later(_LOOK_EVERY_SECONDS, self._look)


def _problem(status: int) -> dict[str, Any]:
    slug, title, detail = _REFUSALS[status]
    return {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}


_REFUSALS = {
    400: ("bad-request", "The request cannot be understood", "It is not well-formed HTTP/1.1."),
    431: ("head-too-large", "The head is too large", f"At most {HEAD_BYTES} bytes and {HEADERS} headers."),
}
