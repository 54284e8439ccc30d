"""A malware scanner to test with: it speaks as clamd does."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clam:
    """A daemon that speaks as clamd does; it finds what bears the test mark, or behaves as `answer` says."""

    def __init__(self, answer: bytes | None = None) -> None:
        self._answer = answer
        self.seen = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        self.seen = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            self.seen += await reader.readexactly(size)
        verdict = b"stream: Eicar-Test-Signature FOUND" if EICAR in self.seen else b"stream: OK"
        writer.write((verdict if self._answer is None else self._answer) + b"\0" * (self._answer != b""))
        await writer.drain()
        writer.close()


@contextmanager
def listening(clam: Clam) -> Iterator[str]:
    """The address of a running daemon."""
    loop, started = asyncio.new_event_loop(), threading.Event()
    found: dict[str, Any] = {}

    async def serve() -> None:
        found["server"] = await asyncio.start_server(clam, "127.0.0.1", 0)
        started.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait(10)
    yield f"127.0.0.1:{found['server'].sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(found["server"].close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
