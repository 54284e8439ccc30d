"""Puts the gateway together, and runs it: `python -m gateway`."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import uvicorn

from assay_kit.garbage import settle
from assay_kit.logging import configure_logging
from gateway import measures
from gateway.access_log import AccessLog
from gateway.answers import Send
from gateway.application import Door, House, Limits, Scope
from gateway.bodies import Receive
from gateway.callers import Callers
from gateway.exchange import client_session
from gateway.keys import KeyRing
from gateway.openapi import OpenApiPages
from gateway.protocol import BoundedHttp
from gateway.rates import InFlight, RateLimit
from gateway.readiness import Readiness
from gateway.role_table import RoleTable
from gateway.routing import API_SERVICES, PORTAL
from gateway.settings import GatewaySettings
from gateway.traffic import allowances
from gateway.upstream import Upstream

_CONNECTIONS_FOR_KEYS = 4


class Gateway:
    """The ASGI application: opens its house with the lifespan, and refuses whatever is not HTTP."""

    def __init__(self, settings: GatewaySettings, table: RoleTable) -> None:
        self._settings = settings
        self._table = table
        self._access_log = AccessLog()
        self._door: Door | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http" if self._door is not None:
                await self._door(scope, receive, send)
            case "lifespan":
                await self._live(receive, send)
            case "websocket":
                await send({"type": "websocket.close", "code": 1008})
            case other:
                raise RuntimeError(f"The gateway is not open for {other}: run it with lifespan on.")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        session = client_session(connections=self._settings.gateway_connections)
        # The keys are fetched over connections of their own: nobody's slow requests can keep a revocation out.
        keys_session = client_session(connections=_CONNECTIONS_FOR_KEYS)
        ring = KeyRing(
            keys_session,
            self._settings.service_url("directory"),
            revocations_every=self._settings.gateway_revocation_seconds,
        )
        polling = await ring.start()
        stop_metrics = self._serve_metrics()
        self._door = Door(self._house(session, ring))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in polling:
            task.cancel()
        await asyncio.gather(*polling, return_exceptions=True)
        await asyncio.gather(session.close(), keys_session.close())
        stop_metrics()
        self._access_log.flush()
        await send({"type": "lifespan.shutdown.complete"})

    def _house(self, session: aiohttp.ClientSession, ring: KeyRing) -> House:
        settings = self._settings
        services = {name: settings.service_url(name) for name in API_SERVICES}
        everyone = {**services, PORTAL: settings.service_url(PORTAL)}
        return House(
            table=self._table,
            callers=Callers(ring, issuer=settings.issuer, audience=settings.audience),
            limits=Limits(
                subjects=RateLimit(settings.rate(settings.gateway_rate_per_minute)),
                addresses=RateLimit(settings.rate(settings.gateway_page_rate_per_minute)),
                sign_ins=RateLimit(settings.rate(settings.gateway_sign_in_rate_per_minute)),
            ),
            in_flight=InFlight(settings.gateway_in_flight_per_caller),
            upstream=Upstream(
                session,
                everyone,
                allowances(body_bytes=settings.gateway_body_limit_bytes, file_bytes=settings.file_bytes),
            ),
            openapi=OpenApiPages(session, services),
            readiness=Readiness(session, everyone),
            access_log=self._access_log,
            trusted_proxies=settings.gateway_trusted_proxies,
        )

    def _serve_metrics(self) -> Callable[[], None]:
        if not (port := self._settings.metrics_port):
            return lambda: None
        server, thread = measures.serve(self._settings.gateway_metrics_host, port)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop


def create_app(settings: GatewaySettings | None = None, table: RoleTable | None = None) -> Gateway:
    settings = settings or GatewaySettings()
    return Gateway(settings, table or RoleTable.load(settings.gateway_role_table))


def server_config(app: Gateway, settings: GatewaySettings) -> uvicorn.Config:
    """How it has to be run. Proxy headers are read by the gateway itself, and only from proxies that are trusted."""
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": BoundedHttp,
        "ws": "none",
        "lifespan": "on",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "log_config": None,
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": 10,
        "backlog": 1024,
    }
    return uvicorn.Config(app, **options)


def run() -> None:
    settings = GatewaySettings()
    configure_logging("gateway", settings.log_level)
    app = create_app(settings)
    settle()
    uvicorn.Server(server_config(app, settings)).run()
