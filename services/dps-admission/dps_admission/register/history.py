"""Reads what happened to a DPS in public, as its releases tell it: from the timeline, in a fixed number of queries."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from assay_contracts.directory.copies import provider_copy
from assay_kit.timeline import timeline_entry
from dps_admission.memberships.rules import EFFECTS, MEMBERSHIP_LIFE, MembershipStatus
from dps_admission.schemes.profiles import OfferOrder
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.rules import LOT_LIFE, SCHEME_LIFE, LotStep, SchemeStatus, SchemeStep
from dps_admission.tables import Lot, Membership, Scheme, SchemeChange

from .releases import Event, Happening, PublicLot, PublicProvider, PublicScheme

_VALIDITY = "valid_until"
_OF_SCHEME = {SchemeStep.OPEN: Happening.OPENED, SchemeStep.CLOSE: Happening.CLOSED}
_OF_LOT = {LotStep.OPEN: Happening.LOT_OPENED, LotStep.CLOSE: Happening.LOT_CLOSED}


class History:
    """A DPS up to an instant."""

    def __init__(self, session: Session, scheme: Scheme, *, until: datetime) -> None:
        self._session, self._scheme, self._until = session, scheme, until

    def has_begun(self) -> bool:
        """Whether it had been opened by then."""
        return any(row.step == SchemeStep.OPEN for row in self._rows(SCHEME_LIFE.name, [self._scheme.id]))

    def mark(self) -> tuple[int, ...]:
        """Other figures whenever anything that a package shows is another: what happened until then, and names."""
        mine = col(Membership.scheme_id) == self._scheme.id
        lots = select(col(Lot.id)).where(col(Lot.scheme_id) == self._scheme.id)
        about = timeline_entry.c.object_id
        members_of = select(col(Membership.id)).where(mine)
        told = or_(about.in_(members_of), about.in_(lots), about == self._scheme.id)
        # How many rows, not the last one's number: a number is taken before its transaction commits, so that a row
        # with a lower one may yet come. Rows are only ever added.
        steps = select(func.count()).where(told, timeline_entry.c.at <= self._until)
        changes = select(func.count()).where(
            col(SchemeChange.scheme_id) == self._scheme.id, col(SchemeChange.at) <= self._until
        )
        members = select(col(Membership.provider_id)).where(mine)
        names = select(func.sum(provider_copy.c.version)).where(provider_copy.c.id.in_(members))
        row = self._session.execute(
            select(steps.scalar_subquery(), changes.scalar_subquery(), names.scalar_subquery())
        ).one()
        return tuple(int(one or 0) for one in row)

    def scheme(self) -> PublicScheme:
        schemes = Schemes(self._session)
        profile = schemes.profile_of(self._scheme)
        return PublicScheme(
            id=self._scheme.id,
            name=self._scheme.name,
            regime=profile.regime,
            method=profile.title,
            valid_from=self._scheme.valid_from,
            offers_in_turn=profile.offer_order.value == OfferOrder.TIER_ORDER,
            is_open_framework=self._scheme.is_open_framework,
            lots=list(self._lots()),
        )

    def _lots(self) -> Iterator[PublicLot]:
        """Those that were open by then; each as it was at each instant, not as it is today."""
        lots = {lot.id: lot for lot in Schemes(self._session).lots_of(self._scheme.id)}
        rows = self._rows(LOT_LIFE.name, list(lots))
        opened = {row.object_id: row.at for row in reversed(rows) if row.step == LotStep.OPEN}
        closed = {row.object_id: row.at for row in rows if row.step == LotStep.CLOSE}
        for lot_id, at in opened.items():
            lot = lots[lot_id]
            yield PublicLot(
                id=lot.id,
                name=lot.name,
                service_type=lot.service_type,
                opened_at=at,
                closed_at=closed.get(lot.id),
            )

    def events(self) -> list[Event]:
        return [*self._of_scheme(), *self._of_lots(), *self._of_members()]

    def _of_scheme(self) -> Iterator[Event]:
        """Its opening, each change of its validity, its closing."""
        changes = self._changes()
        for row in self._rows(SCHEME_LIFE.name, [self._scheme.id]):
            if row.step in _OF_SCHEME:
                until = self._valid_until(changes, row.at)
                yield Event(what=_OF_SCHEME[SchemeStep(row.step)], at=row.at, number=row.sequence, valid_until=until)
        for number, change in enumerate(changes):
            if change.at <= self._until and self._scheme.status != SchemeStatus.DRAFT:
                until = _day(change.after)
                yield Event(what=Happening.CHANGED, at=change.at, number=number, valid_until=until)

    def _of_lots(self) -> Iterator[Event]:
        """Lots that open, and that close while the DPS goes on."""
        changes, closed_at = self._changes(), self._scheme.closed_at
        lots = [lot.id for lot in Schemes(self._session).lots_of(self._scheme.id)]
        for row in self._rows(LOT_LIFE.name, lots):
            if row.step in _OF_LOT and row.at != closed_at:
                until = self._valid_until(changes, row.at)
                yield Event(what=_OF_LOT[LotStep(row.step)], at=row.at, number=row.sequence, valid_until=until)

    def _valid_until(self, changes: list[SchemeChange], at: datetime) -> date | None:
        later = next((one for one in changes if one.at > at), None)
        return _day(later.before) if later else self._scheme.valid_until

    def _changes(self) -> list[SchemeChange]:
        statement = select(SchemeChange).where(
            col(SchemeChange.scheme_id) == self._scheme.id, col(SchemeChange.field) == _VALIDITY
        )
        ordered = statement.order_by(col(SchemeChange.at), col(SchemeChange.id))
        return list(self._session.execute(ordered).scalars())

    def _rows(self, kind: str, object_ids: list[UUID]) -> list[Any]:
        wanted = select(timeline_entry).where(
            timeline_entry.c.object_kind == kind,
            timeline_entry.c.object_id.in_(object_ids),
            timeline_entry.c.at <= self._until,
        )
        return list(self._session.execute(wanted.order_by(timeline_entry.c.at, timeline_entry.c.sequence)))

    def _of_members(self) -> Iterator[Event]:
        """Coming on to the register and leaving it; what moves within it, as a suspension does, is not told."""
        record = provider_copy.c.record
        wanted = (
            select(
                timeline_entry.c.object_id,
                timeline_entry.c.from_status,
                timeline_entry.c.to_status,
                timeline_entry.c.at,
                timeline_entry.c.sequence,
                col(Membership.lot_id),
                col(Membership.zone),
                col(Membership.provider_id),
                provider_copy.c.name,
                record["company_number"].astext.label("company_number"),
                record["charity_number"].astext.label("charity_number"),
            )
            .join(Membership, col(Membership.id) == timeline_entry.c.object_id)
            .outerjoin(provider_copy, provider_copy.c.id == col(Membership.provider_id))
            .where(
                timeline_entry.c.object_kind == MEMBERSHIP_LIFE.name,
                col(Membership.scheme_id) == self._scheme.id,
                timeline_entry.c.at <= self._until,
            )
        )
        for row in self._session.execute(wanted):
            was, is_now = _on_register(row.from_status), _on_register(row.to_status)
            if was != is_now:
                yield _membership_event(row, Happening.ADMITTED if is_now else Happening.ENDED)


def _on_register(status: str | None) -> bool:
    return status is not None and EFFECTS[MembershipStatus(status)].on_register


def _membership_event(row: Any, what: Happening) -> Event:
    return Event(
        what=what,
        at=row.at,
        number=row.sequence,
        membership=row.object_id,
        lot=row.lot_id,
        zone=row.zone,
        provider=PublicProvider(
            id=row.provider_id,
            name=row.name or "Provider not known by name",
            company_number=row.company_number,
            charity_number=row.charity_number,
        ),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
