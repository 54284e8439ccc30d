"""Who saves answers in a section that is delegated."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.identity import Principal
from assessment.work_tables import Delegation

from .errors import DelegatedElsewhere
from .repository import Delegations


def may_answer_for(delegation: Delegation, by: Principal) -> bool:
    """Whom it is delegated to, who delegated it, and the provider's administrators."""
    return by.has(Role.PROVIDER_ADMIN) or by.subject in {delegation.subject, delegation.delegated_by}


def ensure_may_answer(session: Session, assessment_id: UUID, standards: Collection[str], *, by: Principal) -> None:
    """DelegatedElsewhere for the first section that is somebody else's."""
    for standard, delegation in sorted(Delegations(session).of(assessment_id, standards).items()):
        if not may_answer_for(delegation, by):
            raise DelegatedElsewhere(standard, delegation.name)
