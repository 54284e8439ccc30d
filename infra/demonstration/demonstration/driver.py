"""People and machines that use Assay over HTTP: sign in, ask, and stop at the first wrong answer.

The demonstration data is loaded with it, straight at the services; the journey uses it through the gateway.
"""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from assay_kit.settings import Settings

_RENEW_SECONDS_BEFORE = 60
_PATIENCE_SECONDS = 60.0

Address = Callable[[str, str], str]
"""(service, path below /v1) -> URL."""


class WrongAnswer(AssertionError):
    """An answer that should not have been given. The message shows the call and the answer."""


def asked(http: httpx.Client, method: str, address: str, **rest: Any) -> httpx.Response:
    """Who asks more than is let through waits as long as the answers say, but not longer than a minute in all."""
    waited = 0.0
    while True:
        answer = http.request(method, address, **rest)
        seconds = float(answer.headers.get("retry-after", "1"))
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS or waited + seconds > _PATIENCE_SECONDS:
            return answer
        time.sleep(seconds)
        waited += seconds


def inside(settings: Settings) -> Address:
    """Straight to the services, as they do among themselves."""
    return lambda service, path: f"{settings.service_url(service)}/v1{path}"


def through_the_gateway(base: str) -> Address:
    return lambda service, path: f"{base}/api/{service}/v1{path}"


@dataclass
class Caller:
    """Somebody signed in. The token is renewed before it expires."""

    http: httpx.Client
    address: Address
    form: Mapping[str, str]
    name: str
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def get(self, service: str, path: str, **query: Any) -> Any:
        return self.call("GET", service, path, params=query)

    def post(self, service: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", service, path, json=body, headers=headers)

    def put(self, service: str, path: str, body: Any, **headers: str) -> Any:
        return self.call("PUT", service, path, json=body, headers=headers)

    def call(self, method: str, service: str, path: str, *, expected: int | None = None, **rest: Any) -> Any:
        """The answer's body. WrongAnswer unless it is a success, or the `expected` status."""
        response = self.send(method, service, path, **rest)
        is_right = response.is_success if expected is None else response.status_code == expected
        if not is_right:
            wanted = "a success" if expected is None else str(expected)
            raise WrongAnswer(
                f"{self.name}: {method} {service} {path} answered {response.status_code} instead of {wanted}: "
                f"{response.text[:2000]}"
            )
        is_json = response.content and "json" in response.headers.get("content-type", "")
        return response.json() if is_json else response.content

    def send(self, method: str, service: str, path: str, **rest: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token()}", **rest.pop("headers", {})}
        return asked(self.http, method, self.address(service, path), headers=headers, **rest)

    @property
    def subject(self) -> str:
        """Who the token says this is: what others name this person by."""
        return str(self._claims()["sub"])

    @property
    def known_as(self) -> str:
        """The person's name."""
        return str(self._claims()["name"])

    def _claims(self) -> dict[str, Any]:
        payload = self.token().split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims

    def token(self) -> str:
        if time.time() > self._until - _RENEW_SECONDS_BEFORE:
            response = asked(self.http, "POST", self.address("directory", "/token"), data=dict(self.form))
            if not response.is_success:
                raise WrongAnswer(f"{self.name} cannot sign in: {response.status_code} {response.text[:500]}")
            said = response.json()
            self._token, self._until = said["access_token"], time.time() + int(said["expires_in"])
        return self._token


class House:
    """A running Assay, as those see it who use it."""

    def __init__(self, address: Address, *, password: str, timeout: float = 60.0) -> None:
        self.http = httpx.Client(timeout=timeout, limits=httpx.Limits(max_keepalive_connections=20))
        self.address = address
        self.password = password
        self._callers: dict[str, Caller] = {}

    def person(self, email: str, password: str | None = None) -> Caller:
        """The person with this address, signed in when first needed."""
        form = {"grant_type": "password", "username": email, "password": password or self.password}
        return self._callers.setdefault(email, Caller(self.http, self.address, form, email))

    def forget(self, email: str) -> None:
        """Sign in anew next time: the password has changed."""
        self._callers.pop(email, None)

    def machine(self, name: str, secret: str) -> Caller:
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        return self._callers.setdefault(name, Caller(self.http, self.address, form, name))

    def anybody(self, method: str, service: str, path: str, **rest: Any) -> httpx.Response:
        """A call without a token."""
        return asked(self.http, method, self.address(service, path), **rest)

    def close(self) -> None:
        self.http.close()
