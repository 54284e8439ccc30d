"""Calls about trials of scoring models that succeed, and those of one that is not finished yet."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import make_risk as make
from calls_shared import PROPOSER, now_of
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.walk import Call
from risk.model_runs.rules import Kind
from risk.scoring_models.repository import ScoringModels
from risk.tables import ModelRun, ModelRunChange

LONG_AGO = "2005-01-05"


def run_of(session: Session, kind: Kind, *, is_finished: bool = True) -> UUID:
    """A run as it stands when it is finished, or before it was begun."""
    now, model = now_of(session), ScoringModels(session).get(1)
    run = ModelRun(
        kind=kind,
        version=model.version,
        edition=model.edition,
        policy=model.policy,
        compared_with=model.version if kind is Kind.DRY_RUN else None,
        first_day=date(2005, 1, 5),
        last_day=date(2005, 1, 5),
        at=now,
        is_in_full=True,
        asked_by=PROPOSER.subject,
        asked_by_name=PROPOSER.name,
        asked_at=now,
        service_count=1,
        done_count=1,
        tally={"now": {"green": 1}, "then": {"red": 1}, "changed": {"services": 1}},
        finished_at=now if is_finished else None,
    )
    session.add(run)
    session.flush()
    return run.id


def changed(session: Session) -> UUID:
    """A finished dry run that moves a service."""
    run_id, service = run_of(session, Kind.DRY_RUN), make.green_service(session)
    about: dict[str, Any] = {
        "care_service_id": service.id,
        "care_service_name": service.name,
        "provider_id": service.provider_id,
    }
    moved: dict[str, Any] = {
        "band_now": "green",
        "band_then": "red",
        "gravity": 1,
        "reasons_then": ["It was rated Poor."],
    }
    session.add(ModelRunChange(run_id=run_id, **about, **moved))
    session.flush()
    return run_id


def _manager(run_id: UUID | None = None, **more: Any) -> Call:
    return Call(path={"run_id": run_id} if run_id else {}, roles=[Role.COMMISSIONING_MANAGER], **more)


def unfinished(session: Session) -> Call:
    return _manager(run_of(session, Kind.DRY_RUN, is_finished=False))


PERIOD = {"first_day": LONG_AGO, "last_day": LONG_AGO}
RUN_CALLS: dict[str, Callable[[Session], Call]] = {
    "ask_for_dry_run": lambda _: _manager(body={"version": 1}),
    "list_dry_runs": lambda _: _manager(),
    "read_dry_run": lambda session: _manager(run_of(session, Kind.DRY_RUN)),
    "list_dry_run_changes": lambda session: _manager(changed(session)),
    "export_dry_run_changes": lambda session: _manager(changed(session)),
    "ask_for_outcome_check": lambda _: _manager(body={"version": 1, **PERIOD}),
    "list_outcome_checks": lambda _: _manager(),
    "read_outcome_check": lambda session: _manager(run_of(session, Kind.OUTCOME_CHECK)),
}
