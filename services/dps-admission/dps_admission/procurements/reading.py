"""Puts together what readers of procurements see. What was tendered is shown to the tenderer alone until the end."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import Principal
from dps_admission.memberships.reading import names_of
from dps_admission.shown import shown
from dps_admission.tables import Invitation, Procurement

from .repository import Procurements
from .schemas import InvitationRead, NotInvitedRead, ProcurementLine, ProcurementRead


class InvitationPicture:
    """Everything beside the rows that a list of invitations shows, read at once."""

    def __init__(
        self, session: Session, procurements: Iterable[Procurement], invitations: Iterable[Invitation], by: Principal
    ) -> None:
        self._by = by
        self._procurements = {one.id: one for one in procurements}
        self._names = names_of(session, {one.provider_id for one in invitations})

    def read(self, one: Invitation) -> InvitationRead:
        procurement = self._procurements[one.procurement_id]
        is_sealed = not self._by.is_provider and procurement.opened_at is None
        sealed: dict[str, Any] = {"answer": None, "statement": None, "evidence": []} if is_sealed else {}
        return InvitationRead.model_validate(
            shown(
                one,
                InvitationRead,
                provider_name=self._names.get(one.provider_id),
                has_answered=one.answer is not None,
                is_awarded=procurement.awarded_to == one.id,
            )
            | sealed
        )


class ProcurementPicture:
    """Everything beside the rows that a list of procurements shows, in as many queries whatever its length."""

    def __init__(self, session: Session, procurements: Iterable[Procurement], by: Principal) -> None:
        self._by, rows = by, list(procurements)
        ids, repository = [one.id for one in rows], Procurements(session)
        own = repository.invitations_of(ids, provider_id=by.org) if by.is_provider else []
        self._own = {one.procurement_id: one for one in own}
        self._counts: dict[UUID, tuple[int, int]] = {} if by.is_provider else repository.counts(ids)
        self._invitations = InvitationPicture(session, rows, own, by)

    def line(self, procurement: Procurement) -> ProcurementLine:
        return ProcurementLine.model_validate(shown(procurement, ProcurementLine, **self._about(procurement)))

    def read(self, procurement: Procurement) -> ProcurementRead:
        left_out = [] if self._by.is_provider else procurement.not_invited
        about = self._about(procurement) | {"not_invited": [NotInvitedRead.model_validate(one) for one in left_out]}
        return ProcurementRead.model_validate(shown(procurement, ProcurementRead) | about)

    def _about(self, procurement: Procurement) -> dict[str, Any]:
        if self._by.is_provider:
            own = self._own.get(procurement.id)
            counts: tuple[int | None, ...] = (None, None, None)
        else:
            own, counts = None, (*self._counts.get(procurement.id, (0, 0)), len(procurement.not_invited))
        invited, answered, not_invited = counts
        return {
            "invited_count": invited,
            "answered_count": answered,
            "not_invited_count": not_invited,
            "own_invitation": self._invitations.read(own) if own else None,
        }


def read_one(session: Session, procurement: Procurement, by: Principal) -> ProcurementRead:
    session.flush()
    return ProcurementPicture(session, [procurement], by).read(procurement)
