"""When officers' own words began to be for those alone who see what is restricted.

What an officer writes of a service of which something is held in confidence may argue from it. Nobody is asked to say
so of each sentence: from when the first such entry came, or waits to be placed, others read the fixed sentence in its
place.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, any_, func, literal, or_
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from assay_contracts.directory.copies import care_service_copy as service
from risk.bands.rules import IN_CONFIDENCE
from risk.intelligence.repository import is_open
from risk.intelligence.rules import IntakeStatus
from risk.tables import IntakeItem, Intelligence


def held_since(session: Session, providers: Mapping[UUID, UUID]) -> dict[UUID, datetime]:
    """Since when something is held in confidence of each service (`providers`: who runs it). A provider as a whole,
    which stands under its own id, has what is held of any of its services."""
    wide = {each for each, provider_id in providers.items() if each == provider_id}
    runs = columns(service.c.id, service.c.provider_id).where(_among(service.c.provider_id, wide))
    services_of = {each: provider_id for each, provider_id in session.execute(runs)} if wide else {}
    held = [*session.execute(_learnt({*providers, *services_of}, set(providers.values())))]
    held += session.execute(_waiting({*providers, *services_of}))
    first: dict[UUID, datetime] = {}
    for care_service_id, provider_id, since in held:
        reached = {care_service_id, services_of.get(care_service_id)}
        if care_service_id is None:
            reached = {each for each, of in providers.items() if of == provider_id}
        for each in reached & providers.keys():
            first[each] = min(first.get(each, since), since)
    return first


def _learnt(services: Collection[UUID], providers: Collection[UUID]) -> Select[UUID | None, UUID, datetime]:
    """What is recorded; an entry that a machine sent to be placed since it came."""
    since = func.min(func.least(col(Intelligence.recorded_at), col(IntakeItem.received_at)))
    return (
        columns(col(Intelligence.care_service_id), col(Intelligence.provider_id), since)
        .outerjoin(IntakeItem, col(IntakeItem.intelligence_id) == Intelligence.id)
        .where(
            or_(
                _among(Intelligence.care_service_id, services),
                and_(col(Intelligence.care_service_id).is_(None), _among(Intelligence.provider_id, providers)),
            ),
            ~is_open(),
        )
        .group_by(col(Intelligence.care_service_id), col(Intelligence.provider_id))
    )


def _waiting(services: Collection[UUID]) -> Select[UUID, UUID, datetime]:
    """What waits to be placed may be about any service at its location, and touches what it is known to be about."""
    at_its_location = col(IntakeItem.cqc_location_id) == any_(service.c.cqc_location_ids)
    is_about = col(IntakeItem.about_id).in_([service.c.id, service.c.provider_id])
    return (
        columns(service.c.id, service.c.provider_id, func.min(IntakeItem.received_at))
        .join(IntakeItem, or_(at_its_location, is_about))
        .where(
            _among(service.c.id, services),
            col(IntakeItem.status) == IntakeStatus.WAITING,
            col(IntakeItem.sent)["restricted"].as_boolean(),
        )
        .group_by(service.c.id, service.c.provider_id)
    )


def _among(column: Any, ids: Collection[UUID]) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(Uuid)))
    return wanted


class Words:
    """Officers' words about some services, as one reader may see them: {service: its provider}; a provider as a whole
    stands under its own id."""

    def __init__(self, session: Session, providers: Mapping[UUID, UUID], *, in_full: bool) -> None:
        self._held = {} if in_full or not providers else held_since(session, providers)

    def said(self, about: UUID, words: str, *, at: datetime) -> str:
        return words if self.are_open(about, at=at) else IN_CONFIDENCE

    def said_if_any(self, about: UUID, words: str | None, *, at: datetime) -> str | None:
        return None if words is None else self.said(about, words, at=at)

    def are_open(self, about: UUID, *, at: datetime) -> bool:
        held = self._held.get(about)
        return held is None or at < held
