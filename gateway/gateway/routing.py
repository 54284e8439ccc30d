"""From an outside address to a service's own. Pure.

`/events`, `/internal` and `/metrics` of a service have no outside address; the portal's share is everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assay_contracts.names import SERVICES
from assay_kit.problems import NotFound
from gateway.problems import MethodNotAllowed
from gateway.role_table import Operation, RoleTable
from gateway.traffic import Traffic

API_SERVICES = SERVICES
PORTAL = "portal"

ALIASES: Mapping[str, tuple[str, str]] = {
    "/api/token": ("directory", "/v1/token"),
    "/api/demo/clock": ("directory", "/v1/demo/clock"),
    "/.well-known/jwks.json": ("directory", "/v1/jwks.json"),
}
_TRAFFIC_OF_ALIASES: Mapping[tuple[str, str], Traffic] = {
    ("directory", "/v1/token"): Traffic.SIGN_IN,
    ("directory", "/v1/demo/clock"): Traffic.SLOW,
}
# What every service answers to its neighbours only.
_INSIDE = ("/api", "/events", "/internal", "/metrics", "/openapi.json", "/docs", "/redoc", "/health", "/ready")
# Under /v1, but for neighbours: ids of tokens and sessions are nobody else's business.
_FOR_NEIGHBOURS = frozenset({("directory", "/v1/revocations")})
_PAGE_METHODS = ("GET", "HEAD", "POST")
_PAGES = Operation(service=PORTAL, template="", is_public=True, traffic=Traffic.PAGES)
# Pages on which a stranger tries passwords, or has letters sent: as rare as sign-ins to the API.
_SIGN_IN_PAGES = frozenset({"/sign-in", "/password", "/password-reset"})


@dataclass(frozen=True)
class Destination:
    service: str
    path: str
    operation: Operation
    traffic: Traffic

    @property
    def is_page(self) -> bool:
        return self.service == PORTAL


def destination_of(method: str, path: str, table: RoleTable) -> Destination:
    """Where a decoded, clean path leads. Raises NotFound or MethodNotAllowed."""
    if path in ALIASES:
        return _operation_of(*ALIASES[path], method, table)
    if path.startswith("/api/"):
        service, _, rest = path.removeprefix("/api/").partition("/")
        if service in API_SERVICES and rest.startswith("v1/"):
            return _operation_of(service, f"/{rest}", method, table)
        raise NotFound("No operation has this address.")
    if _is_inside(path):
        raise NotFound("There is no such page.")
    if method not in _PAGE_METHODS:
        raise MethodNotAllowed(_PAGE_METHODS)
    is_sign_in = method == "POST" and path.rstrip("/") in _SIGN_IN_PAGES
    return Destination(PORTAL, path, _PAGES, Traffic.SIGN_IN if is_sign_in else Traffic.PAGES)


def _operation_of(service: str, path: str, method: str, table: RoleTable) -> Destination:
    if not is_outside(service, path):
        raise NotFound("No operation has this address.")
    operation = table.find(service, method, path)
    traffic = _TRAFFIC_OF_ALIASES.get((service, operation.template), operation.traffic)
    return Destination(service, path, operation, traffic)


def is_outside(service: str, path: str) -> bool:
    """Whether a service's own address has one outside."""
    return path.startswith("/v1/") and (service, path) not in _FOR_NEIGHBOURS


def _is_inside(path: str) -> bool:
    lowered = path.lower()
    return any(lowered == inside or lowered.startswith(f"{inside}/") for inside in _INSIDE)
