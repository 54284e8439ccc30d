"""Who is delivered to, and whether they answer at all: one that hangs holds one slot of the worker, not all of them."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


class SubscriberSilent(Exception):
    """It did not answer in time, and is being asked already; this delivery is tried again later."""


class Subscribers:
    """After a delivery that timed out, one delivery at a time asks again; the first answer opens the way for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent: set[str] = set()
        self._asked: Counter[str] = Counter()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Around one delivery to `name`. SubscriberSilent where it is silent and somebody asks it now."""
        with self._lock:
            if name in self._silent and self._asked[name]:
                raise SubscriberSilent(f"{name} does not answer.")
            self._asked[name] += 1
        is_silent = False
        try:
            yield
        except httpx.TimeoutException:
            is_silent = True
            raise
        finally:
            with self._lock:
                self._asked[name] -= 1
                if is_silent:
                    self._silent.add(name)
                else:
                    self._silent.discard(name)
