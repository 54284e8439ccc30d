"""How one service calls another: with a client-credentials token of its own, made anew before it expires."""

import time
from collections.abc import Generator

import httpx

from assay_kit.settings import Settings

_RENEW_SECONDS_BEFORE = 60


class ClientCredentials(httpx.Auth):
    """Signs requests with a token for `name` (RFC 6749 section 4.4); asks for a new one when it is refused."""

    requires_response_body = True

    def __init__(self, settings: Settings, name: str) -> None:
        self._url = settings.service_url("directory") + "/v1/token"
        self._name = name
        self._settings = settings
        self._token = ""
        self._until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if time.time() > self._until - _RENEW_SECONDS_BEFORE:
            self._keep((yield self._ask()))
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._keep((yield self._ask()))
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _ask(self) -> httpx.Request:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._name,
            "client_secret": self._settings.secret(f"client-{self._name}"),
        }
        return httpx.Request("POST", self._url, data=form)

    def _keep(self, response: httpx.Response) -> None:
        response.raise_for_status()
        said = response.json()
        self._token, self._until = said["access_token"], time.time() + int(said["expires_in"])


def caller(settings: Settings, name: str, *, timeout: float = 10.0) -> httpx.Client:
    """A client for service `name` to call others with. Safe to share between threads; close it when done."""
    return httpx.Client(auth=ClientCredentials(settings, name), timeout=timeout)
