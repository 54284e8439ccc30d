"""Reads and writes interventions. No rules here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy as service
from assay_contracts.directory.copies import provider_copy as provider
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageAsked, paginate
from risk.interventions.errors import ConditionNotFound, InterventionNotFound, RepresentationNotFound
from risk.interventions.rules import MOST_REVIEWS, Kind, Status
from risk.tables import Condition, Intervention, InterventionReview, Representation, RepresentationReading

TOLD_TO_PROVIDER = (Status.ISSUED, Status.MET, Status.ESCALATED, Status.WITHDRAWN, Status.LIFTED)
"""A provider hears of an intervention when it is issued, not of what is being considered."""


class Interventions:
    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, intervention_id: UUID) -> Intervention | None:
        return self._session.get(Intervention, intervention_id)

    def get(self, intervention_id: UUID, *, lock: bool = False) -> Intervention:
        found = self._session.get(Intervention, intervention_id, with_for_update=lock)
        if found is None:
            raise InterventionNotFound(intervention_id)
        return found

    def seen_by(self, by: Principal, intervention_id: UUID) -> Intervention:
        """The intervention, if `by` may know that it exists."""
        found = self.get(intervention_id)
        if not by.sees(found.provider_id) or (by.is_provider and found.status not in TOLD_TO_PROVIDER):
            raise InterventionNotFound(intervention_id)
        return found

    def taking_further(self, intervention_id: UUID) -> Sequence[Intervention]:
        """The measures that escalate this one and bands are still worked out with, or are still on their way there."""
        wanted = select(Intervention).where(
            Intervention.escalates_id == intervention_id,
            Intervention.status != Status.REJECTED,
            col(Intervention.counts_until).is_(None),
        )
        return self._session.exec(wanted).all()

    def conditions(self, intervention_id: UUID) -> Sequence[Condition]:
        wanted = select(Condition).where(Condition.intervention_id == intervention_id)
        return self._session.exec(wanted.order_by(col(Condition.position))).all()

    def condition(self, intervention_id: UUID, condition_id: UUID) -> Condition:
        found = self._session.get(Condition, condition_id, with_for_update=True)
        if found is None or found.intervention_id != intervention_id:
            raise ConditionNotFound(condition_id)
        return found

    def representations(self, intervention_id: UUID) -> Sequence[Representation]:
        wanted = select(Representation).where(Representation.intervention_id == intervention_id)
        return self._session.exec(wanted.order_by(col(Representation.made_at))).all()

    def representation(self, intervention_id: UUID, representation_id: UUID) -> Representation:
        found = self._session.get(Representation, representation_id)
        if found is None or found.intervention_id != intervention_id:
            raise RepresentationNotFound(representation_id)
        return found

    def readings(self, intervention_id: UUID) -> dict[UUID, RepresentationReading]:
        """By answer: who of the council read it."""
        wanted = select(RepresentationReading).join(Representation)
        of = self._session.exec(wanted.where(Representation.intervention_id == intervention_id))
        return {each.representation_id: each for each in of}

    def count_unread(self, of: Intervention) -> int:
        return self._count_unread(Intervention.id == of.id)

    def count_unread_below(self, further: Intervention, lower: Collection[Kind]) -> int:
        """The answers to what is in force and of a kind in `lower`, about the same service or its provider."""
        about, whom = col(Intervention.care_service_id), further.care_service_id
        return self._count_unread(
            Intervention.provider_id == further.provider_id,
            whom is None or or_(about.is_(None), about == whom),
            Intervention.status == Status.ISSUED,
            col(Intervention.kind).in_(lower),
        )

    def _count_unread(self, *of: ColumnElement[bool] | bool) -> int:
        wanted = select(func.count()).select_from(Representation).join(Intervention).outerjoin(RepresentationReading)
        unread = col(RepresentationReading.representation_id).is_(None)
        return self._session.exec(wanted.where(*of, unread)).one()

    def reviews(self, intervention_id: UUID) -> Sequence[InterventionReview]:
        """The newest first."""
        wanted = select(InterventionReview).where(InterventionReview.intervention_id == intervention_id)
        newest = wanted.order_by(col(InterventionReview.reviewed_at).desc(), col(InterventionReview.id).desc())
        return self._session.exec(newest.limit(MOST_REVIEWS)).all()

    def count_representations(self, intervention_id: UUID) -> int:
        wanted = select(func.count()).where(Representation.intervention_id == intervention_id)
        return self._session.exec(wanted).one()

    def names(self, rows: Sequence[Intervention]) -> dict[UUID, str]:
        """The names of the services and the providers that they are about."""
        about = {row.care_service_id for row in rows} - {None}
        services = columns(service.c.id, service.c.name).where(service.c.id.in_(about))
        of = {row.provider_id for row in rows}
        providers = columns(provider.c.id, provider.c.name).where(provider.c.id.in_(of))
        return {each: name for each, name in self._session.execute(services.union_all(providers))}

    def kinds_issued(self, provider_id: UUID, care_service_id: UUID | None) -> frozenset[Kind]:
        """What was ever issued to this service, or to its provider as a whole, and should have been."""
        wanted = select(Intervention.kind).where(
            Intervention.provider_id == provider_id,
            col(Intervention.issued_at).is_not(None),
            Intervention.status != Status.WITHDRAWN,
            or_(
                col(Intervention.care_service_id).is_(None),
                col(Intervention.care_service_id) == care_service_id,
            ),
        )
        return frozenset(Kind(kind) for kind in self._session.exec(wanted.distinct()))

    def page(
        self, by: Principal, page: PageAsked, *, care_service_id: UUID | None = None, **about: Any
    ) -> Page[Intervention]:
        """Those that `by` may see and that are as `about` says, the newest first.

        Of a service: those about it, and those about its provider as a whole.
        """
        wanted = select(Intervention)
        if care_service_id is not None:
            provider_id = select(service.c.provider_id).where(service.c.id == care_service_id).scalar_subquery()
            wide = and_(col(Intervention.care_service_id).is_(None), col(Intervention.provider_id) == provider_id)
            wanted = wanted.where(or_(col(Intervention.care_service_id) == care_service_id, wide))
        if by.org is not None:
            wanted = wanted.where(Intervention.provider_id == by.org, col(Intervention.status).in_(TOLD_TO_PROVIDER))
        for column, value in about.items():
            if value is not None:
                wanted = wanted.where(getattr(Intervention, column) == value)
        return paginate(self._session, wanted, page, col(Intervention.proposed_at).desc(), col(Intervention.id).desc())

    def next_alert(self) -> datetime | None:
        alerts = (Intervention.review_alert_at, Intervention.confirmation_alert_at, Intervention.response_alert_at)
        earliest = func.min(func.least(*alerts))
        found: datetime | None = self._session.exec(select(earliest).where(Intervention.status == Status.ISSUED)).one()
        return found

    def to_alert(self, now: datetime, *, limit: int) -> Sequence[Intervention]:
        due = or_(
            col(Intervention.review_alert_at) <= now,
            col(Intervention.confirmation_alert_at) <= now,
            col(Intervention.response_alert_at) <= now,
        )
        wanted = select(Intervention).where(Intervention.status == Status.ISSUED, due)
        return self._session.exec(wanted.order_by(col(Intervention.id)).limit(limit).with_for_update()).all()

    def add(
        self, *rows: Intervention | Condition | Representation | RepresentationReading | InterventionReview
    ) -> None:
        self._session.add_all(rows)
        self._session.flush()
