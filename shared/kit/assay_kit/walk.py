"""One walk over every operation of a service: a stranger gets 401, a wrong role 403, another provider 404.

A 404 counts only for an object whose owner gets 2xx for the same call, so every operation needs a known call that
succeeds; an operation without one fails the walk. The same known calls let the contract test see every declared status.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlmodel import Session

from assay_kit.clock import business_now
from assay_kit.doors import METHODS, rights_of
from assay_kit.events import Envelope
from assay_kit.keys import GivenKeys
from assay_kit.service import Service, create_service
from assay_kit.settings import Mode, Settings

ClientAs = Callable[..., TestClient]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that succeeds, and who makes it. `body` is sent as JSON; `content` as it is, with `headers`.

    `subject`: the caller's id, where it is not enough that people of different names are different people.

    `hidden_from_others`: the object belongs to one provider, so that another provider gets 404 for this call, whoever
    made it here.

    `shared_because`: why every provider may see what others of the operation's rights may see.
    """

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    roles: Sequence[str] = ()
    scopes: Sequence[str] = ()
    org: UUID | None = None
    name: str = "Known Caller"
    subject: str | None = None
    hidden_from_others: bool = False
    shared_because: str = ""


KnownCalls = Mapping[str, Callable[[Session], Call]]
"""operation_id -> makes what the call needs in the session, and gives the call."""


def _an_event(_: Session) -> Call:
    event = Envelope(
        id=uuid4(), source="/elsewhere", type="elsewhere.something_happened.v1", subject=uuid4(), time=_THEN, data={}
    )
    return Call(body=event.model_dump(mode="json"), scopes=["events:deliver"])


_THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _soon(session: Session) -> str:
    """A day on from business time, wherever earlier calls have moved it."""
    return (business_now(session, Settings(mode=Mode.DEMONSTRATION)) + timedelta(days=1)).isoformat()


_CLOCK = ["clock:advance"]

INSIDE_CALLS: KnownCalls = {
    "health": lambda _: Call(),
    "ready": lambda _: Call(),
    "metrics": lambda _: Call(),
    "receive_event": _an_event,
    "read_event_log": lambda _: Call(scopes=["events:read"]),
    "read_inner_clock": lambda _: Call(scopes=_CLOCK),
    "set_inner_clock": lambda session: Call(scopes=_CLOCK, body={"to": _soon(session), "is_running": False}),
    "do_due": lambda session: Call(scopes=_CLOCK, body={"now": _soon(session)}),
    "read_pending": lambda _: Call(scopes=_CLOCK),
}
"""The known calls of what the kit itself answers in every service."""


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    rights: tuple[str, ...] | None
    has_body: bool

    def __str__(self) -> str:
        return self.id


def operations_of(service: Service) -> list[Operation]:
    """Every operation in the OpenAPI document of `service` (no database is needed)."""
    keys = GivenKeys({}, issuer="", audience="")
    app = create_service(service, Settings(), keys=keys, engine=create_engine("postgresql+psycopg://"))
    found = [
        Operation(operation["operationId"], method.upper(), path, rights_of(operation), "requestBody" in operation)
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert found, "the document names no operation"
    return found


def send(client: TestClient, operation: Operation, call: Call) -> httpx.Response:
    """Make the call as whoever the client is."""
    path = operation.path.format(**{name: str(value) for name, value in call.path.items()})
    answer: httpx.Response = client.request(
        operation.method,
        path,
        params=dict(call.query),
        json=call.body if call.content is None else None,
        content=call.content,
        headers=dict(call.headers),
    )
    return answer


def turn_away_strangers(operation: Operation, client_as: ClientAs) -> None:
    """401, a problem document, even with a body that is no JSON."""
    unknown = Call(
        path=_unknown(operation),
        content=b"{" if operation.has_body else None,
        headers={"content-type": "application/json"},
    )
    answer = send(client_as(), operation, unknown)
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def turn_away_wrong_roles(operation: Operation, client_as: ClientAs, every_role: Sequence[str]) -> None:
    """403 for each role that the operation does not name (no role is wrong where any will do), and for a machine
    without the scope.
    """
    assert operation.rights is not None
    wrong = [role for role in every_role if role not in operation.rights] if operation.rights else []
    callers = [client_as(role, name=role) for role in wrong] + [client_as(scopes=("nothing:at-all",))]
    for caller in callers:
        answer = send(caller, operation, Call(path=_unknown(operation)))
        assert answer.status_code == 403, (answer.status_code, answer.text)


def hide_from_others(
    operation: Operation, client_as: ClientAs, session: Session, calls: KnownCalls, provider_roles: Sequence[str]
) -> None:
    """Another provider gets 404 where the known caller gets 2xx for the very same call.

    `provider_roles`: the roles that people of providers hold. Wherever one of them may call an operation on one
    object, the known call says that the object is hidden from others, or why all providers share it.
    """
    assert operation.id in calls, f"{operation.id} has no known call that succeeds"
    call = calls[operation.id](session)
    callers = _provider_callers(operation, provider_roles)
    if call.hidden_from_others:
        assert not call.shared_because, f"{operation.id}: hidden or shared, not both"
        for role in callers or call.roles:
            other = client_as(role, scopes=tuple(call.scopes), org=uuid4(), name="Another Provider")
            refused = send(other, operation, call)
            assert refused.status_code == 404, (role, refused.status_code, refused.text)
    elif "{" in operation.path and callers:
        assert call.shared_because, f"{operation.id}: say that it is hidden from others, and prove it"
    answer = send(caller_of(call, client_as), operation, call)
    assert answer.is_success, (answer.status_code, answer.text)


def caller_of(call: Call, client_as: ClientAs) -> TestClient:
    if not call.roles and not call.scopes and call.org is None:
        return client_as()
    return client_as(*call.roles, scopes=tuple(call.scopes), org=call.org, name=call.name, subject=call.subject)


def _provider_callers(operation: Operation, provider_roles: Sequence[str]) -> list[str]:
    """The provider roles that may call it; all of them where any role is enough, none where anybody may."""
    if operation.rights is None:
        return []
    return [str(role) for role in provider_roles if not operation.rights or role in operation.rights]


def _unknown(operation: Operation) -> dict[str, str]:
    names = [part[1:-1].partition(":")[0] for part in operation.path.split("/") if part.startswith("{")]
    return {name: str(uuid4()) for name in names}
