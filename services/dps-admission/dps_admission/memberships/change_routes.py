"""HTTP for removals, and for changes of the services that deliver. Translate, call one action, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import col

from assay_contracts.directory.evidence import EvidenceNotTheirs
from assay_kit.clock import Now
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import StepNotAllowed, may_answer
from dps_admission.dependencies import (
    CaseParty,
    CaseReader,
    Commissioner,
    CopiesDep,
    Decider,
    DirectoryDep,
    ProviderAdmin,
    SessionDep,
)
from dps_admission.tables import RemovalNotice, ServiceChange

from . import delivering, removing
from .change_schemas import (
    RemovalAnswerIn,
    RemovalNoticeIn,
    RemovalNoticeRead,
    RemovalNotices,
    ServiceChangeConfirmationIn,
    ServiceChangeIn,
    ServiceChangeRead,
    ServiceChangeReasonIn,
    ServiceChanges,
    StandingNoticeRead,
)
from .errors import MembershipNotFound, MembershipRefused, ServiceChangeNotFound
from .reading import read_notices, read_one
from .removals import Removals
from .repository import Memberships
from .schemas import MembershipRead, MembershipReasonIn
from .service_changes import ServiceChangesKept

router = APIRouter(tags=["memberships"])
ON_MEMBERSHIP = may_answer(MembershipNotFound, MembershipRefused, StepNotAllowed)
ON_CHANGE = may_answer(ServiceChangeNotFound, MembershipRefused)


@router.post(
    "/memberships/{membership_id}/removal-notice",
    operation_id="give_removal_notice",
    summary="Give a member the reasons for which it may be removed, and time to answer",
    responses=ON_MEMBERSHIP,
)
def give_removal_notice(
    membership_id: UUID, asked: RemovalNoticeIn, session: SessionDep, by: Commissioner, now: Now
) -> MembershipRead:
    why, reason = asked.why, asked.reason
    noticed = removing.give_removal_notice(session, membership_id, why=why, reason=reason, by=by, now=now)
    return read_one(session, noticed)


@router.get(
    "/memberships/{membership_id}/removal-notices",
    operation_id="list_removal_notices",
    responses=may_answer(MembershipNotFound),
)
def list_removal_notices(membership_id: UUID, session: SessionDep, by: CaseParty) -> RemovalNotices:
    found = Removals(session).of(Memberships(session).seen_by(membership_id, by).id)
    return RemovalNotices(items=[RemovalNoticeRead.model_validate(one) for one in found])


@router.get(
    "/removal-notices",
    operation_id="list_standing_removal_notices",
    summary="Notices of removal that stand, the oldest first",
)
def list_standing_removal_notices(
    session: SessionDep, by: CaseReader, page: PageQuery, provider_id: UUID | None = None, lot_id: UUID | None = None
) -> Page[StandingNoticeRead]:
    oldest = col(RemovalNotice.given_at), col(RemovalNotice.id)
    wanted = Removals(session).all_standing(provider_id=provider_id, lot_id=lot_id)
    return read_notices(session, paginate(session, wanted, page, *oldest))


@router.post(
    "/memberships/{membership_id}/removal-notice/answer",
    operation_id="answer_removal_notice",
    summary="Say what speaks against a removal, once",
    responses=may_answer(MembershipNotFound, MembershipRefused, EvidenceNotTheirs),
)
def answer_removal_notice(
    membership_id: UUID,
    asked: RemovalAnswerIn,
    session: SessionDep,
    directory: DirectoryDep,
    by: ProviderAdmin,
    now: Now,
) -> MembershipRead:
    answered = removing.answer_removal_notice(session, membership_id, asked, directory=directory, by=by, now=now)
    return read_one(session, answered)


@router.post(
    "/memberships/{membership_id}/removal-notice/withdrawal",
    operation_id="withdraw_removal_notice",
    responses=may_answer(MembershipNotFound, MembershipRefused),
)
def withdraw_removal_notice(
    membership_id: UUID, asked: MembershipReasonIn, session: SessionDep, by: Commissioner, now: Now
) -> MembershipRead:
    reason = asked.reason
    return read_one(session, removing.withdraw_removal_notice(session, membership_id, reason=reason, by=by, now=now))


@router.post("/memberships/{membership_id}/removal", operation_id="remove_member", responses=ON_MEMBERSHIP)
def remove_member(membership_id: UUID, session: SessionDep, by: Decider, now: Now) -> MembershipRead:
    return read_one(session, removing.remove(session, membership_id, by=by, now=now))


@router.post(
    "/memberships/{membership_id}/service-changes",
    operation_id="report_service_change",
    status_code=201,
    summary="Report that other services deliver a membership; it holds once the council has confirmed it",
    responses=may_answer(MembershipNotFound, MembershipRefused, EvidenceNotTheirs),
)
def report_service_change(
    membership_id: UUID,
    asked: ServiceChangeIn,
    session: SessionDep,
    directory: DirectoryDep,
    copies: CopiesDep,
    by: ProviderAdmin,
    now: Now,
) -> ServiceChangeRead:
    about: dict[str, Any] = {"directory": directory, "copies": copies, "by": by, "now": now}
    return ServiceChangeRead.model_validate(delivering.report_services(session, membership_id, asked, **about))


@router.get(
    "/memberships/{membership_id}/service-changes",
    operation_id="list_service_changes_of_membership",
    responses=may_answer(MembershipNotFound),
)
def list_service_changes_of_membership(membership_id: UUID, session: SessionDep, by: CaseParty) -> ServiceChanges:
    found = ServiceChangesKept(session).of(Memberships(session).seen_by(membership_id, by).id)
    return ServiceChanges(items=[ServiceChangeRead.model_validate(one) for one in found])


@router.get(
    "/service-changes",
    operation_id="list_service_changes",
    summary="Changes of services that nobody has answered, the oldest first",
)
def list_service_changes(session: SessionDep, by: CaseReader, page: PageQuery) -> Page[ServiceChangeRead]:
    oldest = col(ServiceChange.asked_at), col(ServiceChange.id)
    found = paginate(session, ServiceChangesKept(session).waiting(), page, *oldest)
    return found.map(ServiceChangeRead.model_validate)


@router.post(
    "/service-changes/{service_change_id}/confirmation",
    operation_id="confirm_service_change",
    summary="The checks run; from then on these services deliver",
    responses=ON_CHANGE,
)
def confirm_service_change(
    service_change_id: UUID, asked: ServiceChangeConfirmationIn, session: SessionDep, by: Commissioner, now: Now
) -> ServiceChangeRead:
    about: dict[str, Any] = {"reason": asked.reason, "accepts": asked.accepts, "by": by, "now": now}
    return ServiceChangeRead.model_validate(delivering.confirm_services(session, service_change_id, **about))


@router.post(
    "/service-changes/{service_change_id}/declining", operation_id="decline_service_change", responses=ON_CHANGE
)
def decline_service_change(
    service_change_id: UUID, asked: ServiceChangeReasonIn, session: SessionDep, by: Commissioner, now: Now
) -> ServiceChangeRead:
    reason = asked.reason
    declined = delivering.decline_services(session, service_change_id, reason=reason, by=by, now=now)
    return ServiceChangeRead.model_validate(declined)
