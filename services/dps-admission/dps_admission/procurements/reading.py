"""Puts together what readers of procurements see. Nobody but the tenderer reads a tender before the period is over."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import Principal
from dps_admission.memberships.reading import names_of
from dps_admission.shown import shown
from dps_admission.tables import Invitation, Procurement

from .repository import Procurements
from .rules import ProcurementStatus
from .schemas import InvitationRead, NotInvitedRead, ProcurementRead


class ProcurementPicture:
    """Everything beside the rows that a list of procurements shows, read at once."""

    def __init__(self, session: Session, procurements: Iterable[Procurement], by: Principal) -> None:
        self._by = by
        own = by.org if by.is_provider else None
        found = Procurements(session).invitations_of([one.id for one in procurements], provider_id=own)
        self._names = names_of(session, {one.provider_id for one in found})
        self._invitations: dict[UUID, list[Invitation]] = {}
        for one in found:
            self._invitations.setdefault(one.procurement_id, []).append(one)

    def read(self, procurement: Procurement) -> ProcurementRead:
        left_out = [] if self._by.is_provider else procurement.not_invited
        return ProcurementRead.model_validate(
            shown(procurement, ProcurementRead)
            | {
                "invitations": [
                    self._invitation(procurement, one) for one in self._invitations.get(procurement.id, [])
                ],
                "not_invited": [NotInvitedRead.model_validate(one) for one in left_out],
            }
        )

    def _invitation(self, procurement: Procurement, one: Invitation) -> InvitationRead:
        is_sealed = procurement.status == ProcurementStatus.OPEN and not self._by.is_provider
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


def read_one(session: Session, procurement: Procurement, by: Principal) -> ProcurementRead:
    session.flush()
    return ProcurementPicture(session, [procurement], by).read(procurement)
