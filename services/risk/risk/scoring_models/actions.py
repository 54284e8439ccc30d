"""Drafts, edits and approves scoring models."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take
from assay_kit.versions import ensure_draft, publish, retire
from risk.bands.nights import refresh_soon
from risk.scoring_models.consistency import faults_of
from risk.scoring_models.errors import ApprovalBarred, PolicyContradictsItself
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import ScoringModels
from risk.scoring_models.rules import LIFE, Status, Step, bars_to_approving
from risk.scoring_models.schemas import ModelDraft
from risk.tables import ScoringModel


@dataclass
class _Standing:
    """A model as the timeline knows it: `publish` and `retire` of the kit set the row's own status."""

    id: UUID
    status: Status


def draft(session: Session, wanted: ModelDraft, *, by: Principal, now: datetime) -> ScoringModel:
    _hangs_together(wanted.policy)
    models = ScoringModels(session)
    model = ScoringModel(
        version=models.next_version(),
        title=wanted.title,
        change_note=wanted.change_note,
        policy=wanted.policy.model_dump(mode="json"),
        drafted_by=[by.subject],
        drafted_by_name=by.name,
        drafted_at=now,
    )
    models.add(model)
    begin(session, _Standing(model.id, Status.DRAFT), LIFE, by=by, now=now, step="draft", reason=wanted.change_note)
    return model


def edit(
    session: Session, version: int, wanted: ModelDraft, read: int | None, *, by: Principal, now: datetime
) -> ScoringModel:
    model = ScoringModels(session).get(version, lock=True)
    ensure_draft(model)
    check_match(read, model.edition)
    _hangs_together(wanted.policy)
    model.title, model.change_note = wanted.title, wanted.change_note
    model.policy = wanted.policy.model_dump(mode="json")
    model.drafted_by = sorted({*model.drafted_by, by.subject})
    model.drafted_by_name, model.drafted_at = by.name, now
    model.edition += 1
    session.flush()
    return model


def approve(session: Session, version: int, *, by: Principal, now: datetime) -> ScoringModel:
    """Publish a draft. It holds from now: the one before retires, and the estate is due to be worked out again."""
    models = ScoringModels(session)
    model = models.get(version, lock=True)
    if bars := bars_to_approving(drafted_by=model.drafted_by, by=by.subject):
        raise ApprovalBarred(bars)
    ensure_draft(model)
    before = models.published(lock=True)
    take(session, _Standing(before.id, Status(before.status)), Step.RETIRE, LIFE, by=by, now=now)
    retire(before, now=now)
    session.flush()
    take(session, _Standing(model.id, Status(model.status)), Step.APPROVE, LIFE, by=by, now=now)
    publish(model, content=model.policy, by=by, now=now)
    model.approved_by_name = by.name
    refresh_soon(session, f"scoring model {model.version}", now=now)
    session.flush()
    return model


def _hangs_together(policy: Policy) -> None:
    if faults := faults_of(policy):
        raise PolicyContradictsItself(faults)
