"""Holds a service to its own OpenAPI document with schemathesis, and asserts that every declared status was seen."""

import atexit
import json
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi import converter
from sqlalchemy import Engine, create_engine, make_url
from sqlmodel import Session

from assay_contracts.roles import Role, Scope
from assay_kit.clock import real_now, set_clock
from assay_kit.database import database_url
from assay_kit.pagination import START
from assay_kit.service import Service, create_service
from assay_kit.settings import Mode, Settings
from assay_kit.testing import given_keys, make_database, token_for
from assay_kit.walk import INSIDE_CALLS, Call, KnownCalls, Operation, operations_of

EVERYBODY = [str(role) for role in Role]
EVERYTHING = tuple(str(scope) for scope in Scope)
_TOKEN_SECONDS = 300

# What schemathesis' own idea of a well-answered valid request leaves out: a stale edit is refused with 412.
_ALSO_EXPECTED = ["2xx", "401", "403", "404", "409", "412"]


# Schemathesis writes a text's greatest length into its pattern as well, and half a second goes by whenever a pattern
# with `{0,19999}` in it is compiled. The length itself stays in the schema, and is what text is made by.
vars(converter)["update_quantifier"] = lambda pattern, *_: pattern

load_all_checks()
schemathesis.openapi.format("cursor", st.just(START))
schemathesis.openapi.format("etag", st.sampled_from(["*", '"1"']))
_ABOUT_ANSWERS: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)


_ONLY_IN_PRODUCTION = {
    "set_inner_clock 404": "answered only outside demonstration mode; a test of the kit has it",
    "do_due 404": "answered only outside demonstration mode; a test of the kit has it",
}


class Contract:
    """One service, held to its document. Statuses seen are kept; a service's tests run in one process."""

    def __init__(
        self, service: Service, calls: KnownCalls, *, also_expected: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """`also_expected`: path -> statuses with which a request that fits its schema may be refused there."""
        self.service = service
        self.calls = {**INSIDE_CALLS, **calls}
        self.settings = Settings(mode=Mode.DEMONSTRATION, database_url="", home=_home())
        self.seen: dict[str, set[str]] = defaultdict(set)
        self._headers: dict[Any, dict[str, str]] = {}
        self._url = ""
        self.app = self._make_app()
        config = schemathesis.Config.from_dict(
            {
                "checks": {"positive_data_acceptance": {"expected-statuses": _ALSO_EXPECTED}},
                "generation": {"with-security-parameters": False},
                "operations": [
                    {
                        "include-path": path,
                        "checks": {"positive_data_acceptance": {"expected-statuses": [*_ALSO_EXPECTED, *statuses]}},
                    }
                    for path, statuses in (also_expected or {}).items()
                ],
            }
        )
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", self.app, config=config)

    def _make_app(self) -> FastAPI:
        """The application on a database that is made when the first test runs, not when the tests are collected."""
        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(self._url))
        return create_service(self.service, self.settings, keys=given_keys(self.settings), engine=engine)

    @property
    def engine(self) -> Engine:
        engine: Engine = self.app.state.engine
        return engine

    @cached_property
    def operations(self) -> list[Operation]:
        return operations_of(self.service)

    def database(self, settings: Settings) -> Iterator[None]:
        """For a module-scoped fixture: a database of this contract's own."""
        own = settings.model_copy(update={"database_prefix": f"{settings.database_prefix}_contract"})
        make_database(own, self.service)
        url = make_url(database_url(own, self.service.name)).set(drivername="postgresql")
        self._url = url.render_as_string(hide_password=False)
        with Session(self.engine) as session, session.begin():
            set_clock(session, real_now(), is_running=True)
        yield
        self.engine.dispose()

    def headers(self, *roles: str, **who: Any) -> dict[str, str]:
        """Signing takes longer than many an answer: who asks again asks with the same token, for some minutes."""
        asks = (roles, tuple(sorted(who.items())), int(time.monotonic() // _TOKEN_SECONDS))
        if asks not in self._headers:
            self._headers[asks] = {"Authorization": f"Bearer {token_for(self.settings, *roles, **who)}"}
        return self._headers[asks]

    def check(self, case: schemathesis.Case[Any]) -> None:
        """One generated request, as somebody who may do everything: every check of schemathesis holds."""
        if roles := os.environ.get("ASSAY_CONTRACT_ROLE"):
            headers = self.headers(roles)
        else:
            headers = self.headers(*EVERYBODY, scopes=EVERYTHING, name="Fuzzer")
        response = case.call_and_validate(headers=headers)
        self._see(case.operation.definition.raw["operationId"], response.status_code)

    def check_known(self, operation: Operation) -> None:
        """The known call, as its owner twice, as nobody, as a wrong role and for an object that is not there."""
        with Session(self.engine, info={"service": self.service}, expire_on_commit=False) as session, session.begin():
            assert operation.id in self.calls, f"{operation.id} has no known call"
            call = self.calls[operation.id](session)
        who = {"scopes": tuple(call.scopes), "org": call.org, "name": call.name, "subject": call.subject}
        owner = self.headers(*call.roles, **who)
        first = self._send(operation, call, owner if operation.rights is not None else {})
        assert 200 <= first < 300, f"{operation.id}: the known call got {first}"
        self._send(operation, call, owner)
        self._probe(operation, call, owner)
        if operation.rights is not None:
            self._send(operation, call, {})
            self._send(operation, call, self.headers(scopes=("nothing:at-all",)))
        if _asks_for_a_version(self.schema[operation.path][operation.method].definition.raw):
            stale = {**call.headers, "if-match": '"999999999"'}
            self._send(operation, replace(call, headers=stale), owner)
        if call.path:
            missing = {name: "00000000-0000-7000-8000-000000000000" for name in call.path}
            self._send(operation, replace(call, path=missing), owner)

    def check_refused(self, operation_id: str, make: Callable[[Session], Call], status: int) -> None:
        """A call that is refused by rule, with exactly this status."""
        [operation] = [one for one in self.operations if one.id == operation_id]
        with Session(self.engine, info={"service": self.service}, expire_on_commit=False) as session, session.begin():
            call = make(session)
        who = {"scopes": tuple(call.scopes), "org": call.org, "name": call.name, "subject": call.subject}
        answered = self._send(operation, call, self.headers(*call.roles, **who) if operation.rights is not None else {})
        assert answered == status, f"{operation_id}: {answered} instead of {status}"

    def _probe(self, operation: Operation, call: Call, headers: Mapping[str, str]) -> None:
        """What a careless caller sends: a body that is no text, one of the wrong kind, an id that is none."""
        client = TestClient(self.app, headers={**call.headers, **headers, "content-type": "application/json"})
        path = {name: str(value) for name, value in call.path.items()}
        known = operation.path.format(**path)
        probes: list[tuple[str, bytes | None]] = [(known, b"\xff"), (known, b"[]")] if operation.has_body else []
        if call.path:
            content = None if call.body is None else json.dumps(call.body).encode()
            probes.append((operation.path.format(**dict.fromkeys(path, "not-an-id")), content))
        for address, content in probes:
            answer = client.request(operation.method, address, params=dict(call.query), content=content)
            assert answer.status_code in (400, 404, 409, 422) or answer.is_success, (address, answer.text)
            self._see(operation.id, answer.status_code)

    def _send(self, operation: Operation, call: Call, headers: Mapping[str, str]) -> int:
        described = self.schema[operation.path][operation.method]
        case = described.Case(
            path_parameters={name: str(value) for name, value in call.path.items()},
            query={name: str(value) for name, value in call.query.items()},
            headers=dict(call.headers),
            body=next((sent for sent in (call.content, call.body) if sent is not None), NOT_SET),
            media_type=_media_type(call),
        )
        response = case.call(headers={**call.headers, **headers})
        case.validate_response(response, checks=_ABOUT_ANSWERS)
        self._see(operation.id, response.status_code)
        return int(response.status_code)

    def _see(self, operation: str, status: int) -> None:
        self.seen[operation].add(str(status))

    def assert_every_declared_status_was_seen(self, excused: Mapping[str, str]) -> None:
        """`excused`: "operation_id status" -> why the tests cannot bring it about."""
        declared = {
            f"{operation['operationId']} {status}"
            for item in self.app.openapi()["paths"].values()
            for operation in item.values()
            for status in operation["responses"]
        }
        assert declared
        seen = {f"{operation} {status}" for operation, statuses in self.seen.items() for status in statuses}
        excused = {**_ONLY_IN_PRODUCTION, **excused}
        unseen = sorted(declared - seen - set(excused))
        assert not unseen, f"declared and never seen: {unseen}"
        stale = sorted(set(excused) & seen | set(excused) - declared)
        assert not stale, f"excused without need: {stale}"


def _home() -> Path:
    """For secrets and files, gone with the process: in the checkout `make up` would find what it did not make."""
    home = Path(tempfile.mkdtemp(prefix="assay-contract-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _asks_for_a_version(operation: Mapping[str, Any]) -> bool:
    return any(each.get("name", "").lower() == "if-match" for each in operation.get("parameters", ()))


def _media_type(call: Call) -> str | None:
    if call.content is not None:
        return call.headers.get("content-type")
    return None if call.body is None else "application/json"
