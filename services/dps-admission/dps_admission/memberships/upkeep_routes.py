"""HTTP for what keeps memberships good, and for what they were on a day. Translate, call one action, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from assay_contracts.directory.evidence import EvidenceNotTheirs
from assay_kit.clock import Now
from assay_kit.problems import StepNotAllowed, may_answer
from assay_kit.text import Day
from dps_admission.days import DayAhead
from dps_admission.dependencies import (
    Commissioner,
    Decider,
    DirectoryDep,
    MembershipParty,
    ProviderAdmin,
    RemedyMaker,
    SessionDep,
)

from . import affirming, insurance, remedying
from .errors import MembershipNotFound, MembershipRefused, RemedyNotFound, StandingNotFound, SuspensionNotFound
from .reading import as_seen_by, read_one
from .repository import Memberships
from .schemas import MembershipRead, MembershipReasonIn
from .standing import standing_on
from .upkeep_repository import Upkeep
from .upkeep_schemas import (
    AffirmationIn,
    AffirmationRead,
    InsuranceCheckIn,
    InsuranceCheckRead,
    RemedyIn,
    RemedyRead,
    ReviewIn,
    StandingRead,
    UpkeepRead,
    VerificationIn,
)

router = APIRouter(tags=["memberships"])


@router.post(
    "/memberships/{membership_id}/affirmations",
    operation_id="affirm_membership",
    status_code=201,
    summary="Declare again that what the member was admitted on still holds",
    responses=may_answer(MembershipNotFound, MembershipRefused, EvidenceNotTheirs),
)
def affirm_membership(
    membership_id: UUID,
    asked: AffirmationIn,
    session: SessionDep,
    directory: DirectoryDep,
    by: ProviderAdmin,
    now: Now,
) -> MembershipRead:
    return read_one(session, affirming.affirm(session, membership_id, asked, directory=directory, by=by, now=now))


@router.post(
    "/memberships/{membership_id}/affirmation-request",
    operation_id="ask_to_affirm",
    summary="Ask a member for a renewed declaration, within the days that the law gives it",
    responses=may_answer(MembershipNotFound, MembershipRefused),
)
def ask_to_affirm(
    membership_id: UUID, asked: MembershipReasonIn, session: SessionDep, by: Commissioner, now: Now
) -> MembershipRead:
    return read_one(session, affirming.ask_to_affirm(session, membership_id, reason=asked.reason, by=by, now=now))


@router.get(
    "/memberships/{membership_id}/upkeep",
    operation_id="read_upkeep",
    summary="What keeps a membership good; what was written is for its provider and for those who work on its case",
    responses=may_answer(MembershipNotFound),
)
def read_upkeep(membership_id: UUID, session: SessionDep, by: MembershipParty) -> UpkeepRead:
    membership, upkeep = Memberships(session).seen_by(membership_id, by), Upkeep(session)
    read = UpkeepRead(
        membership_id=membership.id,
        affirm_by=membership.affirm_by,
        affirmations=[AffirmationRead.model_validate(one) for one in upkeep.affirmations_of(membership.id)],
        insurance_checks=[InsuranceCheckRead.model_validate(one) for one in upkeep.insurance_checks_of(membership.id)],
        remedies=[RemedyRead.model_validate(one) for one in upkeep.remedies_of(membership.id)],
    )
    return as_seen_by(read, by)


@router.post(
    "/memberships/{membership_id}/insurance-checks",
    operation_id="check_insurance",
    status_code=201,
    summary="Record that a member's insurance was seen, before it is awarded work",
    responses=may_answer(MembershipNotFound, MembershipRefused, EvidenceNotTheirs),
)
def check_insurance(
    membership_id: UUID,
    asked: InsuranceCheckIn,
    session: SessionDep,
    directory: DirectoryDep,
    by: Commissioner,
    now: Now,
) -> MembershipRead:
    return read_one(
        session, insurance.check_insurance(session, membership_id, asked, directory=directory, by=by, now=now)
    )


@router.post(
    "/suspensions/{suspension_id}/remedies",
    operation_id="put_evidence_forward",
    status_code=201,
    summary="Put evidence forward against an administrative suspension",
    responses=may_answer(SuspensionNotFound, MembershipNotFound, MembershipRefused, EvidenceNotTheirs),
)
def put_evidence_forward(
    suspension_id: UUID, asked: RemedyIn, session: SessionDep, directory: DirectoryDep, by: RemedyMaker, now: Now
) -> MembershipRead:
    about: dict[str, Any] = {"statement": asked.statement, "evidence_ids": asked.evidence_ids}
    return read_one(
        session, remedying.put_forward(session, suspension_id, **about, directory=directory, by=by, now=now)
    )


@router.post(
    "/remedies/{remedy_id}/verification",
    operation_id="verify_evidence",
    summary="Say whether evidence against a suspension is sufficient; sufficient evidence lifts its cause",
    responses=may_answer(RemedyNotFound, MembershipRefused),
)
def verify_evidence(
    remedy_id: UUID, asked: VerificationIn, session: SessionDep, by: Commissioner, now: Now
) -> MembershipRead:
    is_sufficient, reason = asked.is_sufficient, asked.reason
    verified = remedying.verify(session, remedy_id, is_sufficient=is_sufficient, reason=reason, by=by, now=now)
    return read_one(session, verified)


@router.post(
    "/suspensions/{suspension_id}/review",
    operation_id="review_suspension",
    summary="Record that a suspension was looked at, and when it is looked at again",
    responses=may_answer(SuspensionNotFound, MembershipRefused, StepNotAllowed),
)
def review_suspension(
    suspension_id: UUID, asked: ReviewIn, session: SessionDep, by: Decider, now: Now
) -> MembershipRead:
    reason, days = asked.reason, asked.next_in_days
    return read_one(session, remedying.review(session, suspension_id, reason=reason, days=days, by=by, now=now))


@router.get(
    "/lots/{lot_id}/providers/{provider_id}/standing",
    operation_id="read_standing",
    summary="Whether a provider was a member of a lot on a day, in what state, and, for who works on the case, why",
    responses=may_answer(StandingNotFound, DayAhead),
)
def read_standing(
    lot_id: UUID, provider_id: UUID, on: Day, session: SessionDep, by: MembershipParty, now: Now
) -> StandingRead:
    return as_seen_by(standing_on(session, provider_id, lot_id, on=on, by=by, now=now), by)
