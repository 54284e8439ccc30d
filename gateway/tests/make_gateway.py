"""Real servers on loopback for the gateway's tests: services that do as their path says, and a gateway before them."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import uvicorn

from assay_kit import tokens
from gateway.main import create_app, server_config
from gateway.role_table import RoleTable
from gateway.settings import GatewaySettings

KEY = tokens.new_private_key()
OTHER_KEY = tokens.new_private_key()
SERVICES = ("directory", "dps-admission", "assessment", "risk", "portal")
ISSUER = "https://assay.test"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

TABLE: dict[str, Any] = {
    "directory": {
        "/v1/token": {"POST": {"rights": "public"}},
        "/v1/jwks.json": {"GET": {"rights": "public"}},
        "/v1/revocations": {"GET": {"rights": "public"}},
        "/v1/demo/clock": {"GET": {"rights": ["administrator"]}, "POST": {"rights": ["administrator"]}},
        "/v1/echo": {method: {"rights": "public"} for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
        "/v1/echo/trickle": {"GET": {"rights": "public"}},
        "/v1/evidence": {"POST": {"rights": [], "traffic": "files"}},
        "/v1/evidence/{evidence_id}": {"GET": {"rights": [], "traffic": "files"}},
        "/v1/feed": {"GET": {"rights": ["feed:read"], "traffic": "long_poll"}},
    },
    "risk": {
        "/v1/bands": {"GET": {"rights": ["compliance_officer", "bands:read"]}},
        "/v1/bands/{care_service_id}": {"GET": {"rights": ["compliance_officer"]}, "PUT": {"rights": []}},
        "/v1/bands/export": {"GET": {"rights": ["auditor"]}},
        "/v1/{anything}/hang": {"GET": {"rights": "public"}, "POST": {"rights": "public", "traffic": "files"}},
        "/v1/trickle": {"GET": {"rights": "public"}},
        "/v1/big": {"GET": {"rights": "public"}},
        "/v1/half": {"GET": {"rights": "public"}},
        "/v1/rubbish": {"GET": {"rights": "public"}},
        "/v1/refusing": {"POST": {"rights": "public", "traffic": "files"}},
    },
}


class FakeService:
    """Answers as its path says, and remembers who came."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[Scope] = []
        self.gave_up = threading.Event()
        self.go_on = threading.Event()
        self.revoked: list[str] = []
        self.largest_chunk = 0
        self.asked_for_revocations = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] not in ("/v1/jwks.json", "/v1/revocations", "/ready", "/openapi.json"):
            self.seen.append(scope)
        last = scope["path"].rpartition("/")[2]
        answer = getattr(self, f"_{last.partition('.')[0]}", self._echo)
        await answer(scope, receive, send)

    async def _jwks(self, _: Scope, __: Receive, send: Send) -> None:
        await send_json(send, {"keys": [tokens.public_part(KEY)]})

    async def _revocations(self, _: Scope, __: Receive, send: Send) -> None:
        self.asked_for_revocations += 1
        await send_json(send, {"revoked": self.revoked})

    async def _ready(self, _: Scope, __: Receive, send: Send) -> None:
        await send_json(send, {"status": "ready"})

    async def _odd(self, _: Scope, __: Receive, send: Send) -> None:
        """An answer in JSON that nobody had thought of."""
        self.asked_for_revocations += 1
        await send_json(send, ["what", {"keys": 3}])

    async def _openapi(self, _: Scope, __: Receive, send: Send) -> None:
        await send_json(send, openapi_of(self.name))

    async def _echo(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        said = {
            "service": self.name,
            "method": scope["method"],
            "raw_path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
            "body": body.decode("latin-1"),
        }
        await send_json(send, said, [(b"x-powered-by", b"fake"), (b"server", b"fake"), (b"set-cookie", b"a=1")])

    async def _evidence(self, _: Scope, receive: Receive, send: Send) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            self.largest_chunk = max(self.largest_chunk, len(message.get("body", b"")))
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        await send_json(send, {"size": size})

    async def _refusing(self, _: Scope, __: Receive, send: Send) -> None:
        """Says no without listening to the end."""
        await send_json(send, {"title": "no"}, status=409)

    async def _big(self, scope: Scope, _: Receive, send: Send) -> None:
        chunk = bytes(64 * 1024)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _each in range(int(scope["query_string"] or b"16")):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _trickle(self, _: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"1", "more_body": True})
        while not self.go_on.is_set():
            await asyncio.sleep(0.01)
        await send({"type": "http.response.body", "body": b"2"})

    async def _half(self, _: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    async def _hang(self, _: Scope, receive: Receive, __: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.gave_up.set()


async def send_json(
    send: Send, document: Any, headers: list[tuple[bytes, bytes]] | None = None, status: int = 200
) -> None:
    body = json.dumps(document).encode()
    own = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": own + (headers or [])})
    await send({"type": "http.response.body", "body": body})


def openapi_of(name: str) -> dict[str, Any]:
    """Two services that share one component, differ in another, and one that leads to the differing one."""
    reference = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wrapped"}}}}
    operation = {
        "operationId": "list_things",
        "summary": "List <things>",
        "tags": ["things"],
        "security": [{"bearer": ["auditor"]}],
        "x-roles": ["auditor"],
        "responses": {"200": {"description": "Things", **reference}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1"},
        "paths": {
            "/v1/things": {"get": operation},
            "/v1/token": {"post": {"operationId": "take_token", "responses": {"200": {"description": "Token"}}}},
            "/events": {"post": {"operationId": "receive_event", "responses": {}}},
            "/internal/clock": {"get": {"operationId": "read_clock", "responses": {}}},
        },
        "components": {
            "schemas": {
                "Problem": {"type": "object"},
                "Thing": {"type": "object", "title": f"Thing of {name}"},
                "Wrapped": {"properties": {"thing": {"$ref": "#/components/schemas/Thing"}}},
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def token(
    *roles: str,
    scopes: tuple[str, ...] = (),
    subject: str = "ann",
    minutes: int = 15,
    issuer: str = ISSUER,
    audience: str = "assay",
    session: str = "",
    key: Mapping[str, Any] = KEY,
) -> str:
    claims = tokens.claims_for(
        issuer=issuer,
        audience=audience,
        subject=subject,
        name=subject,
        minutes=minutes,
        roles=roles,
        scopes=scopes,
        session=session,
    )
    return tokens.sign(claims, key)


def bearer(*roles: str, **more: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(*roles, **more)}"}


class Running:
    """A gateway and the services behind it."""

    def __init__(self, port: int, services: Mapping[str, FakeService]) -> None:
        self.port = port
        self.services = services
        self.url = f"http://127.0.0.1:{port}"

    def seen(self, service: str = "directory") -> list[Scope]:
        return self.services[service].seen

    def send_raw(self, request: bytes, *, until_closed: bool = True, patience: float = 5) -> bytes:
        """What comes back for exactly these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as connection:
            connection.sendall(request)
            answer = b""
            try:
                while chunk := connection.recv(65_536):
                    answer += chunk
                    if not until_closed and b"\r\n\r\n" in answer:
                        return answer
            except ConnectionResetError:
                return answer
            return answer

    def get_raw(self, target: str) -> bytes:
        return self.send_raw(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1"))


def until(what: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def free_socket() -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    return listening


@contextmanager
def serving(config: uvicorn.Config, listening: socket.socket) -> Iterator[uvicorn.Server]:
    """A uvicorn server in a thread of its own, from when it has started until the end of the block."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < until
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


@contextmanager
def serving_fakes(names: tuple[str, ...] = SERVICES) -> Iterator[tuple[dict[str, FakeService], dict[str, str]]]:
    """The services by name, and the environment that tells where they are."""
    services = {name: FakeService(name) for name in names}
    with ExitStack() as stack:
        ports = {}
        for name, service in services.items():
            listening = free_socket()
            ports[name] = listening.getsockname()[1]
            config = uvicorn.Config(
                service,
                lifespan="off",
                ws="none",
                log_level="critical",
                access_log=False,
                timeout_graceful_shutdown=1,
            )
            stack.enter_context(serving(config, listening))
        environment = {
            f"ASSAY_URL_{name.upper().replace('-', '_')}": f"http://127.0.0.1:{port}" for name, port in ports.items()
        }
        yield services, environment


def settings(**more: Any) -> GatewaySettings:
    defaults = {
        "public_url": ISSUER,
        "gateway_metrics_port": 0,
        "gateway_revocation_seconds": 0.1,
        "gateway_rate_per_minute": 1_000_000,
        "gateway_page_rate_per_minute": 1_000_000,
        "gateway_sign_in_rate_per_minute": 1_000_000,
    }
    return GatewaySettings(**{**defaults, **more})


@contextmanager
def serving_gateway(services: Mapping[str, FakeService], **more: Any) -> Iterator[Running]:
    """A gateway in a thread; the environment has to say already where the services are."""
    own = settings(**more)
    listening = free_socket()
    config = server_config(create_app(own, RoleTable(TABLE)), own)
    with serving(config, listening):
        yield Running(listening.getsockname()[1], services)
