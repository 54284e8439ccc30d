"""How long bands are worked out with a measure, and what follows when that ends."""

from datetime import datetime

from sqlmodel import Session

from risk.bands.actions import refresh, refresh_provider
from risk.bands.repository import Bands
from risk.case_tasks.actions import open_task
from risk.interventions.repository import Interventions
from risk.interventions.rules import Status
from risk.tables import Intervention


def refresh_about(session: Session, intervention: Intervention, *, now: datetime) -> None:
    if intervention.care_service_id is not None:
        refresh(session, [intervention.care_service_id], now=now)
        return
    refresh_provider(session, intervention.provider_id, now=now)


def stops_counting(session: Session, ended: Intervention, *, with_those_before: bool, now: datetime) -> None:
    """Bands are worked out without it, and without what it took further once nothing else takes that further.

    What was withdrawn or rejected has settled nothing: what it was to take further goes on counting, and waits for the
    next step.
    """
    interventions = Interventions(session)
    ended.counts_until = now
    session.flush()
    before = interventions.get(ended.escalates_id, lock=True) if ended.escalates_id else None
    if before is None or before.status != Status.ESCALATED or before.counts_until is not None:
        return
    if interventions.taking_further(before.id):
        return
    if with_those_before:
        stops_counting(session, before, with_those_before=True, now=now)
        refresh_about(session, before, now=now)
    else:
        ask_for_the_next_step(session, before, now=now)


def ask_for_the_next_step(session: Session, intervention: Intervention, *, now: datetime) -> None:
    """Escalated without a further measure proposed: an open action on the case of each service that it is about."""
    wording = f"{intervention.reference} was escalated: propose the next step."
    about = intervention.care_service_id
    for care_service_id in [about] if about else Bands(session).services_of(intervention.provider_id):
        open_task(session, care_service_id, subject=f"escalation {intervention.id}", wording=wording, now=now)
