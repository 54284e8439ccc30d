"""Reads and writes changes of circumstances and the decisions that they touch. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.identity import Principal
from dps_admission.applications.rules import OPEN
from dps_admission.evaluations.rules import DecisionKind
from dps_admission.locks import LOCK
from dps_admission.memberships.rules import LIVE
from dps_admission.tables import (
    Affirmation,
    Application,
    ChangedDecision,
    CircumstanceChange,
    Decision,
    LotApplication,
    Membership,
    Remedy,
    Representations,
    SuspensionCause,
)

from .errors import ChangedDecisionNotFound, ChangeNotFound
from .rules import NOT_FOR_PROVIDERS, ChangedStatus, ChangeKind


class Circumstances:
    def __init__(self, session: Session) -> None:
        self.session = session

    def seen_by(self, change_id: UUID, by: Principal) -> CircumstanceChange:
        found = self.session.get(CircumstanceChange, change_id)
        is_hidden = found is not None and by.is_provider and found.kind in NOT_FOR_PROVIDERS
        if found is None or is_hidden or not by.sees(found.provider_id):
            raise ChangeNotFound(change_id)
        return found

    def all_seen_by(self, by: Principal) -> SelectOfScalar[CircumstanceChange]:
        statement = select(CircumstanceChange)
        if not by.is_provider:
            return statement
        shown = col(CircumstanceChange.kind).not_in(NOT_FOR_PROVIDERS)
        return statement.where(col(CircumstanceChange.provider_id) == by.org, shown)

    def touched_by(self, change_id: UUID) -> Sequence[ChangedDecision]:
        statement = select(ChangedDecision).where(col(ChangedDecision.change_id) == change_id)
        return self.session.exec(statement.order_by(col(ChangedDecision.id)).limit(200)).all()

    def to_answer(self) -> SelectOfScalar[ChangedDecision]:
        return select(ChangedDecision).where(col(ChangedDecision.status) == ChangedStatus.OPEN)

    def changed(self, changed_decision_id: UUID, *, lock: bool = False) -> ChangedDecision:
        found = self.session.get(
            ChangedDecision, changed_decision_id, with_for_update=LOCK if lock else None, populate_existing=lock
        )
        if found is None:
            raise ChangedDecisionNotFound(changed_decision_id)
        return found

    def since(self, lot_application_id: UUID, by: Principal) -> Sequence[ChangedDecision]:
        """The marks on the decisions of a lot application, as far as the reader may know of them."""
        statement = select(ChangedDecision).where(col(ChangedDecision.lot_application_id) == lot_application_id)
        if by.is_provider:
            change = col(CircumstanceChange.id) == col(ChangedDecision.change_id)
            shown = col(CircumstanceChange.kind).not_in(NOT_FOR_PROVIDERS)
            statement = statement.join(CircumstanceChange, change).where(shown)
        return self.session.exec(statement.order_by(col(ChangedDecision.id)).limit(200)).all()

    def lock_members_of(self, provider_id: UUID) -> Sequence[Membership]:
        """The live memberships of a provider, locked: none ends while it is marked, with a mark nobody can answer."""
        mine = col(Membership.provider_id) == provider_id, col(Membership.status).in_(LIVE)
        locked = select(Membership).where(*mine).order_by(col(Membership.id)).with_for_update(**LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def lock_undecided_of(self, provider_id: UUID) -> Sequence[LotApplication]:
        """The open lot applications of a provider, locked: none is decided while it is marked."""
        mine = col(LotApplication.provider_id) == provider_id, col(LotApplication.status).in_(OPEN)
        locked = select(LotApplication).where(*mine).order_by(col(LotApplication.id)).with_for_update(**LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def marked_on(self, lot_application_id: UUID) -> Sequence[tuple[ChangedDecision, CircumstanceChange]]:
        """What changed of what a lot application rests on: what waits for an answer, and the newest, first."""
        change = col(CircumstanceChange.id) == col(ChangedDecision.change_id)
        statement = select(ChangedDecision, CircumstanceChange).join(CircumstanceChange, change)
        mine = statement.where(col(ChangedDecision.lot_application_id) == lot_application_id)
        is_open = col(ChangedDecision.status) == ChangedStatus.OPEN
        return self.session.exec(mine.order_by(is_open.desc(), col(ChangedDecision.id).desc()).limit(200)).all()

    def lock_open_of(
        self,
        *,
        lot_application_id: UUID | None = None,
        membership_ids: Sequence[UUID] | None = None,
        assessment_id: UUID | None = None,
    ) -> Sequence[ChangedDecision]:
        statement = select(ChangedDecision).where(col(ChangedDecision.status) == ChangedStatus.OPEN)
        if lot_application_id is not None:
            statement = statement.where(col(ChangedDecision.lot_application_id) == lot_application_id)
        if membership_ids is not None:
            statement = statement.where(col(ChangedDecision.membership_id).in_(membership_ids))
        if assessment_id is not None:
            about = select(CircumstanceChange.id).where(
                col(CircumstanceChange.source_id) == assessment_id, col(CircumstanceChange.kind) == ChangeKind.RATING
            )
            statement = statement.where(col(ChangedDecision.change_id).in_(about))
        locked = statement.order_by(col(ChangedDecision.id)).with_for_update(**LOCK)
        return self.session.exec(locked.execution_options(populate_existing=True)).all()

    def standing_decisions(self, lot_application_ids: Sequence[UUID]) -> dict[UUID, Decision]:
        """By lot application, the admission that a membership rests on: the last that was decided."""
        statement = select(Decision).where(
            col(Decision.lot_application_id).in_(lot_application_ids), col(Decision.kind) == DecisionKind.ADMIT
        )
        oldest_first = statement.order_by(col(Decision.at), col(Decision.id))
        return {one.lot_application_id: one for one in self.session.exec(oldest_first)}

    def evidence_of(self, some: Sequence[Membership | LotApplication]) -> dict[UUID, set[UUID]]:
        """The files that each rests on: sent to be admitted, and of a member since then to stay one."""
        members = col(Membership.id).in_([one.id for one in some if isinstance(one, Membership)])
        parts = col(LotApplication.id).in_([one.id for one in some if isinstance(one, LotApplication)])
        made_by, its, part = col(Membership.lot_application_id), col(Membership.id), col(LotApplication.id)
        applied = col(Application.id) == col(LotApplication.application_id)
        rests_on = (
            select(part, Application.evidence).join(Application, applied).where(parts),
            select(part, Representations.evidence)
            .join(Representations, col(Representations.lot_application_id) == part)
            .where(parts),
            select(its, Application.evidence)
            .join(LotApplication, part == made_by)
            .join(Application, applied)
            .where(members),
            select(its, Representations.evidence)
            .join(Representations, col(Representations.lot_application_id) == made_by)
            .where(members),
            select(its, Affirmation.evidence).join(Affirmation, col(Affirmation.membership_id) == its).where(members),
            select(its, Remedy.evidence)
            .join(SuspensionCause, col(SuspensionCause.membership_id) == its)
            .join(Remedy, col(Remedy.suspension_cause_id) == col(SuspensionCause.id))
            .where(members),
        )
        found: dict[UUID, set[UUID]] = {one.id: set() for one in some}
        for each in rests_on:
            for rests, kept in self.session.exec(each):
                found[rests] |= {UUID(one["id"]) for one in kept}
        return found
