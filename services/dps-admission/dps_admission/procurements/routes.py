"""HTTP for procurements and invitations. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter
from sqlmodel import col

from assay_contracts.directory.evidence import EvidenceNotTheirs
from assay_kit.clock import Now
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import StepNotAllowed, may_answer
from dps_admission.dependencies import CaseParty, Commissioner, Decider, DirectoryDep, ProviderAdmin, SessionDep
from dps_admission.schemes.errors import LotNotFound
from dps_admission.tables import Invitation, Procurement

from . import actions
from .errors import InvitationNotFound, ProcurementNotFound, ProcurementRefused
from .reading import InvitationPicture, ProcurementPicture, read_one
from .repository import Procurements
from .schemas import (
    CancellationIn,
    InvitationAnswerIn,
    InvitationRead,
    OutcomeIn,
    ProcurementIn,
    ProcurementLine,
    ProcurementRead,
)

router = APIRouter(tags=["procurements"])


@router.post(
    "/lots/{lot_id}/procurements",
    operation_id="invite_to_tender",
    status_code=201,
    summary="Invite all members of a lot to a procurement",
    responses=may_answer(LotNotFound, ProcurementRefused),
)
def invite_to_tender(
    lot_id: UUID, asked: ProcurementIn, session: SessionDep, by: Commissioner, now: Now
) -> ProcurementRead:
    return read_one(session, actions.invite(session, lot_id, asked, by=by, now=now), by)


@router.get("/procurements", operation_id="list_procurements", summary="Procurements; a provider's own invitations")
def list_procurements(
    session: SessionDep, by: CaseParty, page: PageQuery, lot_id: UUID | None = None
) -> Page[ProcurementLine]:
    wanted = Procurements(session).wanted(by, lot_id=lot_id)
    found = paginate(session, wanted, page, col(Procurement.invited_at), col(Procurement.id))
    return found.map(ProcurementPicture(session, found.items, by).line)


@router.get(
    "/procurements/{procurement_id}", operation_id="read_procurement", responses=may_answer(ProcurementNotFound)
)
def read_procurement(procurement_id: UUID, session: SessionDep, by: CaseParty) -> ProcurementRead:
    return read_one(session, Procurements(session).seen_by(procurement_id, by), by)


@router.get(
    "/procurements/{procurement_id}/invitations",
    operation_id="list_invitations",
    summary="Who was invited; a provider's own invitation",
    responses=may_answer(ProcurementNotFound),
)
def list_invitations(procurement_id: UUID, session: SessionDep, by: CaseParty, page: PageQuery) -> Page[InvitationRead]:
    procurement = Procurements(session).seen_by(procurement_id, by)
    wanted = Procurements(session).invitations_wanted(procurement.id, by)
    found = paginate(session, wanted, page, col(Invitation.id))
    return found.map(InvitationPicture(session, [procurement], found.items, by).read)


@router.post(
    "/invitations/{invitation_id}/answer",
    operation_id="answer_invitation",
    summary="Tender, or decline; the last answer before the end counts",
    responses=may_answer(InvitationNotFound, ProcurementRefused, EvidenceNotTheirs),
)
def answer_invitation(
    invitation_id: UUID,
    asked: InvitationAnswerIn,
    session: SessionDep,
    directory: DirectoryDep,
    by: ProviderAdmin,
    now: Now,
) -> ProcurementRead:
    answered = actions.answer_invitation(session, invitation_id, asked, directory=directory, by=by, now=now)
    return read_one(session, Procurements(session).get(answered.procurement_id), by)


@router.post(
    "/procurements/{procurement_id}/outcome",
    operation_id="record_outcome",
    responses=may_answer(ProcurementNotFound, ProcurementRefused, StepNotAllowed),
)
def record_outcome(
    procurement_id: UUID, asked: OutcomeIn, session: SessionDep, by: Decider, now: Now
) -> ProcurementRead:
    return read_one(session, actions.record_outcome(session, procurement_id, asked, by=by, now=now), by)


@router.post(
    "/procurements/{procurement_id}/cancellation",
    operation_id="cancel_procurement",
    responses=may_answer(ProcurementNotFound, StepNotAllowed),
)
def cancel_procurement(
    procurement_id: UUID, asked: CancellationIn, session: SessionDep, by: Decider, now: Now
) -> ProcurementRead:
    return read_one(session, actions.cancel(session, procurement_id, reason=asked.reason, by=by, now=now), by)
