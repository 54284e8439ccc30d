"""One OpenAPI document made of the services' own. `combined` is pure; `OpenApiPages` fetches and keeps the last good.

Paths get their outside prefix, operation ids their service's name. A component that two services describe differently
is given its service's name too; one that they share is kept once.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from assay_kit.problems import Unavailable
from gateway.answers import json_bytes
from gateway.docs_page import page
from gateway.role_table import METHODS
from gateway.routing import ALIASES, is_outside

Document = Mapping[str, Any]

FRESH_SECONDS = 30.0
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_INTRODUCTION = (
    "Every operation of Assay behind its one door. `x-roles` names the rights, any one of which opens an operation."
)


def combined(documents: Mapping[str, Document]) -> dict[str, Any]:
    """`documents` by service name. Only what has an outside address is taken over."""
    names = _Names(documents)
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for service, document in sorted(documents.items()):
        for path, item in document.get("paths", {}).items():
            if is_outside(service, path):
                paths[_outside(service, path)] = _path_item(service, names.renamed(service, item))
        for kind, entries in document.get("components", {}).items():
            for name, component in entries.items():
                own_name = names.name_of(service, kind, name)
                components.setdefault(kind, {})[own_name] = names.renamed(service, component)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Assay", "version": "1", "description": _INTRODUCTION},
        "paths": dict(sorted(paths.items())),
        "components": {kind: dict(sorted(entries.items())) for kind, entries in sorted(components.items())},
    }


def _outside(service: str, path: str) -> str:
    for alias, target in ALIASES.items():
        if target == (service, path):
            return alias
    return f"/api/{service}{path}"


def _path_item(service: str, item: Mapping[str, Any]) -> dict[str, Any]:
    prefix = service.replace("-", "_")
    found = dict(item)
    for method in (each.lower() for each in METHODS):
        if operation := found.get(method):
            own = {"operationId": f"{prefix}_{operation['operationId']}"} if "operationId" in operation else {}
            tags = [f"{service}: {tag}" for tag in operation.get("tags", [])] or [service]
            found[method] = {**operation, **own, "tags": tags}
    return found


class _Names:
    """The name of each component in the one document."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._components = {
            service: {
                (kind, name): component
                for kind, entries in document.get("components", {}).items()
                for name, component in entries.items()
            }
            for service, document in documents.items()
        }
        self._apart = self._described_differently()

    def name_of(self, service: str, kind: str, name: str) -> str:
        if (kind, name) not in self._apart:
            return name
        return f"{''.join(part.capitalize() for part in service.split('-'))}_{name}"

    def renamed(self, service: str, value: Any) -> Any:
        """The same value with every reference to a component under its new name."""
        match value:
            case dict():
                return {
                    key: self._reference(service, each) if _is_reference(key, each) else self.renamed(service, each)
                    for key, each in value.items()
                }
            case list():
                return [self.renamed(service, each) for each in value]
            case _:
                return value

    def _reference(self, service: str, reference: str) -> str:
        start, kind, name = reference.rsplit("/", 2)
        return f"{start}/{kind}/{self.name_of(service, kind, name)}"

    def _described_differently(self) -> frozenset[tuple[str, str]]:
        """Grows until stable: what refers to something that is told apart has to be told apart itself."""
        shared = {key for own in self._components.values() for key in own if len(self._by_service(key)) > 1}
        apart = {key for key in shared if not _all_equal(self._by_service(key))}
        while more := {
            key
            for key in shared - apart
            if any(apart.intersection(_references(each)) for each in self._by_service(key))
        }:
            apart |= more
        return frozenset(apart)

    def _by_service(self, key: tuple[str, str]) -> list[Any]:
        return [own[key] for own in self._components.values() if key in own]


def _is_reference(key: str, value: object) -> bool:
    return key == "$ref" and isinstance(value, str) and value.startswith("#/components/")


def _references(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, each in value.items():
                if _is_reference(key, each):
                    _, kind, name = each.rsplit("/", 2)
                    yield kind, name
                yield from _references(each)
        case list():
            for each in value:
                yield from _references(each)


def _all_equal(values: list[Any]) -> bool:
    return all(each == values[0] for each in values)


@dataclass(frozen=True)
class Written:
    """The document as JSON and as a page, written out once when it changes and not for everybody who asks."""

    json: bytes
    html: bytes


def _write(document: Mapping[str, Any]) -> Written:
    return Written(json_bytes(document), page(document))


class OpenApiPages:
    """The combined document, at most `fresh` seconds old if the services answer, else the last good of each."""

    def __init__(
        self, session: aiohttp.ClientSession, addresses: Mapping[str, str], *, fresh: float = FRESH_SECONDS
    ) -> None:
        self._session = session
        self._addresses = addresses
        self._fresh = fresh
        self._last_good: dict[str, Document] = {}
        self._written: Written | None = None
        self._fetched = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def written(self) -> Written:
        async with self._one_at_a_time:
            if self._written is None or time.monotonic() - self._fetched > self._fresh:
                await self._fetch_all()
        if self._written is None:
            raise Unavailable("No service has told yet what it can do.")
        return self._written

    async def _fetch_all(self) -> None:
        answers = await asyncio.gather(*(self._fetch(service) for service in self._addresses))
        found = {service: each for service, each in zip(self._addresses, answers, strict=True) if each is not None}
        self._fetched = time.monotonic()
        if found and (merged := {**self._last_good, **found}) != self._last_good:
            self._last_good = merged
            self._written = await asyncio.to_thread(_write, combined(merged))

    async def _fetch(self, service: str) -> Document | None:
        try:
            async with self._session.get(f"{self._addresses[service]}/openapi.json", timeout=_TIMEOUT) as response:
                response.raise_for_status()
                document = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None
        return document if isinstance(document, dict) else None
