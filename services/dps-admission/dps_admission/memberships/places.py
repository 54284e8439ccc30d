"""Places: who gets one, who waits, who is offered what becomes free. Everything here holds the lot and zone's lock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import WorkingDays, end_of_london_day, london_day
from assay_kit.identity import SYSTEM, Principal
from dps_admission.applications.checking import look_again, says_the_same
from dps_admission.applications.checks import NEEDS_PERSON, CheckResult
from dps_admission.applications.messages import write_to_managers, write_to_provider
from dps_admission.applications.repository import Applications
from dps_admission.bars import Bar
from dps_admission.circumstances.marking import overtake_marks
from dps_admission.evaluations.rules import Finding
from dps_admission.providers import bars_to_provider
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.rules import SchemeStatus
from dps_admission.tables import EvaluationReport, LotApplication, LotZone, Membership, Offer, Scheme, ServiceChange

from .affirming import schedule
from .errors import MembershipRefused
from .repository import Memberships
from .rules import (
    Cause,
    MembershipStatus,
    MembershipStep,
    OfferAnswer,
    Standing,
    bars_to_holding,
    bars_when_over,
    last_day_to_accept,
    next_for_offer,
)
from .service_changes import ServiceChangesKept
from .stepping import begin_membership, step_membership
from .suspending import end_cause, suspend_if_caused, sync_embargoes

_BEFORE_ANY_SET = datetime(1970, 1, 1, tzinfo=UTC)


def admit_member(
    session: Session, part: LotApplication, report: EvaluationReport, *, by: Principal, now: datetime
) -> Membership:
    """Make the membership of an admitted lot application; without a limit on places it is active at once."""
    memberships = Memberships(session)
    memberships.lock_provider(part.provider_id)
    zone = memberships.lock_zone(part.lot_zone_id)
    MembershipRefused.unless_clear(bars_to_provider(session, part.provider_id))
    if standing := memberships.made_by(part.id):
        standing.quality_numerator = report.quality_numerator
        standing.quality_denominator = report.quality_denominator
        because = "The lot application was admitted again."
        set_aside = Cause.DECISION_SET_ASIDE
        end_cause(session, standing, set_aside, reference=part.id, by=by, now=now, because=because)
        if standing.status == MembershipStatus.WAITING:
            fill(session, zone, now=now)
        return standing
    membership = Membership(
        provider_id=part.provider_id,
        scheme_id=Schemes(session).lot(part.lot_id).scheme_id,
        lot_id=part.lot_id,
        lot_zone_id=part.lot_zone_id,
        zone=part.zone,
        lot_application_id=part.id,
        care_service_ids=list(part.care_service_ids),
        quality_numerator=report.quality_numerator,
        quality_denominator=report.quality_denominator,
        set_published_at=QuestionSets(session).get(part.question_set_id).published_at,
        submitted_at=part.received_at,
        admitted_at=now,
    )
    begin_membership(session, membership, by=by, now=now, reason="The lot application was admitted.")
    sync_embargoes(session, membership, now=now)
    if zone.places is None:
        take_effect(session, membership, zone, step=MembershipStep.TAKE_EFFECT, by=by, now=now)
    return membership


def take_effect(
    session: Session,
    membership: Membership,
    zone: LotZone,
    *,
    step: MembershipStep,
    by: Principal,
    now: datetime,
) -> None:
    """Become active; a cause of suspension that is open already suspends at once. Offered ones hold their place."""
    MembershipRefused.unless_clear(bars_when_over(_scheme_of(session, zone).valid_until, today=london_day(now)))
    if membership.status != MembershipStatus.OFFERED:
        held = Memberships(session).held(zone.id)
        MembershipRefused.unless_clear(bars_to_holding(places=zone.places, held=held))
    step_membership(session, membership, step, by=by, now=now)
    membership.active_from = now
    if not membership.is_imported:  # what was declared with an opening balance is not here: the council asks for it
        schedule(session, membership, declared_on=london_day(now))
    suspend_if_caused(session, membership, by=by, now=now)


def fill(session: Session, zone: LotZone, *, now: datetime) -> None:
    """Offer every free place of a locked zone to the next in order. Passed-over ones keep their position.

    A DPS that is closed, or closes in this transaction, or whose last day is over, offers nothing to anybody.
    """
    scheme = _scheme_of(session, zone)
    is_over = scheme.status != SchemeStatus.OPEN or bars_when_over(scheme.valid_until, today=london_day(now))
    if zone.places is None or is_over:
        return
    memberships = Memberships(session)
    waiting = {one.id: one for one in memberships.in_zone(zone.id, MembershipStatus.WAITING)}
    causes = memberships.causes_of(list(waiting))
    line = {one.id: standing_of(one, bool(causes[one.id])) for one in waiting.values()}
    held = memberships.held(zone.id)
    while chosen := next_for_offer(line.values(), places=zone.places, held=held):
        first = chosen[0].membership
        looked = _look(session, waiting[first], now=now)
        if failed := _failing(session, waiting[first], looked):
            _tell_of_failing(session, waiting[first], failed, now=now)
            line[first] = replace(line[first], is_passed_over=True)
            continue
        make_offer(session, waiting[first], looked, by=SYSTEM, now=now)
        del line[first]
        held += 1


def _scheme_of(session: Session, zone: LotZone) -> Scheme:
    schemes = Schemes(session)
    return schemes.get(schemes.lot(zone.lot_id).scheme_id)


def standing_of(membership: Membership, is_passed_over: bool) -> Standing:
    return Standing(
        membership=membership.id,
        set_published_at=membership.set_published_at or _BEFORE_ANY_SET,
        quality=Fraction(membership.quality_numerator or 0, membership.quality_denominator or 1),
        submitted_at=membership.submitted_at,
        application=membership.lot_application_id or membership.id,
        is_passed_over=is_passed_over,
    )


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """One check, run again on one who waits, and what a person has found of the same facts.

    Before the admission, or since then where other services were confirmed.
    """

    result: CheckResult
    finding: Finding | None

    @property
    def stands_against(self) -> bool:
        """What a person knew of and settled does not cost the place.

        What cannot be found out now is no pass: a person looks, as where it fails.
        """
        return self.result.outcome in NEEDS_PERSON and self.finding is None

    def kept(self) -> dict[str, Any]:
        one = self.result
        return {
            "kind": one.kind,
            "outcome": one.outcome,
            "reason": one.reason,
            "inputs": one.inputs,
            "finding": self.finding,
        }


def _look(session: Session, membership: Membership, *, now: datetime) -> list[_Looked]:
    """The run is kept with the offer: its lot application cannot be locked below the zone, to keep it there."""
    if membership.lot_application_id is None:
        return []
    part = Applications(session).lot_application(membership.lot_application_id)
    confirmed = ServiceChangesKept(session).last_confirmed(membership.id)
    return [
        _Looked(result=result, finding=then.finding if then and then.finding else _accepted(result, confirmed))
        for result, then in look_again(session, part, now=now)
    ]


def _accepted(result: CheckResult, confirmed: ServiceChange | None) -> Finding | None:
    """What a person who confirmed other services took as met, by name, is so while the check says the same."""
    kept = confirmed.checks if confirmed else []
    taken = [one for one in kept if one["is_accepted"] and one["kind"] == result.kind]
    is_same = any(says_the_same(result, one["outcome"], one["reason"], one["inputs"]) for one in taken)
    return Finding.PASS if is_same else None


def _failing(session: Session, membership: Membership, looked: Sequence[_Looked]) -> list[str]:
    """What fails or cannot be found out now, settled by nobody: passed over until a person offers or removes."""
    failed = [one.result.reason for one in looked if one.stands_against]
    return failed + [bar.says for bar in bars_to_provider(session, membership.provider_id)]


def _tell_of_failing(session: Session, membership: Membership, failed: Sequence[str], *, now: datetime) -> None:
    write_to_managers(
        session,
        "waiting_member_failed_checks",
        about=membership.id,
        personalisation={"reasons": " ".join(failed)},
        now=now,
        once=london_day(now).isoformat(),
    )


def make_offer(
    session: Session,
    membership: Membership,
    looked: Sequence[_Looked],
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
) -> Offer:
    schemes = Schemes(session)
    scheme = schemes.get(membership.scheme_id)
    profile = schemes.profile_of(scheme)
    usual = WorkingDays(profile.calendar.value).after(london_day(now), profile.policy.offer_days)
    last_day = last_day_to_accept(usual, valid_until=scheme.valid_until)
    step_membership(session, membership, MembershipStep.OFFER, by=by, now=now, reason=reason)
    checks = [one.kept() for one in looked]
    offer = Offer(membership_id=membership.id, made_at=now, expires_at=end_of_london_day(last_day), checks=checks)
    session.add(offer)
    session.flush()
    about = {"accept_by": last_day.isoformat()}
    write_to_provider(session, membership.provider_id, "place_offered", about=offer.id, personalisation=about, now=now)
    return offer


def offer_by_hand(session: Session, membership_id: UUID, *, reason: str, by: Principal, now: datetime) -> Membership:
    """A person offers a free place to one whom a failed check had passed over."""
    memberships = Memberships(session)
    membership, zone = memberships.in_its_zone(membership_id, by)
    bars = bars_to_holding(places=zone.places, held=memberships.held(zone.id))
    bars += bars_when_over(_scheme_of(session, zone).valid_until, today=london_day(now))
    if membership.status != MembershipStatus.WAITING:
        bars.append(Bar("not-waiting", "Only one who waits, once the round is ranked, is offered a place."))
    if memberships.open_causes(membership.id):
        bars.append(Bar("passed-over", "An embargo or an open decision stands against an offer."))
    MembershipRefused.unless_clear(bars)
    make_offer(session, membership, _look(session, membership, now=now), by=by, now=now, reason=reason)
    return membership


def accept(session: Session, membership_id: UUID, *, by: Principal, now: datetime) -> Membership:
    memberships = Memberships(session)
    membership, zone = memberships.in_its_zone(membership_id, by)
    offer = memberships.open_offer(membership.id)
    if offer is None or now > offer.expires_at:
        raise MembershipRefused([Bar("no-open-offer", "There is no open offer to answer.")])
    MembershipRefused.unless_clear(bars_to_provider(session, membership.provider_id))
    take_effect(session, membership, zone, step=MembershipStep.ACCEPT, by=by, now=now)
    answer_offer(offer, OfferAnswer.ACCEPTED, by=by, now=now)
    session.flush()
    return membership


def decline(session: Session, membership_id: UUID, *, by: Principal, now: datetime) -> Membership:
    memberships = Memberships(session)
    membership, zone = memberships.in_its_zone(membership_id, by)
    offer = memberships.open_offer(membership.id)
    if offer is None or now > offer.expires_at:
        raise MembershipRefused([Bar("no-open-offer", "There is no open offer to answer.")])
    _turn_down(session, membership, offer, MembershipStep.DECLINE, OfferAnswer.DECLINED, by=by, now=now)
    fill(session, zone, now=now)
    return membership


def _turn_down(
    session: Session,
    membership: Membership,
    offer: Offer,
    step: MembershipStep,
    answer: OfferAnswer,
    *,
    by: Principal,
    now: datetime,
) -> None:
    step_membership(session, membership, step, by=by, now=now)
    membership.ended_at = now
    overtake_marks(session, [membership.id], by=by, now=now)
    answer_offer(offer, answer, by=by, now=now)
    session.flush()


def answer_offer(offer: Offer, answer: OfferAnswer, *, by: Principal, now: datetime) -> None:
    offer.answer, offer.answered_at = answer, now
    offer.answered_by, offer.answered_by_subject = by.name, by.subject


def lapse_offers(session: Session, now: datetime) -> int:
    """Silence passes the place on: one a transaction, so that no two zones are ever locked."""
    memberships = Memberships(session)
    found = memberships.expired_offer(now)
    if found is None:
        return 0
    membership, zone = memberships.in_its_zone(found.membership_id, SYSTEM)
    offer = memberships.open_offer(membership.id)
    if offer is not None and offer.id == found.id:
        step, answer = MembershipStep.LET_OFFER_LAPSE, OfferAnswer.LAPSED
        _turn_down(session, membership, offer, step, answer, by=SYSTEM, now=now)
        fill(session, zone, now=now)
    return 1
