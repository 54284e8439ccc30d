"""Asks ClamAV about a file while it passes through, where ASSAY_CLAMAV says where it listens.

What it could not look at is not kept: a scanner that is out of reach refuses files, it does not wave them through.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from fastapi import Depends, Request

from assay_kit.problems import Unavailable

_CHUNK_BYTES = 256 * 1024
_PATIENCE_SECONDS = 10.0
_VERDICT_SECONDS = 60.0
_FOUND, _CLEAN = b"FOUND", b"OK"


def _scanner_address(request: Request) -> str:
    address: str = request.app.state.settings.clamav
    return address


ScannerAddress = Annotated[str, Depends(_scanner_address)]
"""Where ClamAV listens; empty where there is none."""


class ScannerUnavailable(Unavailable):
    slug, title = "scanner-unavailable", "Files cannot be checked at the moment"

    def __init__(self) -> None:
        super().__init__("The file could not be checked for malware, so it was not kept; try again in a moment.")


class Scan:
    """One file, as clamd's INSTREAM takes it: pieces with their lengths, then its verdict."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def begin(self) -> None:
        await self._write(b"zINSTREAM\0")

    async def see(self, piece: bytes) -> None:
        for start in range(0, len(piece), _CHUNK_BYTES):
            chunk = piece[start : start + _CHUNK_BYTES]
            await self._write(len(chunk).to_bytes(4, "big") + chunk)

    async def finds_malware(self) -> bool:
        """Its verdict on all that it has seen; ScannerUnavailable where it gives none."""
        await self._write(bytes(4))
        try:
            async with asyncio.timeout(_VERDICT_SECONDS):
                said = (await self._reader.readuntil(b"\0")).rstrip(b"\0")
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            raise ScannerUnavailable from error
        if said.endswith(_FOUND):
            return True
        if not said.endswith(_CLEAN):
            raise ScannerUnavailable
        return False

    async def _write(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                self._writer.write(data)
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise ScannerUnavailable from error


def has_malware(content: bytes, address: str) -> bool:
    """For a file in memory, in a thread without an event loop: a plain `def` route. False where there is no scanner."""

    async def ask() -> bool:
        async with scanning(address) as scan:
            if scan is None:
                return False
            await scan.see(content)
            return await scan.finds_malware()

    return asyncio.run(ask())


@asynccontextmanager
async def scanning(address: str) -> AsyncIterator[Scan | None]:
    """A scan by the ClamAV at `address` (`host:port`, or the path of its socket); None where there is no address."""
    if not address:
        yield None
        return
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            reader, writer = await _connected(address)
    except (OSError, TimeoutError, ValueError) as error:
        raise ScannerUnavailable from error
    try:
        scan = Scan(reader, writer)
        await scan.begin()
        yield scan
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("/"):
        return await asyncio.open_unix_connection(address)
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host, int(port))
