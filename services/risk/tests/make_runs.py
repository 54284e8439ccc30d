"""Asks for trials of scoring models and has them worked out, as people and the minute's work do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi.testclient import TestClient
from make_risk import ClientAs
from sqlmodel import Session

from assay_contracts.roles import Role
from risk.model_runs.actions import work_on


def tried(client: TestClient, session: Session, kind: str, wanted: dict[str, Any]) -> Any:
    """The finished run, a dry run with the first of its changes."""
    made = client.post(f"/v1/{kind}", json=wanted)
    assert made.status_code == 201, made.text
    work_on(session, datetime.fromisoformat(made.json()["asked_at"]))
    run = client.get(f"/v1/{kind}/{made.json()['id']}").json()
    assert (run["failure"], run["finished_at"] is not None) == (None, True)
    if kind == "dry-runs":
        run["changes"] = client.get(f"/v1/dry-runs/{run['id']}/changes", params={"limit": 200}).json()["items"]
    return run


def dry_run(
    session: Session,
    client_as: ClientAs,
    version: int,
    on: str | None = None,
    role: Role = Role.COMMISSIONING_MANAGER,
) -> Any:
    return tried(client_as(role, name="Reader"), session, "dry-runs", {"version": version, "on": on})


def outcome_check(
    session: Session,
    client_as: ClientAs,
    version: int,
    period: Mapping[str, str],
    role: Role = Role.COMMISSIONING_MANAGER,
) -> Any:
    return tried(client_as(role, name="Reader"), session, "outcome-checks", {"version": version, **period})


def as_of(run: dict[str, Any]) -> dict[str, Any]:
    """What a run says, without when it was worked out and how long that took."""
    left_out = {"id", "asked_at", "finished_at", "working_seconds", "worked_out_at"}
    return {name: said for name, said in run.items() if name not in left_out}
