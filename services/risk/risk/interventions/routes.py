"""HTTP for interventions. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, StaleEdit, StepNotAllowed, may_answer
from risk.dependencies import Caseworker, CopiesDep, InterventionReader, Manager, ProviderMember
from risk.intelligence.sight import InFull
from risk.intelligence.words import Words
from risk.interventions import actions, answers
from risk.interventions.errors import (
    ConditionNotFound,
    InterventionBarred,
    InterventionNotFound,
    NotAboutThatProvider,
    RepresentationNotFound,
    UnknownSubject,
)
from risk.interventions.reading import lines_read
from risk.interventions.repository import Interventions
from risk.interventions.reviews import overdue_days
from risk.interventions.rules import Kind, Status, Step
from risk.interventions.schemas import (
    Authorisation,
    ConditionOutcome,
    ContinuityPlan,
    Decision,
    InterventionLine,
    InterventionProposed,
    InterventionRead,
    Notice,
    Representations,
    Review,
    UrgentEmbargo,
    intervention_read,
    representation_read,
    told,
)
from risk.tables import Intervention

router = APIRouter(tags=["interventions"], responses=may_answer(InvalidRequest))

DECIDING = may_answer(InterventionNotFound, StepNotAllowed, InterventionBarred)
PROPOSING = may_answer(InterventionBarred, NotAboutThatProvider, UnknownSubject)


def _read(session: SessionDep, row: Intervention, *, by: Principal, now: Now) -> InterventionRead:
    interventions, readings = Interventions(session), Interventions(session).readings(row.id)
    return intervention_read(
        row,
        list(interventions.conditions(row.id)),
        [representation_read(each, readings.get(each.id)) for each in interventions.representations(row.id)],
        list(interventions.reviews(row.id)),
        interventions.names([row]),
        days_past_review=overdue_days(row, now=now),
        for_provider=by.is_provider,
    )


@router.get("/interventions", summary="Interventions, the newest first", operation_id="list_interventions")
def list_interventions(
    session: SessionDep,
    page: PageQuery,
    in_full: InFull,
    *,
    by: InterventionReader,
    now: Now,
    kind: Kind | None = None,
    stage: Status | None = None,
    provider_id: UUID | None = None,
    care_service_id: UUID | None = None,
) -> Page[InterventionLine]:
    found = Interventions(session).page(
        by, page, care_service_id=care_service_id, kind=kind, status=stage, provider_id=provider_id
    )
    lines = {line.id: line for line in lines_read(session, found.items, in_full=in_full, now=now)}
    return found.map(lambda row: lines[row.id])


@router.post(
    "/interventions",
    summary="Propose an intervention",
    operation_id="propose_intervention",
    status_code=status.HTTP_201_CREATED,
    responses=PROPOSING,
)
def propose_intervention(
    wanted: InterventionProposed, session: SessionDep, copies: CopiesDep, by: Caseworker, now: Now
) -> InterventionRead:
    return _read(session, actions.propose(session, wanted, copies, by=by, now=now), by=by, now=now)


@router.post(
    "/urgent-embargoes",
    summary="Issue an embargo alone, to be confirmed by another manager",
    operation_id="issue_urgent_embargo",
    status_code=status.HTTP_201_CREATED,
    responses=PROPOSING,
)
def issue_urgent_embargo(
    wanted: UrgentEmbargo, session: SessionDep, copies: CopiesDep, by: Manager, now: Now
) -> InterventionRead:
    return _read(session, actions.issue_urgently(session, wanted, copies, by=by, now=now), by=by, now=now)


@router.get(
    "/interventions/{intervention_id}",
    summary="An intervention with its conditions",
    operation_id="read_intervention",
    responses=may_answer(InterventionNotFound),
)
def read_intervention(
    intervention_id: UUID, session: SessionDep, in_full: InFull, by: InterventionReader, now: Now
) -> InterventionRead:
    found = Interventions(session).seen_by(by, intervention_id)
    read = _read(session, found, by=by, now=now)
    if by.is_provider:
        return read
    about = {found.care_service_id or found.provider_id: found.provider_id}
    return told(read, Words(session, about, in_full=in_full))


@router.put(
    "/interventions/{intervention_id}/continuity-plan",
    summary="Plan for the people affected by a termination",
    operation_id="plan_continuity",
    responses=DECIDING | may_answer(StaleEdit),
)
def plan_continuity(
    intervention_id: UUID,
    wanted: ContinuityPlan,
    *,
    session: SessionDep,
    response: Response,
    read: IfMatch,
    by: Caseworker,
    now: Now,
) -> InterventionRead:
    """If-Match: the edition of the plan that this one follows."""
    planned = actions.plan_continuity(session, intervention_id, wanted, read, by=by, now=now)
    set_etag(response, planned.plan_edition)
    return _read(session, planned, by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/authorisation",
    summary="Authorise a proposal, and issue it where the notice is given",
    operation_id="authorise_intervention",
    responses=DECIDING,
)
def authorise_intervention(
    intervention_id: UUID, wanted: Authorisation, session: SessionDep, by: Manager, now: Now
) -> InterventionRead:
    return _read(session, actions.authorise(session, intervention_id, wanted, by=by, now=now), by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/rejection",
    summary="Reject a proposal, or what was authorised and not issued yet",
    operation_id="reject_intervention",
    responses=DECIDING,
)
def reject_intervention(
    intervention_id: UUID, wanted: Decision, session: SessionDep, by: Manager, now: Now
) -> InterventionRead:
    return _read(session, actions.reject(session, intervention_id, wanted.reason, by=by, now=now), by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/issue",
    summary="Issue what was authorised: the provider is told",
    operation_id="issue_intervention",
    responses=DECIDING,
)
def issue_intervention(
    intervention_id: UUID, wanted: Notice, session: SessionDep, by: Caseworker, now: Now
) -> InterventionRead:
    return _read(session, actions.issue(session, intervention_id, wanted, by=by, now=now), by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/confirmation",
    summary="Confirm an urgent embargo",
    operation_id="confirm_intervention",
    responses=DECIDING,
)
def confirm_intervention(intervention_id: UUID, session: SessionDep, by: Manager, now: Now) -> InterventionRead:
    return _read(session, actions.confirm(session, intervention_id, by=by, now=now), by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/conditions/{condition_id}/outcome",
    summary="Record what became of a condition",
    operation_id="settle_condition",
    responses=DECIDING | may_answer(InterventionNotFound, ConditionNotFound),
)
def settle_condition(
    intervention_id: UUID,
    condition_id: UUID,
    wanted: ConditionOutcome,
    *,
    session: SessionDep,
    by: Caseworker,
    now: Now,
) -> InterventionRead:
    settled = actions.settle_condition(session, intervention_id, condition_id, wanted, by=by, now=now)
    return _read(session, settled, by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/reviews",
    summary="Record the decision that an intervention goes on, and when to look again",
    operation_id="review_intervention",
    responses=DECIDING,
)
def review_intervention(
    intervention_id: UUID, wanted: Review, session: SessionDep, by: Caseworker, now: Now
) -> InterventionRead:
    return _read(session, actions.review(session, intervention_id, wanted, by=by, now=now), by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/representations",
    summary="Answer an intervention as the provider",
    operation_id="make_representations",
    responses=DECIDING,
)
def make_representations(
    intervention_id: UUID, wanted: Representations, session: SessionDep, by: ProviderMember, now: Now
) -> InterventionRead:
    made = answers.make_representations(session, intervention_id, wanted.wording, by=by, now=now)
    return _read(session, made, by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/representations/{representation_id}/reading",
    summary="Record that an answer of the provider's was read: nothing is decided before",
    operation_id="read_representation",
    responses=DECIDING | may_answer(InterventionNotFound, RepresentationNotFound),
)
def read_representation(
    intervention_id: UUID, representation_id: UUID, session: SessionDep, by: Caseworker, now: Now
) -> InterventionRead:
    seen = answers.read_representation(session, intervention_id, representation_id, by=by, now=now)
    return _read(session, seen, by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/completion",
    summary="Record that an intervention was met",
    operation_id="complete_intervention",
    responses=DECIDING,
)
def complete_intervention(
    intervention_id: UUID, wanted: Decision, session: SessionDep, by: Caseworker, now: Now
) -> InterventionRead:
    met = actions.end(session, intervention_id, Step.MEET, wanted.reason, by=by, now=now)
    return _read(session, met, by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/escalation",
    summary="Escalate an intervention",
    operation_id="escalate_intervention",
    responses=DECIDING,
)
def escalate_intervention(
    intervention_id: UUID, wanted: Decision, session: SessionDep, by: Caseworker, now: Now
) -> InterventionRead:
    escalated = actions.end(session, intervention_id, Step.ESCALATE, wanted.reason, by=by, now=now)
    return _read(session, escalated, by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/standing-down",
    summary="Record that what was escalated stands no longer: the band is worked out without it",
    operation_id="stand_down_intervention",
    responses=DECIDING,
)
def stand_down_intervention(
    intervention_id: UUID, wanted: Decision, session: SessionDep, by: Manager, now: Now
) -> InterventionRead:
    return _read(session, actions.stand_down(session, intervention_id, wanted.reason, by=by, now=now), by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/withdrawal",
    summary="Withdraw an intervention that should not have been issued",
    operation_id="withdraw_intervention",
    responses=DECIDING,
)
def withdraw_intervention(
    intervention_id: UUID, wanted: Decision, session: SessionDep, by: Caseworker, now: Now
) -> InterventionRead:
    withdrawn = actions.end(session, intervention_id, Step.WITHDRAW, wanted.reason, by=by, now=now)
    return _read(session, withdrawn, by=by, now=now)


@router.post(
    "/interventions/{intervention_id}/lifting",
    summary="Lift an embargo",
    operation_id="lift_intervention",
    responses=DECIDING,
)
def lift_intervention(
    intervention_id: UUID, wanted: Decision, session: SessionDep, by: Manager, now: Now
) -> InterventionRead:
    lifted = actions.end(session, intervention_id, Step.LIFT, wanted.reason, by=by, now=now)
    return _read(session, lifted, by=by, now=now)
