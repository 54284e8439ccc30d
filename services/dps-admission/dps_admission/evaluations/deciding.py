"""Decisions on lot applications, by somebody who neither evaluated nor moderated; representations; setting aside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.dps_admission import LotApplicationDecided, Outcome
from assay_kit.calendar import WorkingDays, end_of_london_day, london_day
from assay_kit.events import tell
from assay_kit.identity import Principal
from assay_kit.timeline import take
from dps_admission.applications.actions import begin_anew, close_if_decided, end_waiting, profile_for, prolong_to
from dps_admission.applications.messages import write_to_managers, write_to_provider
from dps_admission.applications.repository import Applications, still_awaited
from dps_admission.applications.rules import (
    APPLICATION_LIFE,
    LOT_APPLICATION_LIFE,
    AnswerWindow,
    ApplicationStatus,
    ApplicationStep,
    LotApplicationStatus,
    LotApplicationStep,
    representations_window,
)
from dps_admission.bars import Bar
from dps_admission.circumstances.marking import review_marks
from dps_admission.evidence import rely
from dps_admission.memberships.ending import end_of_application
from dps_admission.memberships.letters import write_of_setting_aside
from dps_admission.memberships.places import admit_member
from dps_admission.memberships.repository import Memberships
from dps_admission.memberships.rules import Cause, MembershipStatus
from dps_admission.memberships.suspending import add_cause
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.rules import SchemeStatus
from dps_admission.tables import Decision, EvaluationReport, LotApplication, Representations

from . import rules
from .errors import DecisionRefused
from .rechecking import failed_now
from .repository import Evaluations
from .rounds import begin_next_round
from .rules import DecisionKind, Method
from .schemas import CriterionReasonIn, DecisionIn, RefusalIn, RepresentationsAcceptedIn, RepresentationsIn

EXAMINING_DOCUMENTS = "Examining additional documents that the provider may send."


def decide(session: Session, part_id: UUID, asked: DecisionIn, *, by: Principal, now: datetime) -> Decision:
    """Admit, or say that refusal is proposed and why. The outcome follows the complete evaluation report."""
    part = _part_to_decide(session, part_id, by)
    is_admission = asked.outcome == DecisionKind.ADMIT
    step = LotApplicationStep.ADMIT if is_admission else LotApplicationStep.PROPOSE_REFUSAL
    if part.status != LotApplicationStatus.EVALUATING:
        raise DecisionRefused([Bar("not-evaluating", f"The lot application is {part.status}.")])
    report = Evaluations(session, part).report()
    failed = failed_now(session, part, report, now=now)
    bars = rules.bars_to_outcome(admits=is_admission, failed=failed)
    if not bars and not is_admission:
        bars = rules.bars_to_reasons(failed=failed, reasons=[one.criterion for one in asked.criteria])
    DecisionRefused.unless_clear(bars)
    criteria = _with_figures(report, asked.criteria)
    decision = _record(
        session, part, asked.outcome, report=report, reason=asked.reason, criteria=criteria, by=by, now=now
    )
    if is_admission:
        _admit(session, part, report, reason=asked.reason, by=by, now=now)
        return decision
    _step(session, part, step, reason=asked.reason, by=by, now=now)
    _open_window(session, part, decision, by=by, now=now)
    return decision


def _part_to_decide(session: Session, part_id: UUID, by: Principal) -> LotApplication:
    """Lock the application and then its part, and ask who decides."""
    applications = Applications(session)
    applications.get(applications.lot_application(part_id).application_id, lock=True)
    part = applications.lot_application(part_id, lock=True)
    evaluations = Evaluations(session, part)
    DecisionRefused.unless_clear(
        rules.bars_to_deciding(person=by.subject, involved=evaluations.involved(), conflicted=evaluations.conflicted())
    )
    return part


def _with_figures(report: EvaluationReport, reasons: Sequence[CriterionReasonIn]) -> list[dict[str, Any]]:
    """The reasons as given, each with the score and the threshold that it is about."""
    judged = {one["question"]: one for one in report.content["criteria"]}
    figures = []
    for one in reasons:
        about = judged.get(one.criterion, {})
        is_quality = one.criterion == rules.TOTAL
        figures.append(
            one.model_dump(mode="json")
            | {
                "text": about.get("text"),
                "score": report.content["quality_shown"] if is_quality else about.get("score"),
                "finding": about.get("finding"),
                "threshold": report.content["threshold"] if is_quality else about.get("minimum"),
            }
        )
    return figures


def _record(
    session: Session,
    part: LotApplication,
    kind: DecisionKind,
    *,
    reason: str,
    report: EvaluationReport | None = None,
    criteria: Sequence[Mapping[str, Any]] = (),
    by: Principal,
    now: datetime,
) -> Decision:
    decision = Decision(
        lot_application_id=part.id,
        round=part.round,
        kind=kind,
        report_id=report.id if report else None,
        reason=reason,
        criteria=[dict(one) for one in criteria],
        by=by.subject,
        by_name=by.name,
        at=now,
    )
    session.add(decision)
    session.flush()
    return decision


def _step(
    session: Session,
    part: LotApplication,
    step: LotApplicationStep,
    *,
    reason: str,
    by: Principal,
    now: datetime,
) -> None:
    take(session, part, step, LOT_APPLICATION_LIFE, by=by, now=now, reason=reason, provider_id=part.provider_id)


def _admit(
    session: Session,
    part: LotApplication,
    report: EvaluationReport,
    *,
    reason: str,
    by: Principal,
    now: datetime,
) -> None:
    scheme = Schemes(session).get(Schemes(session).lot(part.lot_id).scheme_id)
    if scheme.status != SchemeStatus.OPEN:
        raise DecisionRefused([Bar("scheme-not-open", "The DPS is not open, so nobody can be admitted.")])
    _step(session, part, LotApplicationStep.ADMIT, reason=reason, by=by, now=now)
    admit_member(session, part, report, by=by, now=now)
    _tell_outcome(session, part, Outcome.ADMITTED, by=by, now=now)


def _tell_outcome(session: Session, part: LotApplication, outcome: Outcome, *, by: Principal, now: datetime) -> None:
    part.decided_at = now
    tell(
        session,
        LotApplicationDecided(
            lot_application_id=part.id,
            application_id=part.application_id,
            provider_id=part.provider_id,
            lot_id=part.lot_id,
            zone=part.zone,
            outcome=outcome,
            at=now,
        ),
    )
    template = "application_admitted" if outcome == Outcome.ADMITTED else "application_refused"
    write_to_provider(
        session, part.provider_id, template, about=part.id, personalisation={}, now=now, once=str(part.round)
    )
    close_if_decided(session, part.application_id, by=by, now=now)


def _open_window(session: Session, part: LotApplication, decision: Decision, *, by: Principal, now: datetime) -> None:
    window = _window(session, part, now=now)
    if window.prolongs_to is not None:
        until = end_of_london_day(window.prolongs_to)
        prolong_to(session, part, until, reason=EXAMINING_DOCUMENTS, by=by, now=now)
    session.add(
        Representations(
            lot_application_id=part.id,
            decision_id=decision.id,
            opened_at=now,
            closes_at=end_of_london_day(window.closes_on),
            is_shortened=window.is_shortened,
        )
    )
    session.flush()
    about = {"answer_by": window.closes_on.isoformat()}
    write_to_provider(session, part.provider_id, "minded_to_refuse", about=decision.id, personalisation=about, now=now)


def _window(session: Session, part: LotApplication, *, now: datetime) -> AnswerWindow:
    profile = profile_for(session, part)
    return representations_window(
        london_day(now),
        received_on=london_day(part.counted_from),
        due_on=part.due_on,
        may_prolong_to_days=None if part.prolonged_at else profile.prolonged_days.value,
        days=profile.policy.representations_days,
        days_at_least=profile.policy.representations_days_at_least,
        calendar=WorkingDays(profile.calendar.value),
    )


def represent(
    session: Session, part_id: UUID, asked: RepresentationsIn, *, directory: Directory, by: Principal, now: datetime
) -> Representations:
    """The provider answers, once, within the window."""
    part = Applications(session).lot_application_seen_by(part_id, by, lock=True)
    if part.status != LotApplicationStatus.MINDED_TO_REFUSE:
        raise DecisionRefused([Bar("nothing-to-answer", "No refusal is proposed.")])
    window = Evaluations(session, part).window(lock=True)
    if window.made_at is not None:
        raise DecisionRefused([Bar("already-answered", "You have answered already.")])
    if window.silent_at is not None or now > window.closes_at:
        raise DecisionRefused([Bar("window-over", "The time for representations is over.")])
    by_object = RelyingObject("representations", window.id)
    window.evidence = rely(directory, asked.documents, provider_id=part.provider_id, by_object=by_object)
    window.text, window.documents = asked.text, [str(one) for one in asked.documents]
    window.made_by, window.made_by_subject, window.made_at = by.name, by.subject, now
    session.flush()
    reference = Applications(session).get(part.application_id).reference
    about = {"reference": reference}
    write_to_managers(session, "representations_received", about=window.id, personalisation=about, now=now)
    return window


def refuse(session: Session, part_id: UUID, asked: RefusalIn, *, by: Principal, now: datetime) -> Decision:
    part = _minded(session, part_id, by)
    evaluations = Evaluations(session, part)
    report, window = evaluations.report(), evaluations.window()
    failed = failed_now(session, part, report, now=now)
    bars = rules.bars_to_refusing(
        window_is_over=window.silent_at is not None or now > window.closes_at,
        has_answer=window.made_at is not None,
        noticed=[one["criterion"] for one in evaluations.minded().criteria],
        failed=failed,
        reasons=[one.criterion for one in asked.criteria],
    )
    DecisionRefused.unless_clear(bars)
    criteria = _with_figures(report, asked.criteria)
    decision = _record(
        session, part, DecisionKind.REFUSE, report=report, reason=asked.reason, criteria=criteria, by=by, now=now
    )
    _step(session, part, LotApplicationStep.REFUSE, reason=asked.reason, by=by, now=now)
    end_of_application(session, part.id, by=by, now=now, reason=asked.reason, is_removal=True)
    _tell_outcome(session, part, Outcome.REFUSED, by=by, now=now)
    return decision


def admit_on_representations(
    session: Session, part_id: UUID, asked: RepresentationsAcceptedIn, *, by: Principal, now: datetime
) -> Decision:
    """The representations met what had failed, and none of it was a score."""
    part = _minded(session, part_id, by)
    evaluations = Evaluations(session, part)
    report = evaluations.report()
    methods = {one["question"]: Method(one["method"]) for one in report.content["criteria"]}
    bars = rules.bars_to_admitting_on_representations(
        failed={one: methods.get(one) for one in failed_now(session, part, report, now=now)},
        accepted={one.criterion for one in asked.accepted},
    )
    if evaluations.window().made_at is None:
        bars.append(Bar("no-representations", "The provider has made no representations."))
    DecisionRefused.unless_clear(bars)
    criteria = [one.model_dump(mode="json") for one in asked.accepted]
    decision = _record(
        session, part, DecisionKind.ADMIT, report=report, reason=asked.reason, criteria=criteria, by=by, now=now
    )
    _admit(session, part, report, reason=asked.reason, by=by, now=now)
    return decision


def reconsider(session: Session, part_id: UUID, *, reason: str, by: Principal, now: datetime) -> Decision:
    """Send it back to the evaluators, whatever they found: a new round with what was said since the report."""
    part = _part_to_decide(session, part_id, by)
    if part.status == LotApplicationStatus.EVALUATING and Evaluations(session, part).report_if_any() is None:
        raise DecisionRefused([Bar("no-report", "There is no report yet: it is being evaluated.")])
    decision = _record(session, part, DecisionKind.RECONSIDER, reason=reason, by=by, now=now)
    _step(session, part, LotApplicationStep.RECONSIDER, reason=reason, by=by, now=now)
    end_waiting(session, part, now=now)
    begin_next_round(session, part, by=by, now=now)
    return decision


def _minded(session: Session, part_id: UUID, by: Principal) -> LotApplication:
    part = _part_to_decide(session, part_id, by)
    if part.status != LotApplicationStatus.MINDED_TO_REFUSE:
        raise DecisionRefused([Bar("not-minded-to-refuse", f"The lot application is {part.status}.")])
    return part


def set_aside(session: Session, part_id: UUID, *, reason: str, by: Principal, now: datetime) -> Decision:
    """A decision is set aside: evaluated anew. A membership that it made is suspended, not ended.

    The DPS is locked first: one that closes this instant would leave behind a case that nobody can close.
    """
    schemes, applications = Schemes(session), Applications(session)
    scheme = schemes.get(schemes.lot(applications.lot_application(part_id).lot_id).scheme_id, lock=True)
    part = _part_to_decide(session, part_id, by)
    if scheme.status != SchemeStatus.OPEN:
        raise DecisionRefused([Bar("scheme-not-open", "The DPS is not open, so nothing can be evaluated anew.")])
    application = applications.get(part.application_id, lock=True)
    if part.status not in (LotApplicationStatus.ADMITTED, LotApplicationStatus.REFUSED):
        raise DecisionRefused([Bar("not-decided", f"The lot application is {part.status}.")])
    if applications.others_here(part):
        raise DecisionRefused([Bar("applied-again", "The provider has applied again or is a member already.")])
    decision = _record(session, part, DecisionKind.SET_ASIDE, reason=reason, by=by, now=now)
    begin_anew(session, part, reason=reason, by=by, now=now)
    if application.status != ApplicationStatus.SUBMITTED:
        reopen, provider_id = ApplicationStep.REOPEN, part.provider_id
        take(session, application, reopen, APPLICATION_LIFE, by=by, now=now, reason=reason, provider_id=provider_id)
        application.closed_at = None
    if (membership := Memberships(session).made_by(part.id)) is not None:
        why = "The decision to admit was set aside."
        cause, was_active = Cause.DECISION_SET_ASIDE, membership.status == MembershipStatus.ACTIVE
        add_cause(session, membership, cause, reason=why, by=by, now=now, reference=part.id)
        if not was_active:
            write_of_setting_aside(session, membership, decision.id, reason=reason, now=now)
    review_marks(session, part.id, reason=reason, by=by, now=now)
    begin_next_round(session, part, by=by, now=now)
    return decision


def record_silences(session: Session, now: datetime) -> int:
    """The window ended and nobody answered: that is recorded, and a refusal may follow."""
    ended = Applications(session).due(
        Representations,
        col(Representations.closes_at),
        now,
        *still_awaited(Representations, Representations.made_at),
    )
    for window in ended:
        window.silent_at = window.closes_at
    session.flush()
    return len(ended)
