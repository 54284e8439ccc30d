"""Which rights open which operation: generated from the services' OpenAPI documents, never written by hand.

What is not in the table is not there. An operation is open to everyone only if it asks for no security at all.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay_kit.problems import NotFound
from gateway.problems import MethodNotAllowed
from gateway.traffic import Traffic

TABLE = Path(__file__).with_name("role_table.json")
PUBLIC = "public"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_FILES = frozenset({"multipart/form-data", "application/octet-stream"})
_JSON = frozenset({"application/json", "application/problem+json"})
_WAITING = frozenset({"wait", "wait_seconds"})

Table = Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]]
"""service -> path -> method -> {"rights": "public" | [right, ...], "traffic": class}; [] is anyone signed in."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    service: str
    template: str
    rights: frozenset[str] = frozenset()
    is_public: bool = False
    traffic: Traffic = Traffic.ORDINARY


@dataclass
class _Step:
    literal: dict[str, "_Step"] = field(default_factory=dict)
    parameter: "_Step | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)


class RoleTable:
    """Finds an operation by method and decoded path: a written segment wins over a parameter."""

    def __init__(self, table: Table) -> None:
        self._roots = {service: _Step() for service in table}
        for service, paths in table.items():
            for template, methods in paths.items():
                step = self._step_for(service, template)
                for method, said in methods.items():
                    step.operations[method] = _operation(service, template, said)

    @classmethod
    def load(cls, path: Path = TABLE) -> "RoleTable":
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def find(self, service: str, method: str, path: str) -> Operation:
        """NotFound for a path, MethodNotAllowed for a method, that no service has declared."""
        root = self._roots.get(service)
        allowed: set[str] = set()
        for step in _walk(root, path.split("/")[1:], 0) if root else ():
            if found := step.operations.get(method):
                return found
            allowed.update(step.operations)
        if allowed:
            raise MethodNotAllowed(allowed)
        raise NotFound("No operation has this address.")

    def operations(self) -> Iterator[tuple[str, Operation]]:
        """Every method and operation, for whoever looks at all of them."""
        waiting = list(self._roots.values())
        while waiting:
            step = waiting.pop()
            yield from step.operations.items()
            waiting.extend(step.literal.values())
            if step.parameter:
                waiting.append(step.parameter)

    def _step_for(self, service: str, template: str) -> _Step:
        step = self._roots[service]
        for part in template.split("/")[1:]:
            if part.startswith("{"):
                step.parameter = step.parameter or _Step()
                step = step.parameter
            else:
                step = step.literal.setdefault(part, _Step())
        return step


def _walk(step: _Step, parts: list[str], at: int) -> Iterator[_Step]:
    if at == len(parts):
        if step.operations:
            yield step
        return
    if following := step.literal.get(parts[at]):
        yield from _walk(following, parts, at + 1)
    if step.parameter and parts[at]:
        yield from _walk(step.parameter, parts, at + 1)


def _operation(service: str, template: str, said: Mapping[str, Any]) -> Operation:
    rights = said["rights"]
    return Operation(
        service=service,
        template=template,
        rights=frozenset() if rights == PUBLIC else frozenset(rights),
        is_public=rights == PUBLIC,
        traffic=Traffic(said.get("traffic", Traffic.ORDINARY)),
    )


def table_from(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The table for services by name, from their OpenAPI documents. Only /v1 is ever reachable."""
    return {
        service: {
            template: operations
            for template, item in sorted(document.get("paths", {}).items())
            if template.startswith("/v1/") and (operations := dict(_declared(item)))
        }
        for service, document in sorted(documents.items())
    }


def _declared(item: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for method in METHODS:
        operation = item.get(method.lower())
        if operation is None:
            continue
        if (rights := operation.get("x-roles")) is None and operation.get("security"):
            raise ValueError(f"{operation.get('operationId')} asks for security but names no x-roles")
        said: dict[str, Any] = {"rights": PUBLIC if rights is None else sorted(rights)}
        if traffic := _traffic_of(operation):
            said["traffic"] = traffic.value
        yield method, said


def _traffic_of(operation: Mapping[str, Any]) -> Traffic | None:
    """What the operation says itself (`x-traffic`), else what its body, its answer and its parameters show."""
    if "x-traffic" in operation:
        return Traffic(operation["x-traffic"])
    if _FILES.intersection(operation.get("requestBody", {}).get("content", ())):
        return Traffic.FILES
    if any(set(answer.get("content", ())) - _JSON for answer in _successes(operation)):
        return Traffic.FILES
    if _WAITING.intersection(each.get("name", "") for each in operation.get("parameters", ())):
        return Traffic.LONG_POLL
    return None


def _successes(operation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (answer for status, answer in operation.get("responses", {}).items() if str(status).startswith("2"))
