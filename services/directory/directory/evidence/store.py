"""Where the bytes are: a folder of ASSAY_HOME, or whatever object store ASSAY_EVIDENCE_STORE names (s3://, az://, file://).

A file passes through in pieces: neither way is it ever whole in memory.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from assay_kit.files import (
    HEAD_BYTES,
    TAIL_BYTES,
    FileFault,
    FileRefused,
    FileTooLarge,
    is_package,
    media_type,
    package_fault,
)
from assay_kit.scanner import Scan, ScannerUnavailable, scanning
from assay_kit.settings import Settings

from .errors import EvidenceNotFound

if TYPE_CHECKING:
    from obstore import GetResult

_PIECE_BYTES = 5 * 1024 * 1024  # the least that S3 takes as a part
_PIECES_AT_ONCE = 2


@dataclass(frozen=True, kw_only=True)
class Stored:
    media_type: str
    size: int
    sha256: str


class EvidenceStore:
    def __init__(self, settings: Settings) -> None:
        self._limit = settings.evidence_limit_bytes
        self._scanner = settings.clamav
        self._store = _store_at(settings.evidence_store, str(settings.home / "evidence"))

    async def put(self, key: str, incoming: AsyncIterator[bytes], *, filename: str) -> Stored:
        """Keep what comes in under `key`; hashed and measured on its way. Refused files leave nothing behind."""
        passing = _Passing(incoming, self._limit)
        kind = media_type(await passing.head(), filename)
        if isinstance(kind, FileFault):
            raise FileRefused(kind)
        async with scanning(self._scanner) as scan:
            await self._keep(key, passing, scan)
            await self._ensure_acceptable(key, scan, filename=filename, size=passing.size)
        return Stored(media_type=kind, size=passing.size, sha256=passing.sha256)

    async def _keep(self, key: str, passing: "_Passing", scan: Scan | None) -> None:
        try:
            await obstore.put_async(
                self._store, key, passing.pieces(scan), chunk_size=_PIECE_BYTES, max_concurrency=_PIECES_AT_ONCE
            )
        except Exception:
            # The store wraps what stopped the pieces; the caller hears the cause.
            if passing.stopped_by is not None:
                raise passing.stopped_by from None
            raise

    async def _ensure_acceptable(self, key: str, scan: Scan | None, *, filename: str, size: int) -> None:
        """Nothing is known yet of a file under `key`, so that nobody can have fetched it meanwhile."""
        try:
            if scan is not None and await scan.finds_malware():
                raise FileRefused(FileFault.MALWARE)
            if is_package(filename) and (fault := package_fault(await self._tail(key, size), filename)):
                raise FileRefused(fault)
        except Exception:
            await self.remove(key)
            raise

    async def _tail(self, key: str, size: int) -> bytes:
        """The end of a file: a package lists its parts there, so that they are known only once it is kept."""
        return bytes(await obstore.get_range_async(self._store, key, start=max(0, size - TAIL_BYTES), end=size))

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """The pieces of what is kept under `key`; EvidenceNotFound before the first, where nothing is."""
        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise EvidenceNotFound from error
        return _pieces(found)

    async def remove(self, key: str) -> None:
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)


class _Passing:
    """Counts and hashes pieces as they pass, and stops them when there are too many."""

    def __init__(self, incoming: AsyncIterator[bytes], limit: int) -> None:
        self._incoming = incoming
        self._limit = limit
        self._held = b""
        self._hash = hashlib.sha256()
        self.size = 0
        self.stopped_by: FileTooLarge | ScannerUnavailable | None = None

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def head(self) -> bytes:
        """The first bytes, held back until the pieces are asked for."""
        while len(self._held) < HEAD_BYTES:
            piece = await anext(self._incoming, b"")
            if not piece:
                break
            self._held += piece
        return self._held[:HEAD_BYTES]

    async def pieces(self, scan: Scan | None) -> AsyncIterator[bytes]:
        yield await self._counted(self._held, scan)
        async for piece in self._incoming:
            if piece:
                yield await self._counted(piece, scan)

    async def _counted(self, piece: bytes, scan: Scan | None) -> bytes:
        self.size += len(piece)
        try:
            if self.size > self._limit:
                raise FileTooLarge(self._limit)
            if scan is not None:
                await scan.see(piece)
        except (FileTooLarge, ScannerUnavailable) as stopped:
            self.stopped_by = stopped
            raise
        self._hash.update(piece)
        return piece


async def _pieces(found: "GetResult") -> AsyncIterator[bytes]:
    async for piece in found.stream(min_chunk_size=256 * 1024):
        yield bytes(piece)


@lru_cache(maxsize=8)
def _store_at(url: str, folder: str) -> ObjectStore:
    return from_url(url) if url else LocalStore(folder, mkdir=True)
