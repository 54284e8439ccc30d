"""Drafts, edits and approves scoring models."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.etags import check_match
from assay_kit.freeze import content_hash
from assay_kit.identity import SYSTEM, Principal
from assay_kit.timeline import begin, take
from assay_kit.versions import ensure_draft, publish, retire
from risk.bands.nights import refresh_soon
from risk.scoring_models.consistency import faults_of
from risk.scoring_models.errors import ApprovalBarred, ModelApproved, PolicyContradictsItself
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import ScoringModels, policy_of, stage_of
from risk.scoring_models.rules import LIFE, Status, Step, bars_to_approving
from risk.scoring_models.schemas import Approval, ModelDraft
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
    if model.activates_at is not None:
        raise ModelApproved(version)
    check_match(read, model.edition)
    _hangs_together(wanted.policy)
    model.title, model.change_note = wanted.title, wanted.change_note
    model.policy = wanted.policy.model_dump(mode="json")
    model.drafted_by = sorted({*model.drafted_by, by.subject})
    model.drafted_by_name, model.drafted_at = by.name, now
    model.edition += 1
    session.flush()
    return model


def approve(session: Session, version: int, wanted: Approval, *, by: Principal, now: datetime) -> ScoringModel:
    """Approve the edition of a draft that was read, to come into force at once or at a moment to come. Nobody edits it
    from here on."""
    models = ScoringModels(session)
    model = models.get(version, lock=True)
    ensure_draft(model)
    check_match(wanted.edition, model.edition)
    _hangs_together(policy_of(model))  # it was drafted by what was asked of a model then
    activates_at = wanted.activates_at or now
    bars = bars_to_approving(
        drafted_by=model.drafted_by,
        by=by.subject,
        activates_at=activates_at,
        taken=[each.activates_at for each in models.approved()],
        is_its_dry_run=wanted.dry_run_id is None or models.is_dry_run_of(model, wanted.dry_run_id),
        now=now,
    )
    if bars:
        raise ApprovalBarred(bars)
    approved = {"edition": model.edition, "content_hash": content_hash(model.policy)}
    if wanted.dry_run_id is not None:
        approved["dry_run_id"] = str(wanted.dry_run_id)
    take(session, _standing(model), Step.APPROVE, LIFE, by=by, now=now, detail=approved)
    model.approved_by, model.approved_by_name, model.approved_at = by.subject, by.name, now
    model.activates_at, model.dry_run_id = activates_at, wanted.dry_run_id
    session.flush()
    if activates_at <= now:
        _activate(session, model, by=by, now=now)
    return model


def take_back(session: Session, version: int, reason: str, *, by: Principal, now: datetime) -> ScoringModel:
    """An approved model that is not in force yet is a draft again."""
    model = ScoringModels(session).get(version, lock=True)
    take(session, _standing(model), Step.TAKE_BACK, LIFE, by=by, now=now, reason=reason)
    model.approved_by = model.approved_by_name = model.approved_at = model.activates_at = model.dry_run_id = None
    session.flush()
    return model


def next_activation(session: Session) -> datetime | None:
    return min((each.activates_at for each in ScoringModels(session).approved() if each.activates_at), default=None)


def activate_due(session: Session, now: datetime) -> int:
    """Due work: the approved model whose moment has come. One at a time, in their order."""
    waiting = ScoringModels(session).approved(lock=True)
    due = [each for each in waiting if each.activates_at and each.activates_at <= now][:1]
    for model in due:
        _activate(session, model, by=SYSTEM, now=now)
    return len(due)


def _activate(session: Session, model: ScoringModel, *, by: Principal, now: datetime) -> None:
    """It holds from now: the one before retires, and the estate is due to be worked out again."""
    before = ScoringModels(session).published(lock=True)
    take(session, _standing(before), Step.RETIRE, LIFE, by=by, now=now)
    retire(before, now=now)
    session.flush()
    take(session, _standing(model), Step.ACTIVATE, LIFE, by=by, now=now)
    signed = Principal(subject=model.approved_by or by.subject, name=model.approved_by_name or by.name)
    publish(model, content=model.policy, by=signed, now=now)
    refresh_soon(session, f"scoring model {model.version}", now=now)
    session.flush()


def _standing(model: ScoringModel) -> _Standing:
    return _Standing(model.id, stage_of(model))


def _hangs_together(policy: Policy) -> None:
    if faults := faults_of(policy):
        raise PolicyContradictsItself(faults)
