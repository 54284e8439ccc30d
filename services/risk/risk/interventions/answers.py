"""What a provider answers, and who of the council read it: nothing is decided about a measure past an answer to it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.timeline import take
from risk.interventions import telling
from risk.interventions.errors import InterventionBarred
from risk.interventions.repository import Interventions
from risk.interventions.rules import LIFE, Status, Step, bars_to_answering, bars_to_reading
from risk.tables import Intervention, Representation, RepresentationReading


def make_representations(
    session: Session, intervention_id: UUID, wording: str, *, by: Principal, now: datetime
) -> Intervention:
    interventions = Interventions(session)
    interventions.seen_by(by, intervention_id)
    intervention = interventions.get(intervention_id, lock=True)
    bars = bars_to_answering(answers=interventions.count_representations(intervention_id))
    if bars and intervention.status == Status.ISSUED:
        raise InterventionBarred(bars)
    take(session, intervention, Step.MAKE_REPRESENTATIONS, LIFE, by=by, now=now, **telling.about(intervention))
    interventions.add(
        Representation(
            intervention_id=intervention.id, wording=wording, made_by=by.subject, made_by_name=by.name, made_at=now
        )
    )
    intervention.response_alert_at = None
    session.flush()
    telling.of_representations(session, intervention, now=now)
    return intervention


def read_representation(
    session: Session, intervention_id: UUID, representation_id: UUID, *, by: Principal, now: datetime
) -> Intervention:
    interventions = Interventions(session)
    intervention = interventions.get(intervention_id, lock=True)
    answer = interventions.representation(intervention_id, representation_id)
    bars = bars_to_reading(is_read=representation_id in interventions.readings(intervention_id))
    if bars and intervention.status == Status.ISSUED:
        raise InterventionBarred(bars)
    about = telling.about(intervention)
    about["detail"] |= {"answered_on": london_day(answer.made_at).isoformat()}
    take(session, intervention, Step.READ_REPRESENTATION, LIFE, by=by, now=now, **about)
    interventions.add(
        RepresentationReading(representation_id=answer.id, read_by=by.subject, read_by_name=by.name, read_at=now)
    )
    return intervention
