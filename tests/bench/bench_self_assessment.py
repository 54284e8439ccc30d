"""A self-assessment: how long the service takes to save one answer, and to open the whole for whoever answers it and
for whoever validates it."""

import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

from anyio.from_thread import start_blocking_portal
from assessing import EVIDENCE, Filled, milliseconds_since, statements
from fastapi.testclient import TestClient
from make_assessment import DECLARATION
from measuring import Result, own_database
from sqlalchemy import Engine

from assay_contracts.roles import Role
from assessment.main import SERVICE

SAVES, OPENINGS = 300, 40
SAVE_MS, OPEN_MS, MOST_STATEMENTS = 40, 150, 12


def measure() -> Iterator[Result]:
    with own_database(SERVICE, pool_size=4) as (settings, engine), start_blocking_portal() as portal:
        filled = Filled(engine, settings, portal)
        against = f"{len(filled.answers)} questions, {EVIDENCE} items of evidence"
        saves = _save_again_and_again(filled)
        own, asked = _open(filled.provider, f"{filled.url}/answers", engine)
        _submit(filled)
        officer = filled.client(Role.COMPLIANCE_OFFICER, name="Oscar Officer")
        officer.post(f"{filled.url}/validation", json={}).raise_for_status()
        validating, asked_then = _open(officer, f"{filled.url}/validated-answers", engine)
    yield _at_most("save_p95_ms", _p95(saves), "ms", against, SAVE_MS)
    yield Result(name="self_assessment.save_p50_ms", value=median(saves), unit="ms", against=against)
    yield _at_most("open_p95_ms", _p95(own), "ms", against, OPEN_MS)
    yield _at_most("open_to_validate_p95_ms", _p95(validating), "ms", against, OPEN_MS)
    yield _at_most("open_statements", max(asked, asked_then), "statements", against, MOST_STATEMENTS)


def _save_again_and_again(filled: Filled) -> list[float]:
    taken = []
    for number in range(SAVES):
        which = number % len(filled.answers)
        body: dict[str, Any] = dict(filled.answers[which])
        url = f"{filled.url}/answers/{body.pop('question')}"
        version = number // len(filled.answers) + 1
        began = time.perf_counter()
        answer = filled.provider.put(url, json=body, headers={"If-Match": f'"{version}"'})
        taken.append(milliseconds_since(began))
        answer.raise_for_status()
    return taken


def _open(client: TestClient, url: str, engine: Engine) -> tuple[list[float], int]:
    """How long each opening took, and the most statements that one needed."""
    taken, most = [], 0
    for _ in range(OPENINGS):
        with statements(engine) as found:
            began = time.perf_counter()
            answer = client.get(url)
            taken.append(milliseconds_since(began))
        answer.raise_for_status()
        most = max(most, len(found))
    return taken, most


def _submit(filled: Filled) -> None:
    filled.provider.post(f"{filled.url}/submission", json=DECLARATION).raise_for_status()


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20)[-1]


def _at_most(name: str, value: float, unit: str, against: str, most: float) -> Result:
    return Result(
        name=f"self_assessment.{name}", value=value, unit=unit, against=against, target=most, more_is_better=False
    )
