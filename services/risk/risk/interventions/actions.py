"""What people do about interventions: load, ask the rules, change, tell."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.references import next_reference
from assay_kit.timeline import begin, take
from risk.interventions import telling
from risk.interventions.errors import (
    InterventionBarred,
    NotAboutThatProvider,
    UnknownSubject,
)
from risk.interventions.repository import Interventions
from risk.interventions.reviews import confirm_by
from risk.interventions.rules import (
    LIFE,
    Bar,
    Case,
    Dates,
    Escalated,
    Kind,
    Outcome,
    Proposal,
    Status,
    Step,
    bars_to_authorising,
    bars_to_confirming,
    bars_to_dating,
    bars_to_deciding,
    bars_to_ending,
    bars_to_proposing,
    bars_to_reviewing,
    bars_to_standing_down,
    lower_than,
)
from risk.interventions.schemas import (
    Authorisation,
    ConditionOutcome,
    ConditionWanted,
    ContinuityPlan,
    Dated,
    InterventionProposed,
    Notice,
    Review,
    UrgentEmbargo,
    last_told_on,
)
from risk.interventions.standing import ask_for_the_next_step, refresh_about, stops_counting
from risk.mornings import morning_after
from risk.tables import Condition, Intervention, InterventionReview


def propose(
    session: Session, wanted: InterventionProposed, copies: Copies, *, by: Principal, now: datetime
) -> Intervention:
    _check_subject(wanted.provider_id, wanted.care_service_id, copies)
    interventions = Interventions(session)
    proposal = Proposal(
        kind=wanted.kind,
        has_service=wanted.care_service_id is not None,
        extent=wanted.extent,
        limit_text=wanted.limit_text,
        response_due_on=wanted.response_due_on,
        review_on=wanted.review_on,
        skip_reason=wanted.skip_reason,
        taken_before=interventions.kinds_issued(wanted.provider_id, wanted.care_service_id),
        escalates=_escalated(interventions, wanted),
    )
    _refuse(bars_to_proposing(proposal, today=london_day(now)))
    intervention = Intervention(
        **wanted.model_dump(exclude={"conditions"}),
        reference=next_reference(session, "INT", now),
        proposed_by=by.subject,
        proposed_by_name=by.name,
        proposed_at=now,
    )
    interventions.add(intervention)
    interventions.add(*_conditions(intervention, wanted.conditions))
    about = telling.about(intervention)
    begin(session, intervention, LIFE, by=by, now=now, step="propose", reason=wanted.reason, **about)
    telling.of_change(session, intervention, before=None, now=now)
    return intervention


def issue_urgently(
    session: Session, wanted: UrgentEmbargo, copies: Copies, *, by: Principal, now: datetime
) -> Intervention:
    """One manager acts alone: in force at once, and to be confirmed by another within one working day."""
    proposed = InterventionProposed(
        kind=Kind.EMBARGO, **wanted.model_dump(exclude={"notice_text", "conditions"}), conditions=wanted.conditions
    )
    intervention = propose(session, proposed, copies, by=by, now=now)
    intervention.is_urgent = True
    intervention.confirm_by = intervention.confirmation_alert_at = confirm_by(london_day(now))
    _decide(intervention, by=by, now=now)
    _step(session, intervention, Step.AUTHORISE_URGENTLY, by=by, now=now, reason=wanted.reason)
    _issue(session, intervention, wanted.notice_text, by=by, now=now)
    return intervention


def authorise(
    session: Session, intervention_id: UUID, wanted: Authorisation, *, by: Principal, now: datetime
) -> Intervention:
    interventions, today = Interventions(session), london_day(now)
    intervention = interventions.get(intervention_id, lock=True)
    if intervention.status == Status.PROPOSED:
        case = _case(interventions, intervention, today=today)
        bars = bars_to_authorising(case, plan_read=wanted.plan_edition, by=by.subject, today=today)
        _refuse(bars + _bars_of_dates(intervention, wanted, by=by, today=today))
    _step(session, intervention, Step.AUTHORISE, by=by, now=now, reason=wanted.reason, anew=wanted)
    _decide(intervention, by=by, now=now)
    if wanted.notice_text is not None:
        _issue(session, intervention, wanted.notice_text, by=by, now=now)
    session.flush()
    return intervention


def reject(session: Session, intervention_id: UUID, reason: str, *, by: Principal, now: datetime) -> Intervention:
    """A proposal, or what was authorised and is no longer wanted: the provider has not been told of either."""
    interventions = Interventions(session)
    intervention = interventions.get(intervention_id, lock=True)
    if intervention.status in {Status.PROPOSED, Status.AUTHORISED}:
        _refuse(bars_to_deciding(_case(interventions, intervention, today=london_day(now)), by=by.subject))
    _step(session, intervention, Step.REJECT, by=by, now=now, reason=reason)
    _decide(intervention, by=by, now=now)
    intervention.ended_at, intervention.ending_reason = now, reason
    stops_counting(session, intervention, with_those_before=False, now=now)
    session.flush()
    return intervention


def issue(session: Session, intervention_id: UUID, wanted: Notice, *, by: Principal, now: datetime) -> Intervention:
    interventions, today = Interventions(session), london_day(now)
    intervention = interventions.get(intervention_id, lock=True)
    if intervention.status == Status.AUTHORISED:
        unread = _case(interventions, intervention, today=today).bars_of_answers
        _refuse(unread + _bars_of_dates(intervention, wanted, by=by, today=today))
    _issue(session, intervention, wanted.notice_text, by=by, now=now, anew=wanted)
    return intervention


def confirm(session: Session, intervention_id: UUID, *, by: Principal, now: datetime) -> Intervention:
    interventions = Interventions(session)
    intervention = interventions.get(intervention_id, lock=True)
    if intervention.status == Status.ISSUED:
        _refuse(bars_to_confirming(_case(interventions, intervention, today=london_day(now)), by=by.subject))
    take(session, intervention, Step.CONFIRM, LIFE, by=by, now=now, **telling.about(intervention))
    intervention.confirmed_by_name, intervention.confirmed_at = by.name, now
    intervention.confirmation_alert_at = None
    session.flush()
    return intervention


def end(
    session: Session, intervention_id: UUID, step: Step, reason: str, *, by: Principal, now: datetime
) -> Intervention:
    """Met, escalated, withdrawn or lifted: nothing ends with a condition open, and an embargo never by itself."""
    interventions = Interventions(session)
    intervention = interventions.get(intervention_id, lock=True)
    if intervention.status == Status.ISSUED:
        _refuse(bars_to_ending(_case(interventions, intervention, today=london_day(now)), step, roles=by.roles))
    _step(session, intervention, step, by=by, now=now, reason=reason)
    intervention.ended_at, intervention.ending_reason = now, reason
    if step is not Step.ESCALATE:
        stops_counting(session, intervention, with_those_before=step is not Step.WITHDRAW, now=now)
    session.flush()
    refresh_about(session, intervention, now=now)
    telling.of_ending(session, intervention, now=now)
    if step is Step.ESCALATE and not interventions.taking_further(intervention.id):
        ask_for_the_next_step(session, intervention, now=now)
    return intervention


def stand_down(session: Session, intervention_id: UUID, reason: str, *, by: Principal, now: datetime) -> Intervention:
    """What was escalated stands no longer: bands are worked out without it from now on."""
    interventions = Interventions(session)
    intervention = interventions.get(intervention_id, lock=True)
    if intervention.status == Status.ESCALATED:
        case = _case(interventions, intervention, today=london_day(now))
        _refuse(bars_to_standing_down(case, by=by.subject, stands=intervention.counts_until is None))
    take(session, intervention, Step.STAND_DOWN, LIFE, by=by, now=now, reason=reason, **telling.about(intervention))
    stops_counting(session, intervention, with_those_before=True, now=now)
    session.flush()
    refresh_about(session, intervention, now=now)
    return intervention


def review(session: Session, intervention_id: UUID, wanted: Review, *, by: Principal, now: datetime) -> Intervention:
    """A recorded decision that it goes on, until it is looked at again. It lifts nothing and ends nothing."""
    interventions, today = Interventions(session), london_day(now)
    intervention = interventions.get(intervention_id, lock=True)
    if intervention.status == Status.ISSUED:
        case = _case(interventions, intervention, today=today)
        _refuse(bars_to_reviewing(case, wanted.next_review_on, roles=by.roles, today=today))
    about = telling.about(intervention)
    about["detail"] |= {"next_review_on": wanted.next_review_on.isoformat()}
    take(session, intervention, Step.REVIEW, LIFE, by=by, now=now, reason=wanted.reason, **about)
    interventions.add(
        InterventionReview(
            **wanted.model_dump(),
            intervention_id=intervention.id,
            was_due_on=intervention.review_on,
            reviewed_at=now,
            reviewed_by=by.subject,
            reviewed_by_name=by.name,
        )
    )
    intervention.review_on, intervention.review_alert_at = wanted.next_review_on, morning_after(wanted.next_review_on)
    session.flush()
    telling.to_provider(session, intervention, "intervention_reviewed", now=now)
    return intervention


def settle_condition(
    session: Session,
    intervention_id: UUID,
    condition_id: UUID,
    wanted: ConditionOutcome,
    *,
    by: Principal,
    now: datetime,
) -> Intervention:
    interventions = Interventions(session)
    intervention = interventions.get(intervention_id, lock=True)
    condition = interventions.condition(intervention_id, condition_id)
    about = telling.about(intervention)
    about["detail"] |= {"condition": condition.wording, "outcome": wanted.outcome}
    take(session, intervention, Step.SETTLE_CONDITION, LIFE, by=by, now=now, reason=wanted.reason, **about)
    condition.outcome, condition.outcome_reason = wanted.outcome, wanted.reason
    condition.decided_by_name, condition.decided_at = by.name, now
    session.flush()
    return intervention


def plan_continuity(
    session: Session, intervention_id: UUID, plan: ContinuityPlan, read: int | None, *, by: Principal, now: datetime
) -> Intervention:
    """`read`: the edition that this one follows, where whoever writes it has read one."""
    intervention = Interventions(session).get(intervention_id, lock=True)
    check_match(read, intervention.plan_edition)
    if plan.ends_on < plan.starts_on:
        raise InterventionBarred([Bar.PLAN_ENDS_BEFORE_START])
    take(session, intervention, Step.PLAN_CONTINUITY, LIFE, by=by, now=now, **telling.about(intervention))
    intervention.continuity_plan = plan.model_dump(mode="json")
    intervention.plan_edition, intervention.plan_written_at = intervention.plan_edition + 1, now
    session.flush()
    return intervention


def _issue(
    session: Session,
    intervention: Intervention,
    notice_text: str,
    *,
    by: Principal,
    now: datetime,
    anew: Dated | None = None,
) -> None:
    """From here on it is in force: the provider is told the same day, and the band is worked out with it."""
    _step(session, intervention, Step.ISSUE, by=by, now=now, anew=anew)
    intervention.notice_text = notice_text
    intervention.issued_by, intervention.issued_by_name, intervention.issued_at = by.subject, by.name, now
    intervention.review_alert_at = morning_after(intervention.review_on)
    if intervention.response_due_on is not None:
        intervention.response_alert_at = morning_after(intervention.response_due_on)
    session.flush()
    refresh_about(session, intervention, now=now)
    telling.of_issue(session, intervention, now=now)


def _step(
    session: Session,
    intervention: Intervention,
    step: Step,
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
    anew: Dated | None = None,
) -> None:
    """`anew`: the days that are given another with this step."""
    before, about = Status(intervention.status), telling.about(intervention)
    named = {name: getattr(anew, name) for name in Dated.model_fields} if anew else {}
    given = {name: day for name, day in named.items() if day not in {None, getattr(intervention, name)}}
    about["detail"] |= {name: day.isoformat() for name, day in given.items()}
    take(session, intervention, step, LIFE, by=by, now=now, reason=reason, **about)
    for name, day in given.items():
        setattr(intervention, name, day)
    telling.of_change(session, intervention, before=before, now=now)


def _bars_of_dates(intervention: Intervention, anew: Dated, *, by: Principal, today: date) -> list[Bar]:
    dates = Dates(
        response_due_on=anew.response_due_on or intervention.response_due_on,
        review_on=anew.review_on or intervention.review_on,
        is_another_review=anew.review_on not in {None, intervention.review_on},
    )
    return bars_to_dating(Kind(intervention.kind), dates, roles=by.roles, today=today)


def _decide(intervention: Intervention, *, by: Principal, now: datetime) -> None:
    intervention.decided_by, intervention.decided_by_name, intervention.decided_at = by.subject, by.name, now


def _escalated(interventions: Interventions, wanted: InterventionProposed) -> Escalated | None:
    if wanted.escalates_id is None:
        return None
    found = interventions.find(wanted.escalates_id)
    if found is None:
        raise UnknownSubject(f"There is no intervention {wanted.escalates_id} to escalate.")
    return Escalated(
        kind=Kind(found.kind),
        is_in_force=found.status == Status.ISSUED,
        is_about_the_same=found.provider_id == wanted.provider_id
        and (wanted.care_service_id is None or found.care_service_id in {None, wanted.care_service_id}),
    )


def _case(interventions: Interventions, intervention: Intervention, *, today: date) -> Case:
    conditions = interventions.conditions(intervention.id)
    kind, plan = Kind(intervention.kind), intervention.continuity_plan
    is_told = intervention.status not in {Status.PROPOSED, Status.AUTHORISED}
    return Case(
        kind=kind,
        proposed_by=intervention.proposed_by,
        issued_urgently_by=intervention.issued_by if intervention.is_urgent else None,
        awaits_confirmation=intervention.confirmation_alert_at is not None,
        plan_edition=intervention.plan_edition,
        others_told_on=last_told_on(ContinuityPlan.model_validate(plan)) if plan else None,
        outcomes=[Outcome(each.outcome) for each in conditions],
        overdue_conditions=sum(
            each.outcome == Outcome.OPEN and each.due_on is not None and each.due_on < today for each in conditions
        ),
        unread_answers=interventions.count_unread(intervention)
        if is_told
        else interventions.count_unread_below(intervention, lower_than(kind)),
    )


def _conditions(intervention: Intervention, wanted: Sequence[ConditionWanted]) -> list[Condition]:
    return [
        Condition(intervention_id=intervention.id, position=position, wording=each.wording, due_on=each.due_on)
        for position, each in enumerate(wanted, start=1)
    ]


def _check_subject(provider_id: UUID, care_service_id: UUID | None, copies: Copies) -> None:
    if copies.provider(provider_id) is None:
        raise UnknownSubject(f"The directory knows no provider {provider_id}.")
    if care_service_id is None:
        return
    care_service = copies.care_service(care_service_id)
    if care_service is None:
        raise UnknownSubject(f"The directory knows no service {care_service_id}.")
    if care_service.provider_id != provider_id:
        raise NotAboutThatProvider(f"{care_service.name} is not a service of provider {provider_id}.")


def _refuse(bars: Sequence[Bar]) -> None:
    if bars:
        raise InterventionBarred(bars)
