"""How every register is asked: one connection pool, a timeout, a pace, retries that heed `Retry-After`, and a circuit.

A register that fails again and again is left alone for a while; what it last said stays in the database.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import stamina

_BUSY = frozenset({429, 500, 502, 503, 504})
_LONGEST_WAIT_SECONDS = 30.0
_LONGEST_TRY_SECONDS = 45.0  # retries included
_NOT_US = frozenset({401, 403})


class RegisterUnavailable(Exception):
    """The register does not answer, or not sensibly."""


class RegisterRefuses(Exception):
    """The register refuses us: our credentials are wrong, whatever we ask for. Asking again changes nothing."""


class KeyRefused(Exception):
    """The register refuses to answer about one key; it may answer about the others."""


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How a register wants to be asked. `per_minute`: requests a minute at most. Times are in seconds."""

    timeout: float = 10.0
    attempts: int = 4
    per_minute: int = 600
    opens_after: int = 5
    closes_after: float = 60.0


@dataclass
class _Pace:
    """Leaves at least `gap` seconds between two requests, whoever asks."""

    gap: float
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, sleep: Callable[[float], None]) -> None:
        with self._lock:
            now = time.monotonic()
            pause = max(self._next - now, 0.0)
            self._next = max(self._next, now) + self.gap
        if pause:
            sleep(pause)


class RegisterHttp:
    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        manners: Manners | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._manners = manners or Manners()
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"), headers=dict(headers or {}), auth=auth, timeout=self._manners.timeout
        )
        self._sleep = sleep
        self._pace = _Pace(60 / self._manners.per_minute)
        self._failures = 0
        self._open_until = 0.0

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> dict[str, Any] | None:
        """The JSON object at `path`; None where the register answers 404.

        Raises RegisterUnavailable once retries are used up (or at once while the circuit is open), RegisterRefuses
        where it will not have us, KeyRefused for any other refusal.
        """
        if time.monotonic() < self._open_until:
            raise RegisterUnavailable("It failed again and again, and is left alone for a while.")
        try:
            response = self._ask(path, params)
        except httpx.HTTPError as error:
            self._count_failure()
            raise RegisterUnavailable(f"{path}: {error!r}") from error
        self._failures = 0
        return _object(response, path)

    def close(self) -> None:
        self._http.close()

    def _ask(self, path: str, params: Mapping[str, str | int] | None) -> httpx.Response:
        for attempt in stamina.retry_context(
            on=_pause_before_retry,
            attempts=self._manners.attempts,
            timeout=_LONGEST_TRY_SECONDS,
            wait_initial=0.2,
            wait_max=10.0,
        ):
            with attempt:
                self._pace.wait(self._sleep)
                response = self._http.get(path, params=dict(params or {}))
                if response.status_code in _BUSY:
                    response.raise_for_status()
                return response
        raise AssertionError("a retry context ends by returning or raising")

    def _count_failure(self) -> None:
        self._failures += 1
        if self._failures >= self._manners.opens_after:
            self._open_until = time.monotonic() + self._manners.closes_after
            self._failures = 0


def _object(response: httpx.Response, path: str) -> dict[str, Any] | None:
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    if response.status_code in _NOT_US:
        raise RegisterRefuses(f"{path}: it answered {response.status_code}.")
    if response.is_error or response.is_redirect:
        raise KeyRefused(f"{path}: it answered {response.status_code}.")
    try:
        body = storable(response.json(parse_constant=lambda _: None))
    except (ValueError, RecursionError) as error:
        raise RegisterUnavailable(f"{path}: it answered something that is not JSON.") from error
    if not isinstance(body, dict):
        raise RegisterUnavailable(f"{path}: it answered JSON that is no object.")
    return body


def storable(said: Any) -> Any:
    """What a register said, without the characters that no database keeps as text: NUL, and halves of surrogates."""
    if isinstance(said, str):
        return said.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    if isinstance(said, list):
        return [storable(each) for each in said]
    if isinstance(said, dict):
        return {storable(name): storable(value) for name, value in said.items()}
    return said


def _pause_before_retry(error: Exception) -> bool | float:
    """Whether to ask again, and after how many seconds where the register says so."""
    if isinstance(error, httpx.HTTPStatusError):
        said = error.response.headers.get("Retry-After", "")
        return min(float(said), _LONGEST_WAIT_SECONDS) if said.isdigit() else True
    return isinstance(error, httpx.TransportError)
