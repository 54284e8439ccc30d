"""A published rating is taken back by two people, in favour of another."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.identity import Principal
from assay_kit.timeline import take
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred
from assessment.assessments.events import tell_published, tell_withdrawn, write_to
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import LIFE, Status, Step
from assessment.frameworks.repository import Frameworks
from assessment.programme.actions import expect_next
from assessment.remedial_actions.withdrawing import withdraw_plan
from assessment.tables import Assessment

from .errors import AnotherWithdrawal, NotPublished, WithdrawalNotProposed, WithdrawalProposed
from .rules import bars_to_approving_withdrawal, bars_to_refusing_withdrawal, bars_to_replacement
from .tables import Withdrawal


def propose_withdrawal(
    session: Session, assessment_id: UUID, *, replacement_id: UUID, reason: str, by: Principal, now: datetime
) -> Withdrawal:
    """Propose that another published rating of the same service takes this one's place."""
    assessments = Assessments(session)
    assessments.lock_together(assessment_id, replacement_id)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    if assessment.status != Status.PUBLISHED:
        raise NotPublished
    if withdrawal_of(session, assessment_id) is not None:
        raise WithdrawalProposed
    published = [row.id for row in assessments.published(assessment.care_service_id)]
    if bars := bars_to_replacement(replaced=assessment_id, replacement=replacement_id, published=published):
        raise Barred(bars)
    detail = {"replacement_id": str(replacement_id)}
    step = Step.PROPOSE_WITHDRAWAL
    take(session, assessment, step, LIFE, by=by, now=now, reason=reason, detail=detail, **of(assessment))
    proposal = Withdrawal(
        assessment_id=assessment_id,
        replacement_id=replacement_id,
        reason=reason,
        proposed_by=by.subject,
        proposed_name=by.name,
        proposed_at=now,
    )
    session.add(proposal)
    session.flush()
    write_to(
        session,
        Recipient(role=Role.COMMISSIONING_MANAGER),
        "withdrawal_proposed",
        about=proposal.id,
        now=now,
        reference=assessment.reference,
    )
    return proposal


def withdraw(session: Session, assessment_id: UUID, *, proposal_id: UUID, by: Principal, now: datetime) -> Assessment:
    """Withdraw what another person proposed to withdraw. Both assessments stay; the rating that now stands is told."""
    assessments = Assessments(session)
    assessments.get(assessment_id, by=by)
    assessments.lock_together(assessment_id, _approved(session, assessment_id, proposal_id).replacement_id)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    proposal = _approved(session, assessment_id, proposal_id)  # it may have been turned down before the lock
    if bars := bars_to_approving_withdrawal(by.subject, proposal.proposed_by):
        raise Barred(bars)
    rows = assessments.published(assessment.care_service_id)
    published = [row.id for row in rows]
    if bars := bars_to_replacement(replaced=assessment_id, replacement=proposal.replacement_id, published=published):
        raise Barred(bars)
    proposal.approved_by, proposal.approved_name, proposal.approved_at = by.subject, by.name, now
    session.flush()  # the database lets a rating be withdrawn only once this is said
    assessment.replacement_id = proposal.replacement_id
    take(session, assessment, Step.WITHDRAW, LIFE, by=by, now=now, reason=proposal.reason, **of(assessment))
    tell_withdrawn(session, assessment, proposal.replacement_id, now)
    withdraw_plan(session, assessment, by=by, now=now)
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "rating_withdrawn",
        about=assessment.id,
        now=now,
        reference=assessment.reference,
        reason=proposal.reason,
    )
    if rows[0].id == assessment_id:
        _stand_again(session, rows[1], now)
    return assessment


def _approved(session: Session, assessment_id: UUID, proposal_id: UUID) -> Withdrawal:
    """The proposal that stands, where it is the one that somebody approves."""
    proposal = withdrawal_of(session, assessment_id)
    if proposal is None:
        raise WithdrawalNotProposed
    if proposal.id != proposal_id:
        raise AnotherWithdrawal
    return proposal


def refuse_withdrawal(
    session: Session, assessment_id: UUID, *, reason: str, by: Principal, now: datetime
) -> Withdrawal:
    """Turn a proposal down, or take one's own back: the rating stands, and another withdrawal may be proposed."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    proposal = withdrawal_of(session, assessment_id)
    if proposal is None:
        raise WithdrawalNotProposed
    is_manager = by.has(Role.COMMISSIONING_MANAGER)
    if bars := bars_to_refusing_withdrawal(by.subject, proposal.proposed_by, is_manager=is_manager):
        raise Barred(bars)
    take(session, assessment, Step.REFUSE_WITHDRAWAL, LIFE, by=by, now=now, reason=reason, **of(assessment))
    proposal.refused_by, proposal.refused_name = by.subject, by.name
    proposal.refused_at, proposal.refused_because = now, reason
    session.flush()
    return proposal


def _stand_again(session: Session, assessment: Assessment, now: datetime) -> None:
    """An older rating stands again: it is told, since it may never have been, and the next assessment is due after
    it."""
    frameworks = Frameworks(session)
    tell_published(session, assessment, frameworks.versions().get(assessment.framework_id), now)
    _, current = frameworks.current()
    framework = frameworks.of(assessment.framework_id) if assessment.framework_id else current
    expect_next(session, assessment, framework, now)


def withdrawal_of(session: Session, assessment_id: UUID) -> Withdrawal | None:
    """The proposal that stands, approved or not; what was refused does not."""
    wanted = select(Withdrawal).where(Withdrawal.assessment_id == assessment_id, col(Withdrawal.refused_at).is_(None))
    return session.exec(wanted.execution_options(populate_existing=True)).one_or_none()
