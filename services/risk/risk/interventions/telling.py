"""What is told of an intervention: to the services that act on it, the provider, those who watch over it, and on the
timeline."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, InterventionChanged, InterventionKind
from assay_contracts.risk import Extent as ToldExtent
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.events import tell
from risk.interventions.rules import Kind, Status
from risk.tables import Intervention


def about(intervention: Intervention) -> dict[str, Any]:
    """What every step on the timeline says of it."""
    return {
        "provider_id": intervention.provider_id,
        "care_service_id": intervention.care_service_id,
        "detail": {"reference": intervention.reference, "kind": intervention.kind},
    }


def of_change(session: Session, intervention: Intervention, *, before: Status | None, now: datetime) -> None:
    tell(
        session,
        InterventionChanged(
            at=now,
            intervention_id=intervention.id,
            kind=InterventionKind(intervention.kind),
            provider_id=intervention.provider_id,
            care_service_id=intervention.care_service_id,
            from_status=before,
            to_status=intervention.status,
        ),
    )


def of_issue(session: Session, intervention: Intervention, *, now: datetime) -> None:
    if intervention.kind == Kind.EMBARGO and intervention.care_service_id and intervention.extent:
        tell(
            session,
            EmbargoImposed(
                at=now,
                intervention_id=intervention.id,
                care_service_id=intervention.care_service_id,
                provider_id=intervention.provider_id,
                extent=ToldExtent(intervention.extent),
                limit_text=intervention.limit_text,
                imposed_on=london_day(now),
            ),
        )
    to_provider(session, intervention, "intervention_issued", now=now)
    if intervention.is_urgent:
        to_managers(session, intervention, "urgent_embargo_to_confirm", now=now)


def of_ending(session: Session, intervention: Intervention, *, now: datetime) -> None:
    if intervention.kind == Kind.EMBARGO and intervention.care_service_id:
        tell(
            session,
            EmbargoLifted(
                at=now,
                intervention_id=intervention.id,
                care_service_id=intervention.care_service_id,
                provider_id=intervention.provider_id,
                lifted_on=london_day(now),
            ),
        )
    to_provider(session, intervention, "intervention_ended", now=now)


def of_representations(session: Session, intervention: Intervention, *, now: datetime) -> None:
    to_officers(session, intervention, "representations_made", now=now)


def to_provider(session: Session, intervention: Intervention, template: str, *, now: datetime) -> None:
    _message(session, intervention, template, Recipient(provider_id=intervention.provider_id), now=now)


def to_officers(session: Session, intervention: Intervention, template: str, *, now: datetime) -> None:
    _message(session, intervention, template, Recipient(role=Role.COMPLIANCE_OFFICER), now=now)


def to_managers(session: Session, intervention: Intervention, template: str, *, now: datetime) -> None:
    _message(session, intervention, template, Recipient(role=Role.COMMISSIONING_MANAGER), now=now)


def _message(session: Session, intervention: Intervention, template: str, to: Recipient, *, now: datetime) -> None:
    tell(
        session,
        MessageRequested(
            at=now,
            about=intervention.id,
            reference=f"{template}-{intervention.id}-{now:%Y%m%dT%H%M%S%f}",
            template=template,
            to=to,
            personalisation=_words(intervention),
        ),
    )


def _words(intervention: Intervention) -> dict[str, str]:
    answer_by = intervention.response_due_on
    return {
        "reference": intervention.reference,
        "kind": intervention.kind.replace("_", " "),
        "extent": intervention.extent or "",
        "limit_text": intervention.limit_text or "",
        "notice_text": intervention.notice_text or "",
        "answer_by": answer_by.isoformat() if answer_by else "",
        "review_on": intervention.review_on.isoformat(),
        "status": intervention.status,
    }
